/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_use - what one word of an endpoint does to sessions, new and old; lists, limits,
 * budgets.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <time.h>

#include "row.h"

/* What a member gets whose word is @use. */
struct use_row {
	enum km_use use;
	bool new_ones, tcp, udp;
	bool udp_moves; /* else it is passed up where it does not stay */
};

static const struct use_row uses[] = {
    {KM_USE_OUT, false, false, false, false},
    {KM_USE_DOWN_RESET, false, false, false, true},
    {KM_USE_DOWN_KEEP, false, true, false, true},
    {KM_USE_KEEP, false, true, true, false},
    {KM_USE_NEW, true, true, true, false},
};
#define USES (sizeof uses / sizeof uses[0])

static void
new_tcp(struct world *w)
{
	world_ring(w, TLS, 0);
	for (unsigned i = 0; i < USES; i++) {
		w->port++;
		world_endpoint(w, TLS, 0)->use = uses[i].use;
		forwarded(w, tcp_in(w, TCP_SYN, 1, 0), uses[i].new_ones ? 0 : 1);
	}
}

static void
new_udp(struct world *w)
{
	world_ring(w, TURN, 0);
	for (unsigned i = 0; i < USES; i++) {
		w->port++;
		world_endpoint(w, TURN, 0)->use = uses[i].use;
		forwarded(w, udp_in(w, 1), uses[i].new_ones ? 0 : 1);
	}
}

static void
old_tcp(struct world *w)
{
	unsigned ended = 0;

	tcp_made(w, 0);
	for (unsigned i = 0; i < USES; i++) {
		world_endpoint(w, TLS, 0)->use = uses[i].use;
		if (uses[i].tcp) {
			forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 0);
			continue;
		}
		passed(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001));
		drops_are(w, TLS, KM_DROP_ENDED, ++ended);
		/* for the next word */
		flow_put(w, TLS, 0, 0);
	}
}

static void
old_udp(struct world *w)
{
	for (unsigned i = 0; i < USES; i++) {
		w->client = 30 + i;
		world_endpoint(w, TURN, 0)->use = KM_USE_NEW;
		udp_made(w, 0, 1);
		world_endpoint(w, TURN, 0)->use = uses[i].use;
		if (uses[i].udp) {
			forwarded(w, udp_in(w, 2), 0);
		} else if (uses[i].udp_moves) {
			forwarded(w, udp_in(w, 2), 1);
			returned(w, udp_out(w, 1, 2), 1);
		} else {
			passed(w, udp_in(w, 2));
			drops_are(w, TURN, KM_DROP_ENDED, 1);
		}
	}
}

static void
half_open_follows(struct world *w)
{
	world_ring(w, TLS, 0);
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 0);
	world_endpoint(w, TLS, 0)->use = KM_USE_DOWN_RESET;
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 1);
	returned(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 5000, 1001), 1);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
	flow_is(w, TLS, KM_OPEN);
}

static void
drain_lets_the_handshake_end(struct world *w)
{
	world_ring(w, TLS, 0);
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 0);
	returned(w, tcp_out(w, 0, TCP_SYN | TCP_ACK, 5000, 1001), 0);
	world_endpoint(w, TLS, 0)->use = KM_USE_KEEP;
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 0);
	flow_is(w, TLS, KM_OPEN);
}

static void
replies_of_one_that_is_down(struct world *w)
{
	tcp_made(w, 0);
	world_endpoint(w, TLS, 0)->use = KM_USE_DOWN_KEEP;
	returned(w, tcp_out(w, 0, TCP_ACK | TCP_PSH, 5001, 1001), 0);
}

/* --- limits --- */

static void
limit_of_the_listener(struct world *w)
{
	world_listener(w, TLS)->sessions_max = 1;
	tcp_made(w, 0);
	w->port++;
	passed(w, tcp_in(w, TCP_SYN, 1, 0));
	drops_are(w, TLS, KM_DROP_LIMIT, 1);
	w->port--;
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 0);
}

