/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_size - lives that end here, packets too big for the way, super-packets, routes.
 */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <time.h>

#include "row.h"

static struct spec
big(const struct world *w, size_t n)
{
	struct spec s = tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001);

	s.n = n;
	return s;
}

static void
answered_too_big(struct world *w, struct spec s, uint32_t mtu)
{
	if (w->v6)
		answered(w, s, ICMP6_PACKET_TOO_BIG, 0, mtu);
	else
		answered(w, s, ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG, mtu);
}

static void
answered_life_over(struct world *w, struct spec s)
{
	if (w->v6)
		answered(w, s, ICMP6_TIME_EXCEEDED, 0, 0);
	else
		answered(w, s, ICMP_TIMXCEED, 0, 0);
}

static void
life_ends(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

	s.ttl = 1;
	answered_life_over(w, s);
	drops_are(w, TLS, KM_DROP_TTL, 1);
	must(w, entries(w, KERNEL_MAP_FLOWS) == 0);
}

static void
life_ends_udp(struct world *w)
{
	struct spec s = udp_in(w, 10);

	s.ttl = 1;
	answered_life_over(w, s);
	drops_are(w, TURN, KM_DROP_TTL, 1);
}

static void
life_of_an_old_flow_ends(struct world *w)
{
	struct spec s = tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001);

	tcp_made(w, 0);
	s.ttl = 1;
	answered_life_over(w, s);
	drops_are(w, TLS, KM_DROP_TTL, 1);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 0);
}

static void
last_but_one_hop(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0), r;

	world_ring(w, TLS, 0);
	s.ttl = 2;
	forwarded(w, s, 0);
	r = tcp_out(w, 0, TCP_SYN | TCP_ACK, 5000, 1001);
	r.ttl = 2;
	returned(w, r, 0);
}

static void
longest_life(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

	world_ring(w, TLS, 0);
	s.ttl = 255;
	s.tos = 0xb8;
	forwarded(w, s, 0);
}

static void
life_ends_on_the_way_back(struct world *w)
{
	struct spec r = tcp_out(w, 0, TCP_ACK | TCP_PSH, 5001, 1001);

	tcp_made(w, 0);
	r.ttl = 1;
	passed(w, r);
	must(w, world_drop(w, world_row(w, TLS), KM_DROP_TTL) <= 1);
	drops_are(w, TLS, KM_DROP_TTL, world_drop(w, world_row(w, TLS), KM_DROP_TTL));
}

/* 1400 octets of TCP data with options are 1452 and 1472 octets. */
static void
too_big(struct world *w)
{
	tcp_made(w, 0);
	world_endpoint(w, TLS, 0)->mtu = 1400;
	answered_too_big(w, big(w, 1400), 1400);
	drops_are(w, TLS, KM_DROP_TOO_BIG, 1);
}

static void
just_fits(struct world *w)
{
	struct spec s = big(w, 0);
	struct packet p;

	tcp_made(w, 0);
	packet_build(&s, &p);
	s.n = 1400 - (p.n - LINK_OCTETS);
	world_endpoint(w, TLS, 0)->mtu = 1400;
	forwarded(w, s, 0);
	s.n++;
	answered_too_big(w, s, 1400);
	drops_are(w, TLS, KM_DROP_TOO_BIG, 1);
}

static void
too_big_without_df(struct world *w)
{
	struct spec s = big(w, 1400), there;

	tcp_made(w, 0);
	world_endpoint(w, TLS, 0)->mtu = 1400;
	s.df = false;
	there = at_member(w, s, 0);
	there.ttl = s.ttl; /* the stack takes it down */
	passed_as(w, s, there);
	counts_are(w, TLS, 0, KM_COUNT_PACKETS_IN,
	    world_count(w, world_endpoint_row(w, TLS, 0), KM_COUNT_PACKETS_IN));
	counts_are(w, TLS, 0, KM_COUNT_OCTETS_IN,
	    world_count(w, world_endpoint_row(w, TLS, 0), KM_COUNT_OCTETS_IN));
	drops_are(
	    w, TLS, KM_DROP_TOO_BIG, world_drop(w, world_row(w, TLS), KM_DROP_TOO_BIG));
}

static void
mtu_not_known(struct world *w)
{
	tcp_made(w, 0);
	world_endpoint(w, TLS, 0)->mtu = 0;
	forwarded(w, big(w, 3000), 0);
}

static void
too_big_on_the_way_back(struct world *w)
{
	struct spec r = tcp_out(w, 0, TCP_ACK | TCP_PSH, 5001, 1001);

	tcp_made(w, 0);
	r.n = 1600;
	passed(w, r);
	drops_are(
	    w, TLS, KM_DROP_TOO_BIG, world_drop(w, world_row(w, TLS), KM_DROP_TOO_BIG));
}

/* --- super-packets --- */

static void
super_packet(struct world *w)
{
	struct spec s = big(w, 3000), r;

	tcp_made(w, 0);
	s.gso_size = 1000;
	s.gso_segs = 3;
	forwarded(w, s, 0);
	r = tcp_out(w, 0, TCP_ACK | TCP_PSH, 5001, 4001);
	r.n = 2900;
	r.gso_size = 1000;
	r.gso_segs = 3;
	returned(w, r, 0);
	must(w, world_count(w, world_endpoint_row(w, TLS, 0), KM_COUNT_PACKETS_IN) == 5);
	must(
	    w, world_count(w, world_endpoint_row(w, TLS, 0), KM_COUNT_OCTETS_IN) == 3000);
}

