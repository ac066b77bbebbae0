/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_udp - transactions: which replies get the VIP, and which keep the member's
 * address.
 */
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <string.h>

#include "row.h"

static void
asked_and_answered(struct world *w)
{
	world_ring(w, TURN, 1);
	forwarded(w, udp_in(w, 10), 1);
	half_is(w, TURN, KM_ASKED);
	flow_is(w, TURN, KM_NONE);
	must(w, entries(w, KERNEL_MAP_AFFINITIES) == 0);
	returned(w, udp_out(w, 1, 10), 1);
	flow_is(w, TURN, KM_OPEN);
	half_is(w, TURN, KM_NONE);
	must(w, affinity_get(w, 1, world_client(w, w->client)) == 2);
	must(w, world_listener(w, TURN)->sessions == 1);
	must(w, world_endpoint(w, TURN, 1)->sessions == 1);
	counts_are(w, TURN, 1, KM_COUNT_PICKS, 1);
	counts_are(w, TURN, 1, KM_COUNT_PROMOTIONS, 1);
}

static void
unasked(struct world *w)
{
	passed(w, udp_out(w, 1, 10));
	flow_is(w, TURN, KM_NONE);
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 1);
}

static void
other_transaction(struct world *w)
{
	world_ring(w, TURN, 1);
	forwarded(w, udp_in(w, 10), 1);
	passed(w, udp_out(w, 1, 11));
	flow_is(w, TURN, KM_NONE);
	half_is(w, TURN, KM_ASKED);
	returned(w, udp_out(w, 1, 10), 1);
	passed(w, udp_out(w, 1, 11));
	flow_is(w, TURN, KM_OPEN);
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 2);
}

/* One client port speaks through the VIP and directly at once. */
static void
crossing(struct world *w)
{
	udp_made(w, 1, 10);
	passed(w, udp_out(w, 1, 20));
	forwarded(w, udp_in(w, 11), 1);
	passed(w, udp_out(w, 1, 21));
	returned(w, udp_out(w, 1, 11), 1);
	returned(w, udp_out(w, 1, 10), 1);
	passed(w, udp_out(w, 1, 20));
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 3);
}

static void
lost_answer(struct world *w)
{
	world_ring(w, TURN, 1);
	forwarded(w, udp_in(w, 10), 1);
	forwarded(w, udp_in(w, 10), 1);
	returned(w, udp_out(w, 1, 10), 1);
	forwarded(w, udp_in(w, 10), 1);
	returned(w, udp_out(w, 1, 10), 1);
	returned(w, udp_out(w, 1, 10), 1);
	counts_are(w, TURN, 1, KM_COUNT_PICKS, 1);
	counts_are(w, TURN, 1, KM_COUNT_PROMOTIONS, 1);
	must(w, entries(w, KERNEL_MAP_ASKED) == 0);
}

static void
four_before_the_answer(struct world *w)
{
	world_ring(w, TURN, 1);
	for (uint8_t t = 1; t <= KM_TRANSACTIONS; t++)
		forwarded(w, udp_in(w, t), 1);
	for (uint8_t t = KM_TRANSACTIONS; t >= 1; t--)
		returned(w, udp_out(w, 1, t), 1);
	passed(w, udp_out(w, 1, 99));
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 1);
}

static void
four_in_the_flow(struct world *w)
{
	udp_made(w, 1, 1);
	for (uint8_t t = 2; t <= KM_TRANSACTIONS + 1; t++)
		forwarded(w, udp_in(w, t), 1);
	must(w, entries(w, KERNEL_MAP_ASKED) == 0);
	for (uint8_t t = KM_TRANSACTIONS + 1; t >= 1; t--)
		if (t == 1) /* answered: the first to give way */
			passed(w, udp_out(w, 1, t));
		else
			returned(w, udp_out(w, 1, t), 1);
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 1);
}

