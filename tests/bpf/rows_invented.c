/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_invented - what one who sees neither side's packets sends in their names, and what
 * all their packets are worth after that.
 */
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <string.h>

#include "row.h"

static void
age(struct world *w, unsigned seconds)
{
	struct km_flow *f = flow_at(w, TLS);

	must(w, f != NULL);
	f->seen -= object_ticks(seconds * 1000000000LL);
}

static uint8_t
flags(const struct world *w)
{
	const struct km_flow *f = flow_at(w, TLS);

	return f == NULL ? 0 : f->flags;
}

/* A member pushes something to a client that has been silent for longer than what has
 * ended waits. */
static void
goes_on_after(struct world *w, unsigned seconds)
{
	age(w, seconds);
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001), 1);
	flow_is(w, TLS, KM_OPEN);
}

static void
reset_and_silence(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_RST, 0x40000000u, 0), 1);
	must(w, flags(w) == 0);
	goes_on_after(w, 60);
	returned(w, tcp_out(w, 1, TCP_RST, 0x40000000u, 0), 1);
	must(w, flags(w) == 0);
	goes_on_after(w, 60);
}

static void
fins_and_silence(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_FIN | TCP_ACK, 0x40000000u, 5001), 1);
	returned(w, tcp_out(w, 1, TCP_FIN | TCP_ACK, 0x40000000u, 1001), 1);
	must(w, flags(w) == 0);
	goes_on_after(w, 200);
}

static void
reset_and_syn(struct world *w)
{
	tcp_made(w, 1);
	w->o.settings->affinity = 0;
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_RST, 0x40000000u, 0), 1);
	forwarded(w, tcp_in(w, TCP_SYN, 9000, 0), 1);
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001), 1);
	flow_is(w, TLS, KM_OPEN);
}

/* An invented segment first, so that the reset's number would look like the next. */
static void
segment_and_reset(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 0x40000000u, 0x50000000u), 1);
	forwarded(w, tcp_in(w, TCP_RST, 0x40000064u, 0), 1);
	must(w, flags(w) == 0);
}

/* The numbers move on with the session, in both directions. */
static void
reset_after_much(struct world *w)
{
	uint32_t in = 1001, out = 5001;

	tcp_made(w, 1);
	for (unsigned i = 0; i < 100; i++) {
		in += 50000;
		out += 60000;
		returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, out, in), 1);
		forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, in, out), 1);
	}
	forwarded(w, tcp_in(w, TCP_RST, in, 0), 1);
	must(w, (flags(w) & KM_RST) != 0);
	forwarded(w, tcp_in(w, TCP_ACK, in, out), 1);
	must(w, flags(w) == 0);
	returned(w, tcp_out(w, 1, TCP_RST, out, 0), 1);
	must(w, (flags(w) & KM_RST) != 0);
}

/* Its client comes back from the same port, and the member's service is gone. */
static void
refused_beside_a_flow(struct world *w)
{
	tcp_made(w, 1);
	w->o.settings->affinity = 0;
	forwarded(w, tcp_in(w, TCP_SYN, 0x40000000u, 0), 1);
	returned(w, tcp_out(w, 1, TCP_RST | TCP_ACK, 0, 0x40000001u), 1);
	must(w, (flags(w) & KM_RST) != 0);
	counts_are(w, TLS, 1, KM_COUNT_REFUSALS, 1);
	world_ring(w, TLS, 2);
	forwarded(w, tcp_in(w, TCP_SYN, 0x41000000u, 0), 2);
}

/* In a member's name, from where the clients are. */
static int
from_elsewhere(struct world *w, struct spec s)
{
	struct packet in, out;

	packet_build(&s, &in);
	return world_run(w, w->client_link, &in, &out);
}

static void
syn_ack_from_elsewhere(struct world *w)
{
	tcp_made(w, 1);
	must(w, from_elsewhere(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 70000, 60001)) ==
		    WORLD_PASS);
	flow_is(w, TLS, KM_OPEN);
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001), 1);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 1);
}

