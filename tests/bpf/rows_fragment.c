/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_fragment - fragments follow their first, both ways; without it they are dropped.
 */
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <string.h>

#include "row.h"

/* Octets @offset to @offset + @n of the transport's part of @s; the last ones if @n 0. */
static struct spec
piece(struct spec s, uint16_t offset, uint16_t n)
{
	s.df = false;
	s.fragment = true;
	s.offset = offset;
	s.cut = n;
	s.more = n != 0;
	return s;
}

static struct spec
long_in(const struct world *w)
{
	struct spec s = udp_in(w, 10);

	s.n = 3000;
	return s;
}

static struct spec
long_out(const struct world *w)
{
	struct spec s = udp_out(w, 1, 10);

	s.n = 3000;
	return s;
}

static void
forward_three(struct world *w)
{
	struct spec s = long_in(w);

	world_ring(w, TURN, 1);
	forwarded(w, piece(s, 0, 1200), 1);
	forwarded(w, piece(s, 1200, 1200), 1);
	forwarded(w, piece(s, 2400, 0), 1);
	must(w, entries(w, KERNEL_MAP_FRAGMENTS) == 1);
	counts_are(w, TURN, 1, KM_COUNT_PICKS, 1);
}

static void
reverse_three(struct world *w)
{
	struct spec r = long_out(w);

	world_ring(w, TURN, 1);
	forwarded(w, udp_in(w, 10), 1);
	returned(w, piece(r, 0, 1200), 1);
	returned(w, piece(r, 1200, 1200), 1);
	returned(w, piece(r, 2400, 0), 1);
	flow_is(w, TURN, KM_OPEN);
}

static void
out_of_order(struct world *w)
{
	struct spec s = long_in(w);

	world_ring(w, TURN, 1);
	forwarded(w, piece(s, 0, 1200), 1);
	forwarded(w, piece(s, 2400, 0), 1);
	forwarded(w, piece(s, 1200, 1200), 1);
	forwarded(w, piece(s, 1200, 1200), 1);
}

static void
before_the_first(struct world *w)
{
	struct spec s = long_in(w);

	dropped(w, piece(s, 1200, 1200));
	dropped(w, piece(s, 2400, 0));
	drops_of_nobody(w, KM_DROP_FRAGMENT, 2);
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
	must(w, entries(w, KERNEL_MAP_FRAGMENTS) == 0);
}

static void
reply_before_the_first(struct world *w)
{
	struct spec r = long_out(w);

	udp_made(w, 1, 10);
	dropped(w, piece(r, 1200, 1200));
	drops_of_nobody(w, KM_DROP_FRAGMENT, 1);
	returned(w, piece(r, 0, 1200), 1);
	returned(w, piece(r, 1200, 1200), 1);
}

static void
another_packets_first(struct world *w)
{
	struct spec s = long_in(w);

	world_ring(w, TURN, 1);
	forwarded(w, piece(s, 0, 1200), 1);
	s.id++;
	dropped(w, piece(s, 1200, 0));
	s.id--;
	s.from = world_client(w, 8);
	dropped(w, piece(s, 1200, 0));
	drops_of_nobody(w, KM_DROP_FRAGMENT, 2);
}

/* In IPv4 the protocol belongs to a packet's name. */
static void
another_protocols_first(struct world *w)
{
	struct spec s = long_in(w);

	world_ring(w, TURN, 1);
	forwarded(w, piece(s, 0, 1200), 1);
	s.proto = IPPROTO_TCP;
	dropped(w, piece(s, 1200, 0));
	drops_of_nobody(w, KM_DROP_FRAGMENT, 1);
}

static void
tcp_in_fragments(struct world *w)
{
	struct spec s, r;

	tcp_made(w, 1);
	s = tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001);
	s.n = 2000;
	forwarded(w, piece(s, 0, 1000), 1);
	forwarded(w, piece(s, 1000, 0), 1);
	r = tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 3001);
	r.n = 2000;
	returned(w, piece(r, 0, 1000), 1);
	returned(w, piece(r, 1000, 0), 1);
}

