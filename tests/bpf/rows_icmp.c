/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_icmp - errors about packets that were translated, both ways; the rest is the
 * host's.
 */
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <string.h>

#include "row.h"

/* An error with its quote: the quote is the row's own, so that it can be changed. */
struct error {
	struct spec outer, quote;
};

#define UNREACHABLE(w) ((uint8_t)((w)->v6 ? 1 : 3))
#define PORT(w)        ((uint8_t)((w)->v6 ? 4 : 3))
#define TOO_BIG(w)     ((uint8_t)((w)->v6 ? 2 : 3))
#define LIFE_OVER(w)   ((uint8_t)((w)->v6 ? 3 : 11))

static struct error
error(const struct world *w, struct km_addr from, struct km_addr to, struct spec quote)
{
	struct error e = {.quote = quote};

	e.outer = (struct spec){.v6 = w->v6,
	    .from = from,
	    .to = to,
	    .proto = w->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
	    .ttl = 60,
	    .id = 99,
	    .type = UNREACHABLE(w),
	    .code = PORT(w)};
	return e;
}

/* Of the client, or a router before it, about what the VIP has sent: a quote of @reply.
 */
static struct error
to_vip(const struct world *w, struct km_addr from, struct spec reply)
{
	return error(w, from, world_vip(w), at_client(w, reply));
}

/* Of a member, or a router before it, about what came to it: a quote of @request. */
static struct error
to_client(
    const struct world *w, struct km_addr from, struct spec request, unsigned member)
{
	return error(w, from, world_client(w, w->client), at_member(w, request, member));
}

static struct spec
whole(struct error *e)
{
	e->outer.quote = &e->quote;
	return e->outer;
}

/* Reaches the member as if it had spoken for itself. */
static void
to_member(struct world *w, struct error e, unsigned member)
{
	struct error out = e;

	out.outer.to = world_member(w, member);
	out.outer.ttl--;
	out.quote.from = world_member(w, member);
	out.quote.sport = world_member_port(row_service(&e.quote));
	sent_as(w, whole(&e), whole(&out));
	drops_are(w, row_service(&e.quote), KM_DROP_ICMP, 1);
}

/* Reaches the client as if the VIP had received it; @own: the member says it itself. */
static void
from_vip(struct world *w, struct error e, bool own)
{
	struct error out = e;

	if (own)
		out.outer.from = world_vip(w);
	out.outer.ttl--;
	out.quote.to = world_vip(w);
	out.quote.dport = world_vip_port(row_service(&e.quote));
	sent_as(w, whole(&e), whole(&out));
	drops_are(w, row_service(&e.quote), KM_DROP_ICMP, 1);
}

static struct spec
out_data(const struct world *w)
{
	return tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001);
}

static struct spec
in_data(const struct world *w)
{
	return tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001);
}

static void
of_the_client(struct world *w)
{
	tcp_made(w, 1);
	to_member(w, to_vip(w, world_client(w, w->client), out_data(w)), 1);
}

static void
too_big_for_a_router(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 240), out_data(w));

	tcp_made(w, 1);
	e.outer.type = TOO_BIG(w);
	e.outer.code = w->v6 ? 0 : 4;
	e.outer.rest = 1300;
	e.quote.n = 400;
	to_member(w, e, 1);
}

static void
life_over_at_a_router(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 240), out_data(w));

	tcp_made(w, 1);
	e.outer.type = LIFE_OVER(w);
	e.outer.code = 0;
	e.quote.ttl = 1;
	to_member(w, e, 1);
}

static void
of_the_client_udp(struct world *w)
{
	udp_made(w, 1, 10);
	to_member(w, to_vip(w, world_client(w, w->client), udp_out(w, 1, 10)), 1);
}

static void
of_the_member(struct world *w)
{
	tcp_made(w, 1);
	from_vip(w, to_client(w, world_member(w, 1), in_data(w), 1), true);
}

static void
of_a_router_inside(struct world *w)
{
	struct error e = to_client(w, world_member(w, 200), in_data(w), 1);

	tcp_made(w, 1);
	from_vip(w, e, false);
}