static void
ack_beside_a_direct_one(struct world *w)
{
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001));
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_ACK, 0x40000000u, 0x50000000u), 1);
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001));
	passed(w, tcp_out(w, 1, TCP_FIN | TCP_ACK, 5101, 1001));
	flow_is(w, TLS, KM_NONE);
	counts_are(w, TLS, 1, KM_COUNT_STATELESS, 1);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 3);
}

/* A session that nobody remembers is found again, whatever was invented before. */
static void
ack_before_the_true_one(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_ACK, 0x40000000u, 0x50000000u), 1);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 1);
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1101), 1);
	forwarded(w, tcp_in(w, TCP_ACK, 0x40000000u, 0x50000000u), 1);
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5101, 1101), 1);
	forwarded(w, tcp_in(w, TCP_ACK, 1101, 5201), 1);
	flow_is(w, TLS, KM_OPEN);
	counts_are(w, TLS, 1, KM_COUNT_STATELESS, 1);
	counts_are(w, TLS, 1, KM_COUNT_PROMOTIONS, 1);
}

/* Flows may be forgotten, but this conversation has been seen to begin past the VIP. */
static void
direct_in_a_full_table(struct world *w)
{
	world_ring(w, TLS, 1);
	w->o.settings->full_seen = object_tick();
	passed(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 5000, 1001));
	half_is(w, TLS, KM_DIRECT);
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001));
	passed(w, tcp_out(w, 1, TCP_RST, 5101, 0));
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 3);
}

/* Where clients speak with members directly, too, a conversation may be older than that
 * the table is full. */
static void
older_than_a_full_table(struct world *w)
{
	world_listener(w, TLS)->flags |= KM_LISTENER_DIRECT;
	world_ring(w, TLS, 1);
	w->o.settings->full_seen = object_tick();
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001));
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 1);
}

/* A router's, about a segment on its way to the member. */
static struct spec
unreachable(const struct world *w, const struct spec *quote)
{
	return (struct spec){.v6 = w->v6,
	    .from = world_client(w, 200),
	    .to = quote->from,
	    .proto = w->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
	    .ttl = 60,
	    .type = (uint8_t)(w->v6 ? 1 : 3),
	    .quote = quote};
}

static void
error_about_a_direct_one(struct world *w)
{
	struct spec own = tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), at_vip = own, quote,
		    out;

	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 0x40000000u, 0), 1);
	quote = at_member(w, own, 1);
	passed(w, unreachable(w, &quote));
	w->port++;
	own.sport = at_vip.sport = w->port;
	forwarded(w, tcp_in(w, TCP_ACK, 0x40000000u, 0x50000000u), 1);
	quote = at_member(w, own, 1);
	passed(w, unreachable(w, &quote));
	counts_are(w, TLS, 1, KM_COUNT_STATELESS, 1);
	forwarded(w, own, 1);
	at_vip.ttl = quote.ttl;
	out = unreachable(w, &at_vip);
	out.ttl--;
	sent_as(w, unreachable(w, &quote), out);
	drops_are(w, TLS, KM_DROP_ICMP, 1);
}

static const struct row invented_rows[] = {
    {"an error about a direct conversation is not of what is half-open beside it",
	error_about_a_direct_one, BOTH},
    {"an invented reset costs an idle flow nothing", reset_and_silence, BOTH},
    {"nor do invented FINs", fins_and_silence, BOTH},
    {"an invented reset and a SYN do not end a flow", reset_and_syn, BOTH},
    {"a segment invented before does not make a reset true", segment_and_reset, BOTH},
    {"a reset is believed wherever the session has come to", reset_after_much, BOTH},
    {"a SYN that is refused beside a flow ends it", refused_beside_a_flow, BOTH},
    {"a SYN-ACK that comes in from elsewhere ends no flow", syn_ack_from_elsewhere, BOTH},
    {"an invented ACK leaves a direct conversation alone", ack_beside_a_direct_one, BOTH},
    {"an invented ACK does not hide a session nobody remembers", ack_before_the_true_one,
	BOTH},
    {"a direct conversation stays direct in a full table", direct_in_a_full_table, BOTH},
    {"with A/V even one that is older than that", older_than_a_full_table, BOTH},
};
ROWS(invented);
