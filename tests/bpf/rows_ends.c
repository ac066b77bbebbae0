/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_ends - how TCP flows end and begin again, and what a direct conversation does.
 */
#include <netinet/in.h>

#include "row.h"

static uint8_t
flags(const struct world *w)
{
	const struct km_flow *f = flow_at(w, TLS);

	return f == NULL ? 0 : f->flags;
}

static void
fin(struct world *w)
{
	tcp_made(w, 1);
	must(w, flags(w) == 0);
	forwarded(w, tcp_in(w, TCP_FIN | TCP_ACK, 1001, 5001), 1);
	must(w, flags(w) == KM_FIN_IN);
	returned(w, tcp_out(w, 1, TCP_ACK, 5001, 1002), 1);
	returned(w, tcp_out(w, 1, TCP_FIN | TCP_ACK, 5001, 1002), 1);
	must(w, flags(w) == (KM_FIN_IN | KM_FIN_OUT));
	forwarded(w, tcp_in(w, TCP_ACK, 1002, 5002), 1);
	flow_is(w, TLS, KM_OPEN);
}

static void
fin_of_the_member_first(struct world *w)
{
	tcp_made(w, 1);
	returned(w, tcp_out(w, 1, TCP_FIN | TCP_ACK, 5001, 1001), 1);
	must(w, flags(w) == KM_FIN_OUT);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5002), 1);
	must(w, flags(w) == KM_FIN_OUT);
	forwarded(w, tcp_in(w, TCP_FIN | TCP_ACK, 1101, 5002), 1);
	must(w, flags(w) == (KM_FIN_IN | KM_FIN_OUT));
}

static void
reopened(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_FIN | TCP_ACK, 1001, 5001), 1);
	returned(w, tcp_out(w, 1, TCP_FIN | TCP_ACK, 5001, 1002), 1);
	w->o.settings->affinity = 0;
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_SYN, 9000, 0), 2);
	flow_is(w, TLS, KM_NONE);
	half_is(w, TLS, KM_SYN);
	must(w, world_listener(w, TLS)->sessions == 0);
	must(w, world_endpoint(w, TLS, 1)->sessions == 0);
	returned(w, tcp_out(w, 2, TCP_SYN | TCP_ACK, 8000, 9001), 2);
	forwarded(w, tcp_in(w, TCP_ACK, 9001, 8001), 2);
	flow_is(w, TLS, KM_OPEN);
	must(w, world_listener(w, TLS)->sessions == 1);
}

static void
half_closed_is_not_reopened(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_FIN | TCP_ACK, 1001, 5001), 1);
	w->o.settings->affinity = 0;
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_SYN, 9000, 0), 1);
	flow_is(w, TLS, KM_OPEN);
}

static void
syn_on_an_open_flow(struct world *w)
{
	tcp_made(w, 1);
	w->o.settings->affinity = 0;
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_SYN, 9000, 0), 1);
	flow_is(w, TLS, KM_OPEN);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 1);
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1101), 1);
}

static void
reset_in(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_RST, 1001, 0), 1);
	flow_is(w, TLS, KM_OPEN);
	must(w, (flags(w) & KM_RST) != 0);
	/* invented: both go on */
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001), 1);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5101), 1);
	flow_is(w, TLS, KM_OPEN);
	must(w, (flags(w) & KM_RST) == 0);
}

static void
reset_out(struct world *w)
{
	tcp_made(w, 1);
	returned(w, tcp_out(w, 1, TCP_RST, 5001, 0), 1);
	must(w, (flags(w) & KM_RST) != 0);
	counts_are(w, TLS, 1, KM_COUNT_REFUSALS, 0);
	w->o.settings->affinity = 0;
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_SYN, 9000, 0), 2);
	flow_is(w, TLS, KM_NONE);
}

static void
direct_syn_ack(struct world *w)
{
	passed(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 5000, 1001));
	must(w, entries(w, KERNEL_MAP_FLOWS) == 0);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 1);
}

static void
direct_ends_a_leftover(struct world *w)
{
	tcp_made(w, 1);
	passed(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 70000, 60001));
	flow_is(w, TLS, KM_NONE);
	must(w, world_listener(w, TLS)->sessions == 0);
	must(w, world_endpoint(w, TLS, 1)->sessions == 0);
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 70001, 60001));
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 2);
}

static void
direct_with_another_number(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 1);
	passed(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 5000, 2001));
	flow_is(w, TLS, KM_NONE);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 1);
}

