/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_answer - what we say ourselves, octet by octet where the offload of checksums
 * would change it later; packets that go round by the host's stack; routing headers.
 */
#include <netinet/in.h>
#include <string.h>

#include "row.h"

static size_t
ip_header(const struct world *w)
{
	return w->v6 ? 40 : 20;
}

static uint16_t
field(const struct packet *p, size_t at)
{
	uint16_t value;

	memcpy(&value, p->octets + at, sizeof value);
	return value;
}

static uint16_t
sum(const struct packet *p, size_t at)
{
	return sum_fold(sum_octets(0, p->octets + at, p->n - at));
}

/* The answer to @in, from where the quoted packet begins. */
static size_t
answer_to(struct world *w, const struct packet *in, struct packet *out)
{
	must(w, world_run(w, w->client_link, in, out) == WORLD_SENT);
	return LINK_OCTETS + ip_header(w) + 8;
}

static void
as_much_as_may_be(struct world *w)
{
	struct spec s = tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001);
	struct packet in, out;
	size_t quote;

	tcp_made(w, 0);
	s.ttl = 1;
	s.n = 2000;
	packet_build(&s, &in);
	quote = answer_to(w, &in, &out);
	must(w, out.n == LINK_OCTETS + (w->v6 ? 1280 : 576));
	must(w, memcmp(out.octets + quote, in.octets + LINK_OCTETS, out.n - quote) == 0);
	s.n = 10;
	packet_build(&s, &in);
	quote = answer_to(w, &in, &out);
	must(w, out.n - quote == in.n - LINK_OCTETS);
	must(w, memcmp(out.octets + quote, in.octets + LINK_OCTETS, out.n - quote) == 0);
	drops_are(w, TLS, KM_DROP_TTL, 2);
}

/* As it comes from a neighbour on the same machine: the field of the checksum holds the
 * sum of the pseudo-header, and whoever sends the packet fills in the rest. */
static size_t
unfinish(const struct world *w, const struct spec *s, struct packet *p)
{
	size_t l4 = LINK_OCTETS + ip_header(w);
	size_t at = l4 + (s->proto == IPPROTO_TCP ? 16 : 6);
	uint8_t tail[4] = {
	    0, s->proto, (uint8_t)((p->n - l4) >> 8), (uint8_t)(p->n - l4)};
	uint32_t n = sum_octets(0, tail, sizeof tail);
	uint16_t pseudo;

	n = sum_octets(n, p->octets + l4 - (w->v6 ? 32 : 8), w->v6 ? 32 : 8);
	pseudo = htons(sum_fold(n));
	memcpy(p->octets + at, &pseudo, sizeof pseudo);
	return at - LINK_OCTETS;
}

/* Whether the checksum is filled in later or not, ICMP's own stays right. */
static void
unfinished(struct world *w, struct spec s, enum service service)
{
	struct packet in, out;
	size_t quote, at, l4;
	uint16_t filled;

	s.ttl = 1;
	packet_build(&s, &in);
	at = unfinish(w, &s, &in);
	quote = answer_to(w, &in, &out);
	l4 = quote + ip_header(w);
	filled = (uint16_t)~sum(&out, l4);
	must(w, filled == ntohs(field(&out, quote + at)));
	if (!w->v6)
		must(w, sum(&out, LINK_OCTETS + 20) == 0xffff);
	must(w, memcmp(out.octets + quote, in.octets + LINK_OCTETS, at) == 0);
	must(w, memcmp(out.octets + quote + at + 2, in.octets + LINK_OCTETS + at + 2,
		    out.n - quote - at - 2) == 0);
	drops_are(w, service, KM_DROP_TTL, 1);
}

static void
unfinished_tcp(struct world *w)
{
	unfinished(w, tcp_in(w, TCP_SYN, 1000, 0), TLS);
}

static void
unfinished_and_cut(struct world *w)
{
	struct spec s = tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001);

	tcp_made(w, 0);
	s.n = 3001;
	s.gso_size = 1000;
	s.gso_segs = 4;
	unfinished(w, s, TLS);
}

static void
unfinished_udp(struct world *w)
{
	unfinished(w, udp_in(w, 10), TURN);
}

/* The stack takes the life down, and cuts it up. */
static void
back_through_the_stack(struct world *w)
{
	struct spec r = tcp_out(w, 0, TCP_ACK | TCP_PSH, 5001, 1001), there;
	struct packet in, out, want;

	tcp_made(w, 0);
	r.n = 1600;
	r.df = false;
	there = at_client(w, r);
	there.ttl = r.ttl;
	packet_build(&r, &in);
	packet_build(&there, &want);
	must(w, world_run(w, w->member_link, &in, &out) == WORLD_SENT);
	/* to the loopback interface's own address */
	memset(want.octets, 0, 6);
	must(w, memcmp(out.octets, want.octets, 6) == 0);
	must(w, out.n == want.n &&
		    memcmp(out.octets + 12, want.octets + 12, want.n - 12) == 0);
	counts_are(w, TLS, 0, KM_COUNT_PACKETS_OUT, 2); /* with the SYN-ACK */
	counts_are(w, TLS, 0, KM_COUNT_OCTETS_OUT, 1600);
}

static void
routing_header(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);
	struct packet in, out;

	world_ring(w, TLS, 1);
	s.extensions[0] = (struct extension){IPPROTO_ROUTING, 24};
	packet_build(&s, &in);
	in.octets[LINK_OCTETS + 40 + 3] = 0; /* stops left */
	must(w, world_run(w, w->client_link, &in, &out) == WORLD_SENT);
	counts_are(w, TLS, 1, KM_COUNT_PACKETS_IN, 1);
	counts_are(w, TLS, 1, KM_COUNT_OCTETS_IN, 0);
	in.octets[LINK_OCTETS + 40 + 3] = 1;
	must(w, world_run(w, w->client_link, &in, &out) == WORLD_PASS);
	must(w, out.n == in.n && memcmp(out.octets, in.octets, in.n) == 0);
}

static void
eight_headers(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

	world_ring(w, TLS, 1);
	for (unsigned i = 0; i < 8; i++)
		s.extensions[i] = (struct extension){IPPROTO_DSTOPTS, 8};
	forwarded(w, s, 1);
	s.extensions[8] = s.extensions[0];
	passed(w, s);
	drops_of_nobody(w, KM_DROP_BAD, 1);
}

static const struct row answer_rows[] = {
    {"an answer quotes as much as may be, and no more than there is", as_much_as_may_be,
	BOTH},
    {"an answer's checksum is right also when the quoted one is filled in later",
	unfinished_tcp, BOTH},
    {"and where a super-packet was cut", unfinished_and_cut, BOTH},
    {"and of datagrams", unfinished_udp, BOTH},
    {"a reply too big that may be cut comes in again for the stack",
	back_through_the_stack, ONLY_V4},
    {"a routing header with stops left is the stack's", routing_header, ONLY_V6},
    {"eight extension headers go through, nine are passed up", eight_headers, ONLY_V6},
};
ROWS(answer);