static void
limit_of_the_listener_udp(struct world *w)
{
	world_listener(w, TURN)->sessions_max = 1;
	udp_made(w, 0, 1);
	w->port++;
	passed(w, udp_in(w, 2));
	drops_are(w, TURN, KM_DROP_LIMIT, 1);
}

static void
limit_of_a_member(struct world *w)
{
	world_listener(w, TLS)->sessions_per_member_max = 1;
	w->o.settings->affinity = 0;
	tcp_made(w, 0);
	w->port++;
	forwarded(w, tcp_in(w, TCP_SYN, 1, 0), 1);
}

static void
limit_of_all_members(struct world *w)
{
	world_listener(w, TLS)->sessions_per_member_max = 1;
	for (unsigned m = 0; m < MEMBERS; m++)
		world_endpoint(w, TLS, m)->sessions = 1;
	passed(w, tcp_in(w, TCP_SYN, 1, 0));
	drops_are(w, TLS, KM_DROP_LIMIT, 1);
	drops_are(w, TLS, KM_DROP_NO_MEMBER, 0);
	for (unsigned m = 0; m < MEMBERS; m++)
		world_endpoint(w, TLS, m)->use = KM_USE_DOWN_KEEP;
	passed(w, tcp_in(w, TCP_SYN, 1, 0));
	drops_are(w, TLS, KM_DROP_LIMIT, 1);
	drops_are(w, TLS, KM_DROP_NO_MEMBER, 1);
}

/* --- budgets --- */

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void
budget_spent(struct world *w)
{
	struct km_endpoint *e = world_endpoint(w, TLS, 0);

	e->budget = 3;
	e->budget_gap_us = 1000000;
	w->o.budgets[3].next_ns = now_ns() + 3600 * 1000000000LL;
	world_ring(w, TLS, 0);
	dropped(w, tcp_in(w, TCP_SYN, 1, 0));
	drops_are(w, TLS, KM_DROP_RATE, 1);
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
	counts_are(w, TLS, 0, KM_COUNT_PICKS, 0);
}

static void
budget_is_spent(struct world *w)
{
	struct km_endpoint *e = world_endpoint(w, TLS, 0);
	int sent = 0;

	e->budget = 3;
	e->budget_gap_us = 3600 * 1000000u; /* one an hour in the long run */
	world_ring(w, TLS, 0);
	for (w->client = 1; w->client < 200; w->client++)
		sent += goes_to(w, tcp_in(w, TCP_SYN, 1, 0)) == 0;
	must(w, sent >= 1 && sent < 198);
	must(w, w->o.budgets[3].next_ns > now_ns());
	drops_are(w, TLS, KM_DROP_RATE, 199 - (unsigned)sent);
}

static void
budget_of_old_flows(struct world *w)
{
	tcp_made(w, 0);
	world_endpoint(w, TLS, 0)->budget = 3;
	world_endpoint(w, TLS, 0)->budget_gap_us = 1000000;
	w->o.budgets[3].next_ns = now_ns() + 3600 * 1000000000LL;
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 0);
}

static void
budget_none(struct world *w)
{
	world_endpoint(w, TLS, 0)->budget_gap_us = 1000000;
	world_ring(w, TLS, 0);
	for (w->client = 1; w->client < 50; w->client++)
		forwarded(w, tcp_in(w, TCP_SYN, 1, 0), 0);
}

/* --- lists --- */

static void
list(struct world *w, bool deny, struct km_addr addr, unsigned host_bits)
{
	unsigned row = world_row(w, TLS);
	struct km_list_key key = {
	    32 + 128 - host_bits, htonl(row * 2 + (deny ? 1 : 0)), addr};
	uint8_t value = 1;

	world_listener(w, TLS)->flags |=
	    KM_LISTENER_LISTS | (deny ? 0 : KM_LISTENER_ALLOW);
	must(w,
	    bpf_map_update_elem(w->o.map[KERNEL_MAP_LISTS], &key, &value, BPF_ANY) == 0);
}

