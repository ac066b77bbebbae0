/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_tcp - what makes a TCP flow, and what does not.
 */
#include <netinet/in.h>

#include "row.h"

static struct spec
syn(const struct world *w)
{
	return tcp_in(w, TCP_SYN, 1000, 0);
}

static struct spec
syn_ack(const struct world *w, unsigned member)
{
	return tcp_out(w, member, TCP_SYN | TCP_ACK, 5000, 1001);
}

static struct spec
in_data(const struct world *w)
{
	return tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001);
}

static struct spec
out_data(const struct world *w, unsigned member)
{
	return tcp_out(w, member, TCP_ACK | TCP_PSH, 5001, 1101);
}

static void
handshake(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	half_is(w, TLS, KM_SYN);
	flow_is(w, TLS, KM_NONE);
	returned(w, syn_ack(w, 1), 1);
	half_is(w, TLS, KM_SYN_ACK);
	flow_is(w, TLS, KM_NONE);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
	flow_is(w, TLS, KM_OPEN);
	half_is(w, TLS, KM_NONE);
	forwarded(w, in_data(w), 1);
	returned(w, out_data(w, 1), 1);
	counts_are(w, TLS, 1, KM_COUNT_PICKS, 1);
	counts_are(w, TLS, 1, KM_COUNT_PROMOTIONS, 1);
}

static void
sessions_counted(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	returned(w, syn_ack(w, 1), 1);
	must(w, world_listener(w, TLS)->sessions == 0);
	must(w, world_endpoint(w, TLS, 1)->sessions == 0);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
	must(w, world_listener(w, TLS)->sessions == 1);
	must(w, world_endpoint(w, TLS, 1)->sessions == 1);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
	must(w, world_listener(w, TLS)->sessions == 1);
}

static void
promoted_by_data(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	returned(w, syn_ack(w, 1), 1);
	forwarded(w, in_data(w), 1);
	flow_is(w, TLS, KM_OPEN);
}

static void
syn_repeated(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	world_ring(w, TLS, 2);
	forwarded(w, syn(w), 1);
	forwarded(w, syn(w), 1);
	half_is(w, TLS, KM_SYN);
	counts_are(w, TLS, 1, KM_COUNT_PICKS, 1);
	returned(w, syn_ack(w, 1), 1);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
	flow_is(w, TLS, KM_OPEN);
}

static void
syn_anew(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	forwarded(w, tcp_in(w, TCP_SYN, 77000, 0), 1);
	returned(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 5000, 77001), 1);
	forwarded(w, tcp_in(w, TCP_ACK, 77001, 5001), 1);
	flow_is(w, TLS, KM_OPEN);
}

static void
syn_ack_repeated(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	returned(w, syn_ack(w, 1), 1);
	returned(w, syn_ack(w, 1), 1);
	half_is(w, TLS, KM_SYN_ACK);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
	flow_is(w, TLS, KM_OPEN);
}

/* The client's ACK passed here and was lost behind us. */
static void
syn_ack_after_promotion(struct world *w)
{
	tcp_made(w, 1);
	returned(w, syn_ack(w, 1), 1);
	flow_is(w, TLS, KM_OPEN);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
}

static void
wrong_ack(struct world *w)
{
	static const uint32_t wrong[] = {
	    0, 1, 4999, 5000, 5002, 0x80005001u, 0xffffffffu};

	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	returned(w, syn_ack(w, 1), 1);
	for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		goes_to(w, tcp_in(w, TCP_ACK, 1001, wrong[i]));
		flow_is(w, TLS, KM_NONE);
	}
	must(w, entries(w, KERNEL_MAP_AFFINITIES) == 0);
	counts_are(w, TLS, 1, KM_COUNT_PROMOTIONS, 0);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
	flow_is(w, TLS, KM_OPEN);
}

static void
ack_before_the_answer(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	goes_to(w, tcp_in(w, TCP_ACK, 1001, 1));
	goes_to(w, tcp_in(w, TCP_ACK, 1001, 0));
	flow_is(w, TLS, KM_NONE);
	half_is(w, TLS, KM_SYN);
}