static void
super_packet_of_big_segments(struct world *w)
{
	struct spec s = big(w, 3000);

	tcp_made(w, 0);
	world_endpoint(w, TLS, 0)->mtu = 1400;
	s.gso_size = 1400;
	s.gso_segs = 3;
	answered_too_big(w, s, 1400);
	drops_are(
	    w, TLS, KM_DROP_TOO_BIG, world_drop(w, world_row(w, TLS), KM_DROP_TOO_BIG));
}

static void
super_packet_udp(struct world *w)
{
	struct spec s = udp_in(w, 11);

	udp_made(w, 0, 10);
	s.n = 3000;
	s.gso_size = 1000;
	s.gso_segs = 3;
	forwarded(w, s, 0);
}

/* --- the way --- */

static void
ways_asked(struct world *w)
{
	world_ring(w, TLS, 0);
	world_endpoint(w, TLS, 0)->ifindex = 0;
	world_endpoint(w, TLS, 0)->hop_family = 0;
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 0);
	returned(w, tcp_out(w, 0, TCP_SYN | TCP_ACK, 5000, 1001), 0);
}

static void
way_asked_and_narrow(struct world *w)
{
	tcp_made(w, 0);
	world_endpoint(w, TLS, 0)->ifindex = 0;
	world_endpoint(w, TLS, 0)->hop_family = 0;
	world_endpoint(w, TLS, 0)->mtu = 0;
	answered_too_big(w, big(w, 1600), 1500);
	drops_are(w, TLS, KM_DROP_TOO_BIG, 1);
}

/* Client 200 cannot be reached: world.c. */
static void
no_way_back(struct world *w)
{
	struct spec r;
	struct packet in, out;
	int got;

	w->client = 200;
	world_ring(w, TLS, 0);
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 0);
	r = tcp_out(w, 0, TCP_SYN | TCP_ACK, 5000, 1001);
	packet_build(&r, &in);
	got = world_run(w, w->member_link, &in, &out);
	must(w, got == WORLD_DROP || got == WORLD_PASS);
	drops_are(
	    w, TLS, KM_DROP_NO_ROUTE, world_drop(w, world_row(w, TLS), KM_DROP_NO_ROUTE));
	for (enum km_count c = KM_COUNT_PACKETS_OUT; c <= KM_COUNT_OCTETS_OUT; c++)
		counts_are(
		    w, TLS, 0, c, world_count(w, world_endpoint_row(w, TLS, 0), c));
}

/* Whoever sends us what must be answered does not decide how much we send. */
static void
answers_are_held(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);
	struct timespec now;

	s.ttl = 1;
	answered_life_over(w, s);
	clock_gettime(CLOCK_MONOTONIC, &now);
	w->o.budgets[KM_BUDGET_ANSWERS].next_ns = (now.tv_sec + 3600) * 1000000000LL;
	dropped(w, s);
	dropped(w, s);
	drops_are(w, TLS, KM_DROP_TTL, 3);
	drops_are(w, TLS, KM_DROP_ANSWERS_HELD, 2);
}

/* Nobody alone would get the answer. */
static void
no_answer_to_many(struct world *w)
{
	static const char *const v4[] = {
	    "224.0.0.5", "127.0.0.1", "255.255.255.255", "0.0.0.0"};
	static const char *const v6[] = {"ff02::1", "::", "ff0e::5", "ff05::2"};

	for (unsigned i = 0; i < 4; i++) {
		struct spec s = udp_in(w, 10);

		s.from = world_addr(w->v6 ? v6[i] : v4[i]);
		s.ttl = 1;
		dropped(w, s);
	}
	drops_are(w, TURN, KM_DROP_TTL, 4);
}

static void
answer_with_options(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

	s.ttl = 1;
	s.n = 900;
	if (w->v6)
		s.extensions[0] = (struct extension){IPPROTO_DSTOPTS, 16};
	else
		s.options = 20;
	answered_life_over(w, s);
	drops_are(w, TLS, KM_DROP_TTL, 1);
}

static const struct row size_rows[] = {
    {"a SYN whose life ends here is answered", life_ends, BOTH},
    {"a datagram whose life ends here is answered", life_ends_udp, BOTH},
    {"so is a segment of a flow, which goes on", life_of_an_old_flow_ends, BOTH},
    {"a life of two hops is enough for us", last_but_one_hop, BOTH},
    {"the longest life goes down by one, the traffic class stays", longest_life, BOTH},
    {"a reply whose life ends here is passed up untouched", life_ends_on_the_way_back,
	BOTH},
    {"a segment too big for the way is answered with its width", too_big, BOTH},
    {"a segment as big as the way goes", just_fits, BOTH},
    {"a segment too big that may be cut is translated and passed up", too_big_without_df,
	ONLY_V4},
    {"where the width is not known all goes", mtu_not_known, BOTH},
    {"a reply too big for its way is passed up untouched", too_big_on_the_way_back, BOTH},
    {"a super-packet goes as one and is counted by segments", super_packet, BOTH},
    {"a super-packet of segments too big is answered", super_packet_of_big_segments,
	BOTH},
    {"a super-packet of datagrams goes as one", super_packet_udp, BOTH},
    {"the routes are asked where the next hop is not known", ways_asked, BOTH},
    {"and their width, too", way_asked_and_narrow, BOTH},
    {"a reply that no route takes is not sent", no_way_back, BOTH},
    {"answers are held to a rate", answers_are_held, BOTH},
    {"what no single host has sent is not answered", no_answer_to_many, BOTH},
    {"a packet with options is quoted with them", answer_with_options, BOTH},
};
ROWS(size);