static void
direct_ones(struct world *w)
{
	struct spec r = long_out(w);

	passed(w, piece(r, 0, 1200));
	passed(w, piece(r, 1200, 1200));
	passed(w, piece(r, 2400, 0));
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 1);
	r.sport = 50000;
	r.id++;
	passed(w, piece(r, 0, 1200));
	passed(w, piece(r, 1200, 0));
}

static void
between_strangers(struct world *w)
{
	struct spec s = long_in(w);

	s.to = world_client(w, 99);
	passed(w, piece(s, 0, 1200));
	passed(w, piece(s, 1200, 0));
	s.id++;
	passed(w, piece(s, 1200, 0));
	must(w, entries(w, KERNEL_MAP_FRAGMENTS) == 0);
}

static void
of_another_port(struct world *w)
{
	struct spec s = long_in(w);

	s.dport = 9999;
	passed(w, piece(s, 0, 1200));
	passed(w, piece(s, 1200, 0));
}

static void
of_one_refused(struct world *w)
{
	struct spec s = long_in(w);

	for (unsigned m = 0; m < MEMBERS; m++)
		world_endpoint(w, TURN, m)->use = KM_USE_OUT;
	passed(w, piece(s, 0, 1200));
	passed(w, piece(s, 1200, 0));
	drops_are(w, TURN, KM_DROP_NO_MEMBER, 1);
}

/* Whoever took the id again is another packet. */
static void
too_late(struct world *w)
{
	struct spec s = long_in(w);
	uint8_t key[sizeof(struct km_fragment_key)];
	struct km_fragment f;

	world_ring(w, TURN, 1);
	forwarded(w, piece(s, 0, 1200), 1);
	must(w, bpf_map_get_next_key(w->o.map[KERNEL_MAP_FRAGMENTS], NULL, key) == 0);
	must(w, bpf_map_lookup_elem(w->o.map[KERNEL_MAP_FRAGMENTS], key, &f) == 0);
	f.seen -= object_ticks(3600 * 1000000000LL);
	must(w, bpf_map_update_elem(w->o.map[KERNEL_MAP_FRAGMENTS], key, &f, 0) == 0);
	dropped(w, piece(s, 1200, 0));
	drops_of_nobody(w, KM_DROP_FRAGMENT, 1);
}

/* Eight octets are ports enough for UDP, and too few for TCP. */
static void
tiny(struct world *w)
{
	struct spec s = udp_in(w, 10), t = tcp_in(w, TCP_SYN, 1000, 0);

	world_ring(w, TURN, 1);
	forwarded(w, piece(s, 0, 8), 1);
	forwarded(w, piece(s, 8, 0), 1);
	t.id++;
	passed(w, piece(t, 0, 8));
	drops_of_nobody(w, KM_DROP_BAD, world_drop(w, 0, KM_DROP_BAD));
	must(w, entries(w, KERNEL_MAP_FLOWS) == 0);
}

/* It would write over what has been judged. */
static void
over_the_header(struct world *w)
{
	struct spec t;

	tcp_made(w, 1);
	t = tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001);
	t.n = 500;
	forwarded(w, piece(t, 0, 400), 1);
	passed(w, piece(t, 8, 0));
	passed(w, piece(t, 16, 0));
	forwarded(w, piece(t, 24, 0), 1);
	drops_of_nobody(w, KM_DROP_BAD, world_drop(w, 0, KM_DROP_BAD));
}

/* The stack may cut an IPv4 packet up again. */
static void
later_one_too_big(struct world *w)
{
	struct spec s = piece(long_in(w), 1200, 1600), there;

	world_ring(w, TURN, 1);
	forwarded(w, piece(long_in(w), 0, 1200), 1);
	if (w->v6) {
		dropped(w, s);
		drops_are(w, TURN, KM_DROP_TOO_BIG, 1);
		return;
	}
	there = at_member(w, s, 1);
	there.ttl = s.ttl;
	passed_as(w, s, there);
	counts_are(w, TURN, 1, KM_COUNT_PACKETS_IN, 2);
	counts_are(w, TURN, 1, KM_COUNT_OCTETS_IN, 1192 + 1600);
}