static void
denied(struct world *w)
{
	list(w, true, world_client(w, 7), 0);
	passed(w, tcp_in(w, TCP_SYN, 1, 0));
	drops_are(w, TLS, KM_DROP_DENIED, 1);
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
	w->client = 8;
	must(w, goes_to(w, tcp_in(w, TCP_SYN, 1, 0)) >= 0);
}

static void
denied_network(struct world *w)
{
	list(w, true, world_client(w, 0), 8);
	for (w->client = 1; w->client < 255; w->client += 50)
		passed(w, tcp_in(w, TCP_SYN, 1, 0));
	drops_are(w, TLS, KM_DROP_DENIED, 6);
}

static void
allowed(struct world *w)
{
	list(w, false, world_client(w, 7), 0);
	must(w, goes_to(w, tcp_in(w, TCP_SYN, 1, 0)) >= 0);
	w->client = 8;
	passed(w, tcp_in(w, TCP_SYN, 1, 0));
	drops_are(w, TLS, KM_DROP_DENIED, 1);
}

static void
denied_among_allowed(struct world *w)
{
	list(w, false, world_client(w, 0), 8);
	list(w, true, world_client(w, 7), 0);
	passed(w, tcp_in(w, TCP_SYN, 1, 0));
	drops_are(w, TLS, KM_DROP_DENIED, 1);
	w->client = 8;
	must(w, goes_to(w, tcp_in(w, TCP_SYN, 1, 0)) >= 0);
}

static void
lists_of_another(struct world *w)
{
	list(w, true, world_client(w, 7), 0);
	world_listener(w, TURN)->flags |= KM_LISTENER_LISTS;
	must(w, goes_to(w, udp_in(w, 1)) >= 0);
}

static void
lists_and_old_flows(struct world *w)
{
	tcp_made(w, 0);
	list(w, true, world_client(w, 7), 0);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 0);
	returned(w, tcp_out(w, 0, TCP_ACK | TCP_PSH, 5001, 1101), 0);
}

/* It began before the list did, and its flow was forgotten. */
static void
lists_and_the_middle(struct world *w)
{
	list(w, true, world_client(w, 7), 0);
	world_ring(w, TLS, 0);
	forwarded(w, tcp_in(w, TCP_ACK, 1, 2), 0);
	counts_are(w, TLS, 0, KM_COUNT_STATELESS, 1);
}

static const struct row use_rows[] = {
    {"which words take a new TCP session", new_tcp, BOTH},
    {"which words take a new UDP session", new_udp, BOTH},
    {"which words keep a TCP flow; else it is passed up, to be reset", old_tcp, BOTH},
    {"which words keep a UDP flow, and which send it to another member", old_udp, BOTH},
    {"a SYN repeated to a member that went down goes to another", half_open_follows,
	BOTH},
    {"draining lets a handshake end", drain_lets_the_handshake_end, BOTH},
    {"what a member that is down still sends is translated", replies_of_one_that_is_down,
	BOTH},
    {"a listener's limit holds for new sessions alone", limit_of_the_listener, BOTH},
    {"a listener's limit holds for UDP", limit_of_the_listener_udp, BOTH},
    {"a member's limit sends new sessions on", limit_of_a_member, BOTH},
    {"when all members are at their limit a SYN is passed up", limit_of_all_members,
	BOTH},
    {"a SYN over the member's budget is dropped", budget_spent, BOTH},
    {"a budget is spent", budget_is_spent, BOTH},
    {"a budget is not asked for old flows", budget_of_old_flows, BOTH},
    {"a member without a budget takes all", budget_none, BOTH},
    {"a denied client is passed up", denied, BOTH},
    {"a denied network is passed up", denied_network, BOTH},
    {"with an allowing list others are denied", allowed, BOTH},
    {"a denied client in an allowed network is denied", denied_among_allowed, BOTH},
    {"lists belong to their listener", lists_of_another, BOTH},
    {"lists do not touch what has begun", lists_and_old_flows, BOTH},
    {"lists say who may begin, not who goes on", lists_and_the_middle, BOTH},
};
ROWS(use);