static void
reset_promotes_nothing(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	returned(w, syn_ack(w, 1), 1);
	forwarded(w, tcp_in(w, TCP_RST | TCP_ACK, 1001, 5001), 1);
	flow_is(w, TLS, KM_NONE);
}

static void
number_wraps(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 0xffffffffu, 0), 1);
	returned(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 0xffffffffu, 0), 1);
	forwarded(w, tcp_in(w, TCP_ACK, 0, 0), 1);
	flow_is(w, TLS, KM_OPEN);
}

static void
blind_ack(struct world *w)
{
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_ACK, 1, 2), 2);
	half_is(w, TLS, KM_PICKED);
	flow_is(w, TLS, KM_NONE);
	forwarded(w, tcp_in(w, TCP_ACK, 1, 3), 2);
	flow_is(w, TLS, KM_NONE);
	must(w, entries(w, KERNEL_MAP_AFFINITIES) == 0);
	counts_are(w, TLS, 2, KM_COUNT_PROMOTIONS, 0);
	counts_are(w, TLS, 2, KM_COUNT_STATELESS,
	    world_count(w, world_endpoint_row(w, TLS, 2), KM_COUNT_STATELESS));
}

static void
blind_ack_refused(struct world *w)
{
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_ACK, 1, 2), 2);
	returned(w, tcp_out(w, 2, TCP_RST, 2, 0), 2);
	flow_is(w, TLS, KM_NONE);
	counts_are(w, TLS, 2, KM_COUNT_REFUSALS, 0);
	counts_are(w, TLS, 2, KM_COUNT_STATELESS,
	    world_count(w, world_endpoint_row(w, TLS, 2), KM_COUNT_STATELESS));
}

static void
picked_again(struct world *w)
{
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 9000, 8000), 2);
	returned(w, tcp_out(w, 2, TCP_ACK | TCP_PSH, 8000, 9100), 2);
	half_is(w, TLS, KM_PICKED_SEEN);
	flow_is(w, TLS, KM_NONE);
	forwarded(w, tcp_in(w, TCP_ACK, 9100, 8100), 2);
	flow_is(w, TLS, KM_OPEN);
	counts_are(w, TLS, 2, KM_COUNT_PROMOTIONS, 1);
	counts_are(w, TLS, 2, KM_COUNT_STATELESS,
	    world_count(w, world_endpoint_row(w, TLS, 2), KM_COUNT_STATELESS));
}

static void
picked_with_a_wrong_ack(struct world *w)
{
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 9000, 8000), 2);
	returned(w, tcp_out(w, 2, TCP_ACK | TCP_PSH, 8000, 9100), 2);
	goes_to(w, tcp_in(w, TCP_ACK, 9100, 0x90000000u));
	flow_is(w, TLS, KM_NONE);
	counts_are(w, TLS, 2, KM_COUNT_STATELESS,
	    world_count(w, world_endpoint_row(w, TLS, 2), KM_COUNT_STATELESS));
}

static void
picked_between_syns(struct world *w)
{
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_ACK, 1, 2), 2);
	forwarded(w, syn(w), 2);
	returned(w, syn_ack(w, 2), 2);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 2);
	flow_is(w, TLS, KM_OPEN);
	counts_are(w, TLS, 2, KM_COUNT_STATELESS,
	    world_count(w, world_endpoint_row(w, TLS, 2), KM_COUNT_STATELESS));
}

static void
blind_reset(struct world *w)
{
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_RST, 1, 0), 2);
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
	must(w, entries(w, KERNEL_MAP_FLOWS) == 0);
	counts_are(w, TLS, 2, KM_COUNT_STATELESS, 1);
}

static void
refused(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	returned(w, tcp_out(w, 1, TCP_RST | TCP_ACK, 0, 1001), 1);
	flow_is(w, TLS, KM_NONE);
	counts_are(w, TLS, 1, KM_COUNT_REFUSALS, 1);
}

