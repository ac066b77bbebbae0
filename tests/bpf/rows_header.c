/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_header - options, headers that lie, packets that end too early.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "row.h"

/* --- what is there goes through --- */

static void
options(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

	world_ring(w, TLS, 1);
	for (uint8_t n = 4; n <= 40; n += 4) {
		s.options = n;
		forwarded(w, s, 1);
	}
	returned(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 5000, 1001), 1);
	s = tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001);
	s.options = 40;
	returned(w, s, 1);
}

static void
options_udp(struct world *w)
{
	struct spec s = udp_in(w, 10), r = udp_out(w, 1, 10);

	world_ring(w, TURN, 1);
	s.options = r.options = 12;
	forwarded(w, s, 1);
	returned(w, r, 1);
}

/* Source routes are the stack's to refuse. */
static void
source_route(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);
	struct packet in, out;
	int got;

	s.options = 12;
	s.option = 0x83;
	packet_build(&s, &in);
	got = world_run(w, w->client_link, &in, &out);
	must(w, got == WORLD_PASS || got == WORLD_SENT || got == WORLD_DROP);
	for (unsigned m = 0; m < MEMBERS; m++) {
		for (enum km_count c = KM_COUNT_PACKETS_IN; c <= KM_COUNT_OCTETS_IN; c++)
			counts_are(w, TLS, m, c,
			    world_count(w, world_endpoint_row(w, TLS, m), c));
	}
}

static void
tcp_options(struct world *w)
{
	world_ring(w, TLS, 1);
	for (uint8_t n = 0; n <= 40; n += 4) {
		struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

		s.tcp_options = n;
		forwarded(w, s, 1);
	}
}

/* --- lies --- */

static void
forget(struct world *w)
{
	for (unsigned l = 0; l < LISTENERS_END; l++)
		row_drops_are(w, l, KM_DROP_BAD, world_drop(w, l, KM_DROP_BAD));
}

static void
total_length(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);
	struct packet p;

	packet_build(&s, &p);
	/* longer than the packet, and too short for its headers */
	s.lie_total = (uint16_t)(p.n - LINK_OCTETS + 1);
	passed(w, s);
	s.lie_total = 0xffff;
	passed(w, s);
	s.lie_total = w->v6 ? 19 : 39;
	passed(w, s);
	s.lie_total = 1;
	passed(w, s);
	forget(w);
}

static void
trailer(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0), there;
	struct packet in, out, want;

	world_ring(w, TLS, 1);
	there = at_member(w, s, 1);
	packet_build(&s, &in);
	packet_build(&there, &want);
	/* the link's padding is no part of the packet */
	memset(in.octets + in.n, 0xee, 6);
	in.n += 6;
	must(w, world_run(w, w->client_link, &in, &out) == WORLD_SENT);
	must(w, out.n >= want.n &&
		    memcmp(out.octets + 14, want.octets + 14, want.n - 14) == 0);
	counts_are(w, TLS, 1, KM_COUNT_PACKETS_IN, 1);
	counts_are(w, TLS, 1, KM_COUNT_OCTETS_IN, 0);
}

static void
header_length(struct world *w)
{
	static const uint8_t v4[] = {0x40, 0x41, 0x44, 0x4f, 0x55, 0x65, 0x05},
			     v6[] = {0x40, 0x45, 0x50, 0x70, 0xf0, 0x10, 0x80};

	for (unsigned i = 0; i < sizeof v4; i++) {
		struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

		s.lie_version_ihl = w->v6 ? v6[i] : v4[i];
		passed(w, s);
	}
	forget(w);
}

static void
tcp_header_length(struct world *w)
{
	for (uint8_t words = 1; words < 5; words++) {
		struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

		s.lie_offset = words;
		passed(w, s);
	}
	{
		struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

		s.lie_offset = 15; /* the packet ends before */
		passed(w, s);
	}
	forget(w);
}

static void
udp_length(struct world *w)
{
	static const uint16_t lies[] = {1, 7, 92, 0xffff};

	for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		struct spec s = udp_in(w, 10);

		s.lie_length = lies[i];
		passed(w, s);
	}
	forget(w);
}