static void
port_of_the_member(struct world *w)
{
	world_ring(w, TURN, 1);
	forwarded(w, udp_in(w, 10), 1);
	from_vip(w, to_client(w, world_member(w, 1), udp_in(w, 10), 1), true);
	counts_are(w, TURN, 1, KM_COUNT_REFUSALS, 1);
	flow_is(w, TURN, KM_NONE);
}

static void
half_open_one(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 1);
	from_vip(
	    w, to_client(w, world_member(w, 1), tcp_in(w, TCP_SYN, 1000, 0), 1), true);
}

static void
direct_of_the_member(struct world *w)
{
	struct error e = to_client(w, world_member(w, 1), udp_in(w, 77), 1);

	udp_made(w, 1, 10);
	passed(w, whole(&e));
	counts_are(w, TURN, 1, KM_COUNT_REFUSALS,
	    world_count(w, world_endpoint_row(w, TURN, 1), KM_COUNT_REFUSALS));
}

/* Eight octets of a datagram do not tell its transaction. */
static void
short_quote_udp(struct world *w)
{
	struct error e = to_client(w, world_member(w, 1), udp_in(w, 10), 1);

	udp_made(w, 1, 10);
	e.outer.quoted = (w->v6 ? 40 : 20) + 8;
	passed(w, whole(&e));
	counts_are(w, TURN, 1, KM_COUNT_REFUSALS,
	    world_count(w, world_endpoint_row(w, TURN, 1), KM_COUNT_REFUSALS));
}

static void
quote_lengths(struct world *w)
{
	size_t header = w->v6 ? 40 : 20;
	unsigned sent = 0;

	tcp_made(w, 1);
	for (size_t n = 1; n < header + 8; n++) {
		struct error e = to_vip(w, world_client(w, 9), out_data(w));

		e.outer.quoted = n;
		passed(w, whole(&e));
	}
	for (size_t n = header + 8; n < header + 60; n++) {
		struct error e = to_vip(w, world_client(w, 9), out_data(w)), out;

		/* half a checksum cannot follow */
		if (n == header + 17)
			continue;
		e.outer.quoted = n;
		out = e;
		out.outer.to = world_member(w, 1);
		out.outer.ttl--;
		out.quote.from = world_member(w, 1);
		out.quote.sport = world_member_port(TLS);
		sent_as(w, whole(&e), whole(&out));
		sent++;
	}
	drops_are(w, TLS, KM_DROP_ICMP, sent);
}

static void
quote_without_checksum(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 9), udp_out(w, 1, 10));

	udp_made(w, 1, 10);
	e.quote.no_checksum = true;
	to_member(w, e, 1);
}

static void
quote_with_options(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 9), out_data(w));

	tcp_made(w, 1);
	if (w->v6)
		e.quote.extensions[0] = (struct extension){IPPROTO_DSTOPTS, 8};
	else
		e.quote.options = e.outer.options = 16;
	to_member(w, e, 1);
}

static void
without_a_flow(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 9), out_data(w));

	passed(w, whole(&e));
	e = to_client(w, world_member(w, 1), in_data(w), 1);
	passed(w, whole(&e));
}

static void
about_another_member(struct world *w)
{
	struct error e = to_client(w, world_member(w, 0), in_data(w), 0);

	tcp_made(w, 1);
	passed(w, whole(&e));
}

static void
that_lies(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 9), out_data(w));

	tcp_made(w, 1);
	/* what the VIP has never sent */
	e.quote.from = world_client(w, 77);
	passed(w, whole(&e));
	/* to somebody else than whom it concerns */
	e = to_client(w, world_member(w, 1), in_data(w), 1);
	e.outer.to = world_client(w, 99);
	passed(w, whole(&e));
}

static void
about_a_later_fragment(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 9), out_data(w));

	tcp_made(w, 1);
	e.quote.fragment = true;
	e.quote.offset = 16;
	passed(w, whole(&e));
}