static void
direct_with_another_member(struct world *w)
{
	tcp_made(w, 1);
	passed(w, tcp_out(w, 0, TCP_SYN | TCP_ACK, 70000, 60001));
	passed(w, tcp_out(w, 0, TCP_ACK | TCP_PSH, 70001, 60001));
	flow_is(w, TLS, KM_OPEN);
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001), 1);
	counts_are(w, TLS, 0, KM_COUNT_UNASKED, 2);
}

static void
half_open_with_another_member(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 1);
	passed(w, tcp_out(w, 0, TCP_SYN | TCP_ACK, 5000, 1001));
	half_is(w, TLS, KM_SYN);
	returned(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 5000, 1001), 1);
	counts_are(w, TLS, 0, KM_COUNT_UNASKED, 1);
}

static void
direct_data(struct world *w)
{
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5000, 1001));
	passed(w, tcp_out(w, 1, TCP_RST, 5000, 0));
	passed(w, tcp_out(w, 1, TCP_FIN | TCP_ACK, 5000, 1));
	must(w, entries(w, KERNEL_MAP_FLOWS) == 0);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 3);
}

static void
other_clients_flow(struct world *w)
{
	tcp_made(w, 1);
	w->port++;
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001));
	w->port--;
	w->client++;
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001));
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 2);
}

/* It has rebooted; the client begins anew from the same port. */
static void
forgotten_by_the_member(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 9000, 0), 1);
	half_is(w, TLS, KM_SYN);
	returned(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 8000, 9001), 1);
	forwarded(w, tcp_in(w, TCP_ACK, 9001, 8001), 1);
	flow_is(w, TLS, KM_OPEN);
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 8001, 9001), 1);
	must(w, world_listener(w, TLS)->sessions == 1);
}

static void
challenged(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 9000, 0), 1);
	returned(w, tcp_out(w, 1, TCP_ACK, 5001, 1001), 1);
	forwarded(w, tcp_in(w, TCP_RST, 1001, 0), 1);
}

static void
data_after_fin(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_FIN | TCP_ACK, 77001, 5001), 1);
	must(w, flags(w) == KM_FIN_IN);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 1);
	must(w, flags(w) == 0);
}

static void
reset_of_one_that_is_out(struct world *w)
{
	tcp_made(w, 1);
	world_endpoint(w, TLS, 1)->use = KM_USE_OUT;
	forwarded(w, tcp_in(w, TCP_RST, 1001, 0), 1);
}

static void
answer_past_a_syn(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 1);
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 70000, 60001));
	passed(w, tcp_out(w, 1, TCP_RST | TCP_ACK, 0, 60001));
	half_is(w, TLS, KM_SYN);
	returned(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 5000, 1001), 1);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 2);
}

static const struct row ends_rows[] = {
    {"FINs of both sides are noted and translated", fin, BOTH},
    {"a half-closed flow goes on", fin_of_the_member_first, BOTH},
    {"a SYN on a flow that has ended reopens it, picked anew", reopened, BOTH},
    {"a SYN on a half-closed flow goes to its member", half_closed_is_not_reopened, BOTH},
    {"an invented SYN does not end a flow", syn_on_an_open_flow, BOTH},
    {"an invented reset does not end a flow", reset_in, BOTH},
    {"a flow that the member has reset is reopened by a SYN", reset_out, BOTH},
    {"a SYN-ACK without a SYN is direct", direct_syn_ack, BOTH},
    {"a direct SYN-ACK ends a leftover flow", direct_ends_a_leftover, BOTH},
    {"a SYN-ACK of another SYN's number is direct", direct_with_another_number, BOTH},
    {"a direct conversation with another member leaves the flow alone",
	direct_with_another_member, BOTH},
    {"a SYN-ACK of another member than the SYN's is direct",
	half_open_with_another_member, BOTH},
    {"direct segments are passed up, and counted", direct_data, BOTH},
    {"a flow belongs to its client's address and port", other_clients_flow, BOTH},
    {"a SYN on a flow that its member has forgotten makes it anew",
	forgotten_by_the_member, BOTH},
    {"a challenge to a SYN on a live flow is translated", challenged, BOTH},
    {"data after an invented FIN takes it back", data_after_fin, BOTH},
    {"a client's reset goes through where nothing else does", reset_of_one_that_is_out,
	BOTH},
    {"beside a SYN a member's other conversation is direct", answer_past_a_syn, BOTH},
};
ROWS(ends);