static void
other_protocols(struct world *w)
{
	for (unsigned proto = 0; proto < 256; proto++) {
		struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

		if (proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
		    proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6 ||
		    (w->v6 && proto == IPPROTO_FRAGMENT))
			continue;
		s.proto = (uint8_t)proto;
		s.n = 60;
		passed(w, s);
	}
	forget(w);
}

static void
other_frames(struct world *w)
{
	static const uint16_t types[] = {
	    0x0806, 0x8100, 0x88a8, 0x8847, 0x0026, 0x8863, 0xffff};
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

	for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
		s.ethertype = types[i];
		passed(w, s);
	}
	s.ethertype = w->v6 ? 0x0800 : 0x86dd;
	passed(w, s);
	s.ethertype = 0;
	s.vlan = true;
	passed(w, s);
	forget(w);
}

/* --- cut short at every octet --- */

/* Newer kernels do not run a frame that ends within its network header. */
static bool
refused(const struct world *w, const struct packet *in, int got)
{
	return got == WORLD_FAILED - EINVAL && in->n < LINK_OCTETS + (w->v6 ? 40u : 20u);
}

/* What is left of @s at every length is passed up as it is, or dropped, until it is
 * whole. */
static void
cut(struct world *w, struct spec s, uint32_t link)
{
	struct packet in, out;
	size_t whole;

	packet_build(&s, &in);
	whole = in.n;
	for (in.n = LINK_OCTETS; in.n < whole; in.n++) {
		int got = world_run(w, link, &in, &out);

		if (refused(w, &in, got))
			continue;
		must(w, got == WORLD_PASS || got == WORLD_DROP);
		must(w, got == WORLD_DROP ||
			    (out.n == in.n && memcmp(in.octets, out.octets, in.n) == 0));
	}
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
	forget(w);
}

static void
cut_tcp(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

	s.n = 10;
	cut(w, s, w->client_link);
}

static void
cut_udp(struct world *w)
{
	cut(w, udp_in(w, 10), w->client_link);
}

static void
cut_with_options(struct world *w)
{
	struct spec s = udp_in(w, 10);

	s.options = 40;
	s.extensions[0] = (struct extension){IPPROTO_HOPOPTS, 16};
	s.extensions[1] = (struct extension){IPPROTO_DSTOPTS, 8};
	cut(w, s, w->client_link);
}

static void
cut_reply(struct world *w)
{
	struct spec s = tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001);
	struct packet in, out;

	tcp_made(w, 1);
	packet_build(&s, &in);
	for (in.n = in.n - 1; in.n >= LINK_OCTETS; in.n--) {
		int got = world_run(w, w->member_link, &in, &out);

		if (refused(w, &in, got))
			continue;
		must(w, got == WORLD_PASS || got == WORLD_DROP);
		must(w, got == WORLD_DROP || memcmp(in.octets, out.octets, in.n) == 0);
	}
	forget(w);
	flow_is(w, TLS, KM_OPEN);
}

static const struct row header_rows[] = {
    {"IPv4 options of every length go through, both ways", options, ONLY_V4},
    {"and with UDP", options_udp, ONLY_V4},
    {"a source route harms nobody", source_route, ONLY_V4},
    {"TCP options of every length go through", tcp_options, BOTH},
    {"a total length that lies is passed up", total_length, BOTH},
    {"the link's padding is no part of a packet", trailer, BOTH},
    {"a version or header length that lies is passed up", header_length, BOTH},
    {"a TCP header length that lies is passed up", tcp_header_length, BOTH},
    {"a UDP length that lies is passed up", udp_length, BOTH},
    {"other protocols to the VIP are passed up", other_protocols, BOTH},
    {"other frames are passed up", other_frames, BOTH},
    {"a SYN cut short at any octet is never sent", cut_tcp, BOTH},
    {"a datagram cut short at any octet is never sent", cut_udp, BOTH},
    {"the same with options and extension headers", cut_with_options, BOTH},
    {"a reply cut short at any octet is never sent", cut_reply, BOTH},
};
ROWS(header);