static void
about_an_error(struct world *w)
{
	struct error inner = to_vip(w, world_client(w, 9), out_data(w)), e = inner;

	tcp_made(w, 1);
	e.quote = whole(&inner);
	passed(w, whole(&e));
}

static void
life_ends(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 9), out_data(w));

	tcp_made(w, 1);
	e.outer.ttl = 1;
	dropped(w, whole(&e));
	drops_are(w, TLS, KM_DROP_TTL, 1);
	e = to_client(w, world_member(w, 1), in_data(w), 1);
	e.outer.ttl = 1;
	passed(w, whole(&e));
}

static void
other_types(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 9), out_data(w));

	tcp_made(w, 1);
	for (unsigned type = 0; type < 256; type++) {
		bool is_error = w->v6 ? type >= 1 && type <= 4
				      : type == 3 || type == 11 || type == 12;

		e.outer.type = (uint8_t)type;
		if (!is_error)
			passed(w, whole(&e));
	}
}

static void
echo(struct world *w)
{
	struct spec s = to_vip(w, world_client(w, 7), out_data(w)).outer;

	s.type = w->v6 ? 128 : 8;
	s.code = 0;
	s.rest = 0x12340001;
	s.n = 56;
	passed(w, s);
	s.to = world_member(w, 1);
	passed(w, s);
}

static void
cut_short(struct world *w)
{
	struct error e = to_vip(w, world_client(w, 9), out_data(w));
	struct spec s = whole(&e);
	struct packet in, out;

	tcp_made(w, 1);
	packet_build(&s, &in);
	for (in.n--; in.n >= LINK_OCTETS + (w->v6 ? 40 : 20); in.n--) {
		int got = world_run(w, w->client_link, &in, &out);

		must(w, got == WORLD_PASS || got == WORLD_DROP);
		must(w, got == WORLD_DROP || memcmp(in.octets, out.octets, in.n) == 0);
	}
	drops_of_nobody(w, KM_DROP_BAD, world_drop(w, 0, KM_DROP_BAD));
}

static void
of_a_direct_conversation(struct world *w)
{
	struct km_flow_key key = flow_key(w, TLS);
	struct error e;

	half_put(w, TLS, 1, KM_DIRECT, 0, 0);
	e = to_client(w, world_member(w, 1), in_data(w), 1);
	passed(w, whole(&e));
	must(w, table_end(&w->half_open, &key));
}

static const struct row icmp_rows[] = {
    {"a client's error reaches the member", of_the_client, BOTH},
    {"a router's too big reaches the member", too_big_for_a_router, BOTH},
    {"a router's life over reaches the member", life_over_at_a_router, BOTH},
    {"a client's error about a datagram reaches the member", of_the_client_udp, BOTH},
    {"a member's error reaches the client as the VIP's", of_the_member, BOTH},
    {"a router's error from inside quotes the VIP", of_a_router_inside, BOTH},
    {"a member's closed port reaches the client and is counted", port_of_the_member,
	BOTH},
    {"an error about a half-open session", half_open_one, BOTH},
    {"an error about a direct datagram keeps the member's address", direct_of_the_member,
	BOTH},
    {"so does one that does not tell the transaction", short_quote_udp, BOTH},
    {"quotes of every length, from ports on", quote_lengths, BOTH},
    {"a quoted datagram without a checksum stays without", quote_without_checksum, BOTH},
    {"a quote with options or extension headers", quote_with_options, BOTH},
    {"an error about no flow is passed up", without_a_flow, BOTH},
    {"an error about another member's flow is passed up", about_another_member, BOTH},
    {"an error that contradicts itself is passed up", that_lies, BOTH},
    {"an error about a later fragment is passed up", about_a_later_fragment, BOTH},
    {"an error about an error is passed up", about_an_error, BOTH},
    {"an error whose life ends is not answered", life_ends, BOTH},
    {"other types than errors are passed up", other_types, BOTH},
    {"an echo is the host's to answer", echo, BOTH},
    {"an error cut short at any octet is never sent", cut_short, BOTH},
    {"an error of a direct TCP conversation is passed up", of_a_direct_conversation,
	BOTH},
};
ROWS(icmp);