/* Beyond what any packet may be. */
static void
past_the_end(struct world *w)
{
	struct spec s = long_in(w);
	struct packet in, out;
	uint8_t *bits;

	world_ring(w, TURN, 1);
	forwarded(w, piece(s, 0, 1200), 1);
	s = piece(s, 1200, 1200);
	packet_build(&s, &in);
	bits = in.octets + LINK_OCTETS + (w->v6 ? 42 : 6);
	bits[0] = w->v6 ? 0xff : 0x1f;
	bits[1] = w->v6 ? 0xf8 : 0xff;
	must(w, world_run(w, w->client_link, &in, &out) == WORLD_PASS);
	drops_of_nobody(w, KM_DROP_BAD, world_drop(w, 0, KM_DROP_BAD));
}

static void
life_of_a_later_one_ends(struct world *w)
{
	struct spec s = long_in(w);

	world_ring(w, TURN, 1);
	forwarded(w, piece(s, 0, 1200), 1);
	s.ttl = 1;
	dropped(w, piece(s, 1200, 0));
	drops_are(w, TURN, KM_DROP_TTL, 1);
}

static void
alone(struct world *w)
{
	struct spec s = udp_in(w, 10), r = udp_out(w, 1, 10);

	world_ring(w, TURN, 1);
	s.fragment = r.fragment = true;
	forwarded(w, s, 1);
	returned(w, r, 1);
	must(w, entries(w, KERNEL_MAP_FRAGMENTS) == 0);
}

static void
behind_extensions(struct world *w)
{
	struct spec s = long_in(w);

	world_ring(w, TURN, 1);
	s.extensions[0] = (struct extension){IPPROTO_HOPOPTS, 8};
	forwarded(w, piece(s, 0, 1200), 1);
	forwarded(w, piece(s, 1200, 1200), 1);
}

static void
with_options(struct world *w)
{
	struct spec s = long_in(w);

	world_ring(w, TURN, 1);
	s.options = 24;
	forwarded(w, piece(s, 0, 1200), 1);
	forwarded(w, piece(s, 1200, 1200), 1);
}

static void
members_that_go(struct world *w)
{
	struct spec s = long_in(w);

	world_ring(w, TURN, 1);
	forwarded(w, piece(s, 0, 1200), 1);
	world_endpoint(w, TURN, 1)->use = KM_USE_KEEP;
	world_ring(w, TURN, 0);
	forwarded(w, piece(s, 1200, 1200), 1);
}

static const struct row fragment_rows[] = {
    {"fragments follow the first to its member", forward_three, BOTH},
    {"fragments of a reply follow the first to the client", reverse_three, BOTH},
    {"in any order behind the first, and twice", out_of_order, BOTH},
    {"a fragment before its first is dropped and counted", before_the_first, BOTH},
    {"so is one of a reply", reply_before_the_first, BOTH},
    {"another packet's first is none", another_packets_first, BOTH},
    {"another protocol's first is none", another_protocols_first, ONLY_V4},
    {"TCP segments in fragments", tcp_in_fragments, BOTH},
    {"fragments of direct conversations are passed up", direct_ones, BOTH},
    {"fragments between strangers are passed up without a trace", between_strangers,
	BOTH},
    {"fragments to another port of the VIP are passed up", of_another_port, BOTH},
    {"fragments of a datagram that was passed up are passed up", of_one_refused, BOTH},
    {"a first of long ago is none", too_late, BOTH},
    {"a first fragment of 8 octets", tiny, BOTH},
    {"a fragment that overlaps TCP's header is never sent", over_the_header, BOTH},
    {"a later fragment too big for the way", later_one_too_big, BOTH},
    {"a fragment that ends beyond 64 kB is never sent", past_the_end, BOTH},
    {"a later fragment whose life ends is dropped", life_of_a_later_one_ends, BOTH},
    {"a fragment that is all of its packet", alone, ONLY_V6},
    {"fragments behind an extension header", behind_extensions, ONLY_V6},
    {"fragments with IPv4 options", with_options, ONLY_V4},
    {"fragments stay with the first's member", members_that_go, BOTH},
};
ROWS(fragment);