static void
full_table(struct world *w)
{
	flows_fill(w);
	w->client = 50;
	world_ring(w, TLS, 1);
	forwarded(w, syn(w), 1);
	returned(w, syn_ack(w, 1), 1);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
	flow_is(w, TLS, KM_NONE);
	must(w, entries(w, KERNEL_MAP_FLOWS) == FLOW_LANES);
	must(w, w->o.settings->full_seen != 0);
	must(w, world_drop(w, world_row(w, TLS), KM_DROP_FULL) > 0);
	forwarded(w, in_data(w), 1);
	returned(w, out_data(w, 1), 1);
	drops_are(w, TLS, KM_DROP_FULL, world_drop(w, world_row(w, TLS), KM_DROP_FULL));
	counts_are(w, TLS, 1, KM_COUNT_STATELESS,
	    world_count(w, world_endpoint_row(w, TLS, 1), KM_COUNT_STATELESS));
}

static void
stateless_reverse(struct world *w)
{
	world_ring(w, TLS, 1);
	w->o.settings->full_seen = object_tick();
	returned(w, out_data(w, 1), 1);
	counts_are(w, TLS, 1, KM_COUNT_STATELESS,
	    world_count(w, world_endpoint_row(w, TLS, 1), KM_COUNT_STATELESS));
	passed(w, out_data(w, 0));
	passed(w, syn_ack(w, 1));
	counts_are(w, TLS, 0, KM_COUNT_UNASKED, 1);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 1);
}

static void
no_stateless_reverse(struct world *w)
{
	world_ring(w, TLS, 1);
	passed(w, out_data(w, 1));
	w->o.settings->full_seen = object_tick() - object_ticks(86400 * 1000000000LL);
	passed(w, out_data(w, 1));
	must(w, w->o.settings->full_seen == 0);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 2);
}

/* More than half_open holds, of SYNs and of invented ACKs. */
static void
flood(struct world *w)
{
	struct spec s;

	tcp_made(w, 1);
	for (unsigned i = 0; i < HALVES + 500; i++) {
		s = tcp_in(w, i % 2 == 0 ? TCP_SYN : TCP_ACK, i, i);
		s.from = world_client(w, 100);
		s.sport = (uint16_t)(1024 + i);
		must(w, goes_to(w, s) == 1);
	}
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) <= HALVES);
	must(w, entries(w, KERNEL_MAP_FLOWS) == 1);
	must(w, entries(w, KERNEL_MAP_AFFINITIES) == 1);
	forwarded(w, in_data(w), 1);
	returned(w, out_data(w, 1), 1);
	counts_are(w, TLS, 1, KM_COUNT_STATELESS, (HALVES + 500) / 2);
}

static const struct row tcp_rows[] = {
    {"SYN, SYN-ACK and its ACK make a flow, and nothing less", handshake, BOTH},
    {"a session is counted when its flow is made, once", sessions_counted, BOTH},
    {"data with the right number is an ACK, too", promoted_by_data, BOTH},
    {"a repeated SYN goes where the first went", syn_repeated, BOTH},
    {"a SYN with another number begins the handshake anew", syn_anew, BOTH},
    {"a repeated SYN-ACK is translated, too", syn_ack_repeated, BOTH},
    {"a SYN-ACK repeated after the flow was made is no direct conversation",
	syn_ack_after_promotion, BOTH},
    {"an ACK of another number promotes nothing, and spoils nothing", wrong_ack, BOTH},
    {"an ACK before the member's answer promotes nothing", ack_before_the_answer, BOTH},
    {"a reset promotes nothing", reset_promotes_nothing, BOTH},
    {"sequence numbers wrap", number_wraps, BOTH},
    {"a blind ACK makes nothing that lasts", blind_ack, BOTH},
    {"what a member resets of it reaches the client", blind_ack_refused, BOTH},
    {"a session from the middle is a flow when both sides prove it", picked_again, BOTH},
    {"a session from the middle needs the right number", picked_with_a_wrong_ack, BOTH},
    {"a SYN after a packet from the middle begins a handshake", picked_between_syns,
	BOTH},
    {"a blind reset is sent by the ring and leaves nothing", blind_reset, BOTH},
    {"a member's reset of a SYN is translated and counted", refused, BOTH},
    {"a flood of SYNs and ACKs makes nothing that lasts, and ends nothing", flood, BOTH},
    {"a full table means by the ring, counted", full_table, BOTH},
    {"after a full table the ring says whose reply it is", stateless_reverse, BOTH},
    {"without a full table it says nothing", no_stateless_reverse, BOTH},
};
ROWS(tcp);