static void
more_than_room(struct world *w)
{
	udp_made(w, 1, 1);
	for (uint8_t t = 2; t <= 12; t++)
		forwarded(w, udp_in(w, t), 1);
	must(w, entries(w, KERNEL_MAP_ASKED) > 0);
	/* the first has had its answer, and made room */
	for (uint8_t t = 2; t <= 12; t++)
		returned(w, udp_out(w, 1, t), 1);
	passed(w, udp_out(w, 1, 13));
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 1);
}

static void
more_than_room_before_the_answer(struct world *w)
{
	world_ring(w, TURN, 1);
	for (uint8_t t = 1; t <= 9; t++)
		forwarded(w, udp_in(w, t), 1);
	for (uint8_t t = 1; t <= 9; t++)
		returned(w, udp_out(w, 1, t), 1);
	flow_is(w, TURN, KM_OPEN);
}

/* What the table holds when one CPU makes the flow while another one notes the second
 * question half-open: the copy is from before. */
static void
asked_while_the_flow_is_made(struct world *w)
{
	struct km_flow_key key = flow_key(w, TURN);

	world_ring(w, TURN, 1);
	forwarded(w, udp_in(w, 10), 1);
	forwarded(w, udp_in(w, 11), 1);
	flow_put(w, TURN, 1, 0);
	must(w, table_end(&w->half_open, &key));
	returned(w, udp_out(w, 1, 11), 1);
	passed(w, udp_out(w, 1, 12));
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 1);
}

static void
another_members_answer(struct world *w)
{
	udp_made(w, 1, 10);
	forwarded(w, udp_in(w, 11), 1);
	passed(w, udp_out(w, 0, 11));
	counts_are(w, TURN, 0, KM_COUNT_UNASKED, 1);
}

static void
exchanged(struct world *w)
{
	const struct km_flow *f;

	udp_made(w, 0, 10);
	world_endpoint(w, TURN, 0)->use = KM_USE_DOWN_KEEP;
	world_ring(w, TURN, 2);
	forwarded(w, udp_in(w, 11), 2);
	returned(w, udp_out(w, 2, 11), 2);
	f = flow_at(w, TURN);
	must(w, f != NULL && f->endpoint == world_endpoint_row(w, TURN, 2));
	passed(w, udp_out(w, 0, 10));
	must(w, world_endpoint(w, TURN, 0)->sessions == 0);
	must(w, world_endpoint(w, TURN, 2)->sessions == 1);
	must(w, world_listener(w, TURN)->sessions == 1);
	counts_are(w, TURN, 0, KM_COUNT_UNASKED, 1);
}

static void
exchanged_while_asked(struct world *w)
{
	world_ring(w, TURN, 0);
	forwarded(w, udp_in(w, 10), 0);
	world_endpoint(w, TURN, 0)->use = KM_USE_DOWN_RESET;
	forwarded(w, udp_in(w, 10), 1);
	returned(w, udp_out(w, 1, 10), 1);
	flow_is(w, TURN, KM_OPEN);
}

static void
nobody_left(struct world *w)
{
	udp_made(w, 0, 10);
	for (unsigned m = 0; m < MEMBERS; m++)
		world_endpoint(w, TURN, m)->use = KM_USE_DOWN_KEEP;
	passed(w, udp_in(w, 11));
	must(w, world_drop(w, world_row(w, TURN), KM_DROP_NO_MEMBER) +
			world_drop(w, world_row(w, TURN), KM_DROP_ENDED) >=
		    1);
	drops_are(w, TURN, KM_DROP_NO_MEMBER,
	    world_drop(w, world_row(w, TURN), KM_DROP_NO_MEMBER));
	drops_are(
	    w, TURN, KM_DROP_ENDED, world_drop(w, world_row(w, TURN), KM_DROP_ENDED));
}

static void
no_checksum(struct world *w)
{
	struct spec s = udp_in(w, 10), r = udp_out(w, 1, 10);

	s.no_checksum = r.no_checksum = true;
	world_ring(w, TURN, 1);
	forwarded(w, s, 1);
	returned(w, r, 1);
}

