/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_near - packets whose next hop's hardware address is known go straight there; the
 * kernel's view of it is followed.
 *
 * What the path remembers holds for an eighth of a second, in which it may see any number
 * of packets: so packets are repeated until one goes where it should.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "host.h"
#include "row.h"

#define NOBODY 0
#define FIRST  7
#define SECOND 8

#define LONGEST_S 10

enum side { INWARD, OUTWARD };

static const char *
hop(const struct world *w, enum side side)
{
	if (side == INWARD)
		return w->v6 ? "fd01::11" : "10.1.0.17";
	return w->v6 ? "2001:db8:b::254" : "198.51.100.254";
}

static void
lives_at(struct world *w, enum side side, const char *address, uint8_t last)
{
	must(w, host_neighbour(side == INWARD ? "m0" : "c0", address, last) == 0);
}

/* A segment or datagram of a flow with member 0. */
static void
packet_goes(struct world *w, enum service s, enum side side)
{
	if (s == TLS && side == INWARD)
		forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 0);
	else if (s == TLS)
		returned(w, tcp_out(w, 0, TCP_ACK, 5001, 1001), 0);
	else if (side == INWARD)
		forwarded(w, udp_in(w, 1), 0);
	else
		returned(w, udp_out(w, 0, 1), 0);
}

/* Whether the last packet went straight to @last; NOBODY: not straight. */
static bool
went_to(const struct world *w, uint8_t last)
{
	const uint8_t straight[LINK_ADDRESSES] = {HOST_NEAR, last, 2, 0, 0, 0, 0, 1};
	const uint8_t as_it_came[LINK_ADDRESSES] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 99};

	return memcmp(row_frame(w), last == NOBODY ? as_it_came : straight,
		   LINK_ADDRESSES) == 0;
}

static void
soon_goes_to(struct world *w, enum service s, enum side side, uint8_t last)
{
	time_t end = time(NULL) + LONGEST_S;

	do {
		packet_goes(w, s, side);
		must(w, time(NULL) < end);
	} while (!went_to(w, last));
}

/* Found, moved and lost, with each service, each way. */
static void
is_followed(struct world *w)
{
	tcp_made(w, 0);
	udp_made(w, 0, 1);
	for (enum service s = TLS; s < SERVICES; s++) {
		for (enum side side = INWARD; side <= OUTWARD; side++) {
			lives_at(w, side, hop(w, side), FIRST);
			soon_goes_to(w, s, side, FIRST);
			lives_at(w, side, hop(w, side), SECOND);
			soon_goes_to(w, s, side, SECOND);
			lives_at(w, side, hop(w, side), NOBODY);
			soon_goes_to(w, s, side, NOBODY);
		}
	}
}

/* Of a TCP flow. */
static void
made_and_known(struct world *w, enum side side)
{
	tcp_made(w, 0);
	lives_at(w, side, hop(w, side), FIRST);
	soon_goes_to(w, TLS, side, FIRST);
}

/* Some more packets than the one that asks. */
static void
never_goes_straight(struct world *w, enum side side)
{
	for (int packets = 0; packets < 10; packets++) {
		packet_goes(w, TLS, side);
		must(w, went_to(w, NOBODY));
	}
}

/* The kernel has him in its table, and no address: he was never heard. */
static void
no_address(struct world *w)
{
	static const char *const states[] = {"incomplete", "failed"};

	tcp_made(w, 0);
	for (unsigned i = 0; i < sizeof states / sizeof *states; i++) {
		for (enum side side = INWARD; side <= OUTWARD; side++) {
			must(w, host_neighbour_is(side == INWARD ? "m0" : "c0",
				    hop(w, side), states[i]) == 0);
			never_goes_straight(w, side);
			lives_at(w, side, hop(w, side), NOBODY);
		}
	}
}

/* What the path knows of the old one is nothing to it, from the first packet on. */
static void
other_hop(struct world *w)
{
	struct km_endpoint *e = world_endpoint(w, TLS, 0);
	struct km_addr other = world_member(w, 1);

	made_and_known(w, INWARD);
	e->hop = w->v6 ? other : (struct km_addr){{other.word[3]}};
	packet_goes(w, TLS, INWARD);
	must(w, went_to(w, NOBODY));
	lives_at(w, INWARD, w->v6 ? "fd01::12" : "10.1.0.18", SECOND);
	soon_goes_to(w, TLS, INWARD, SECOND);
	lives_at(w, INWARD, w->v6 ? "fd01::12" : "10.1.0.18", NOBODY);
	lives_at(w, INWARD, hop(w, INWARD), NOBODY);
}

/* Known at another link: nobody is asked there. */
static void
other_link(struct world *w)
{
	made_and_known(w, INWARD);
	world_endpoint(w, TLS, 0)->ifindex = w->client_link;
	never_goes_straight(w, INWARD);
	lives_at(w, INWARD, hop(w, INWARD), NOBODY);
}

/* By a route of its own, through somebody who is known: with a gateway that is said to be
 * on the link (onlink), and is not. */
static void
beyond(struct world *w)
{
	struct km_endpoint *e = world_endpoint(w, TLS, 0);
	struct km_addr client = world_client(w, 99);

	tcp_made(w, 0);
	lives_at(w, OUTWARD, hop(w, OUTWARD), FIRST);
	e->ifindex = w->client_link;
	e->hop = w->v6 ? client : (struct km_addr){{client.word[3]}};
	never_goes_straight(w, INWARD);
	lives_at(w, OUTWARD, hop(w, OUTWARD), NOBODY);
}

/* No packet has come in by it: who knows how its frames begin? */
static void
strange_link(struct world *w)
{
	const char *router = w->v6 ? "2001:db8:e::254" : "198.51.101.254";

	w->client = 201;
	must(w, host_neighbour("u0", router, FIRST) == 0);
	tcp_made(w, 0);
	never_goes_straight(w, OUTWARD);
	must(w, host_neighbour("u0", router, NOBODY) == 0);
}

/* It may have a way of its own. */
static void
other_class(struct world *w)
{
	struct spec r = tcp_out(w, 0, TCP_ACK, 5001, 1001);

	made_and_known(w, OUTWARD);
	r.tos = 0xb8;
	returned(w, r, 0);
	must(w, went_to(w, NOBODY));
	lives_at(w, OUTWARD, hop(w, OUTWARD), NOBODY);
}

static void
known_width(struct world *w)
{
	struct spec r = tcp_out(w, 0, TCP_ACK | TCP_PSH, 5001, 1001);

	made_and_known(w, OUTWARD);
	r.n = 1600;
	passed(w, r);
	drops_are(
	    w, TLS, KM_DROP_TOO_BIG, world_drop(w, world_row(w, TLS), KM_DROP_TOO_BIG));
	lives_at(w, OUTWARD, hop(w, OUTWARD), NOBODY);
}

static const struct row near_rows[] = {
    {"a next hop's hardware address is used, followed, and forgotten when the kernel does",
	is_followed, BOTH},
    {"an endpoint's other next hop is another one at once", other_hop, BOTH},
    {"a next hop who has not answered is the kernel's business", no_address, BOTH},
    {"a next hop of another link is not known", other_link, BOTH},
    {"a next hop that is beyond another one is not known", beyond, BOTH},
    {"what is known of one traffic class is nothing to another", other_class, BOTH},
    {"an answer too big for a way that is known is passed up", known_width, BOTH},
    {"a link that nothing has come in by gets its packets from the kernel", strange_link,
	BOTH},
};
ROWS(near);