/* A sum that comes out as 0 is written as all ones, or it would mean that there is none.
 */
static void
sum_zero(struct world *w)
{
	uint8_t data[40] = {0};
	struct spec s = udp_in(w, 0), there;
	struct packet p;

	world_ring(w, TURN, 1);
	s.data = data;
	s.n = sizeof data;
	there = at_member(w, s, 1);
	packet_build(&there, &p);
	memcpy(data + 38, p.octets + p.n - 48 + 6, 2);
	packet_build(&there, &p);
	must(w, p.octets[p.n - 48 + 6] == 0xff && p.octets[p.n - 48 + 7] == 0xff);
	forwarded(w, s, 1);
}

/* A wrong checksum stays as wrong as it was: the receiver's to judge. */
static void
spoilt(struct world *w)
{
	struct spec s = udp_in(w, 10);

	s.spoil = 0x1111;
	world_ring(w, TURN, 1);
	must(w, goes_to(w, s) == 1);
}

static void
lengths(struct world *w)
{
	world_ring(w, TURN, 1);
	for (size_t n = 0; n < 64; n++) {
		struct spec s = udp_in(w, 10), r = udp_out(w, 1, 10);

		w->port = (uint16_t)(3000 + n);
		s.sport = r.dport = w->port;
		s.n = r.n = n;
		forwarded(w, s, 1);
		if (n >= 20)
			returned(w, r, 1);
	}
}

static void
table_full(struct world *w)
{
	flows_fill(w);
	world_ring(w, TURN, 1);
	forwarded(w, udp_in(w, 10), 1);
	returned(w, udp_out(w, 1, 10), 1);
	flow_is(w, TURN, KM_NONE);
	must(w, world_drop(w, world_row(w, TURN), KM_DROP_FULL) > 0);
	forwarded(w, udp_in(w, 11), 1);
	returned(w, udp_out(w, 1, 11), 1);
	passed(w, udp_out(w, 1, 12));
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 1);
	drops_are(w, TURN, KM_DROP_FULL, world_drop(w, world_row(w, TURN), KM_DROP_FULL));
	counts_are(w, TURN, 1, KM_COUNT_STATELESS,
	    world_count(w, world_endpoint_row(w, TURN, 1), KM_COUNT_STATELESS));
}

static const struct row udp_rows[] = {
    {"a datagram is picked, its answer makes the flow and affinity", asked_and_answered,
	BOTH},
    {"an answer to nothing keeps the member's address", unasked, BOTH},
    {"an answer to another question keeps the member's address", other_transaction, BOTH},
    {"VIP and direct conversation of one port do not mix", crossing, BOTH},
    {"a question asked again after a lost answer", lost_answer, BOTH},
    {"four questions before the first answer", four_before_the_answer, BOTH},
    {"four unanswered questions have room in the flow", four_in_the_flow, BOTH},
    {"questions that find no room in the flow are remembered beside it", more_than_room,
	BOTH},
    {"the same before the first answer", more_than_room_before_the_answer, BOTH},
    {"a question asked while the first answer makes the flow is remembered",
	asked_while_the_flow_is_made, BOTH},
    {"another member's answer keeps its address", another_members_answer, BOTH},
    {"a member that went down is exchanged at once", exchanged, BOTH},
    {"the same before its first answer", exchanged_while_asked, BOTH},
    {"with nobody to exchange it for, a datagram is passed up", nobody_left, BOTH},
    {"no checksum stays no checksum", no_checksum, BOTH},
    {"a checksum that comes out as 0 is written as ones", sum_zero, BOTH},
    {"a wrong checksum is not made right", spoilt, BOTH},
    {"datagrams of every small length", lengths, BOTH},
    {"a full table does not lose questions and answers", table_full, BOTH},
};
ROWS(udp);
