/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_pick - which member a client's first packet goes to.
 */
#include <arpa/inet.h>

#include "row.h"

static struct spec
syn(const struct world *w)
{
	return tcp_in(w, TCP_SYN, 1000, 0);
}

/* How many of @clients clients each member gets, from one port each. */
static void
spread(struct world *w, unsigned clients, unsigned got[MEMBERS])
{
	for (unsigned m = 0; m < MEMBERS; m++)
		got[m] = 0;
	for (w->client = 1; w->client <= clients; w->client++) {
		int m = goes_to(w, syn(w));

		must(w, m >= 0);
		got[m]++;
	}
}

static void
over_the_ring(struct world *w)
{
	unsigned got[MEMBERS];

	spread(w, 199, got);
	must(w, got[0] > 30 && got[1] > 30 && got[2] > 30);
	must(w, got[BACKUP] == 0);
}

static void
by_source(struct world *w)
{
	int first = goes_to(w, syn(w));

	must(w, first >= 0);
	for (w->port = 2000; w->port < 2030; w->port++)
		must(w, goes_to(w, syn(w)) == first);
	must(w, entries(w, KERNEL_MAP_AFFINITIES) == 0);
}

static void
by_tuple(struct world *w)
{
	unsigned got[MEMBERS] = {0};

	world_listener(w, TLS)->flags |= KM_LISTENER_TUPLE;
	world_listener(w, TLS)->domain = 0;
	for (w->port = 2000; w->port < 2199; w->port++) {
		int m = goes_to(w, syn(w));

		must(w, m >= 0);
		got[m]++;
	}
	must(w, got[0] > 30 && got[1] > 30 && got[2] > 30 && got[BACKUP] == 0);
}

static void
tuple_knows_no_affinity(struct world *w)
{
	world_listener(w, TLS)->flags |= KM_LISTENER_TUPLE;
	world_listener(w, TLS)->domain = 0;
	tcp_made(w, 2);
	must(w, entries(w, KERNEL_MAP_AFFINITIES) == 0);
}

static void
affinity_begins(struct world *w)
{
	world_ring(w, TLS, 2);
	forwarded(w, syn(w), 2);
	returned(w, tcp_out(w, 2, TCP_SYN | TCP_ACK, 5000, 1001), 2);
	must(w, entries(w, KERNEL_MAP_AFFINITIES) == 0);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 2);
	must(w, affinity_get(w, 1, world_client(w, w->client)) == 3);
	world_ring(w, TLS, 0);
	w->port++;
	forwarded(w, syn(w), 2);
}

static void
affinity_of_both_services(struct world *w)
{
	udp_made(w, 1, 5);
	world_ring(w, TLS, 0);
	forwarded(w, syn(w), 1);
}

static void
affinity_of_another_domain(struct world *w)
{
	affinity_put(w, 2, 3, object_tick());
	world_ring(w, TLS, 0);
	forwarded(w, syn(w), 0);
}

/* Written anew by a flow, but not by each of many that come one behind the other. */
static void
affinity_goes_on(struct world *w)
{
	uint32_t now = object_tick(), part = w->o.settings->affinity / 64;
	struct km_addr client = world_client(w, w->client);

	affinity_put(w, 1, 3, now - part / 2);
	tcp_made(w, 2);
	must(w, affinity_seen(w, 1, client) == now - part / 2);
	affinity_put(w, 1, 3, now - 2 * part);
	w->port++;
	tcp_made(w, 2);
	must(w, affinity_seen(w, 1, client) - now < part);
}

static void
affinity_over(struct world *w)
{
	affinity_put(w, 1, 3, object_tick() - w->o.settings->affinity - 2);
	world_ring(w, TLS, 0);
	forwarded(w, syn(w), 0);
}

/* Nobody sweeps it: a month later, half of the ticks have gone round. */
static void
affinity_over_for_long(struct world *w)
{
	affinity_put(w, 1, 3, object_tick() - 0x90000000u);
	world_ring(w, TLS, 0);
	forwarded(w, syn(w), 0);
}

/* Another CPU's clock may be ahead of that of the packet. */
static void
affinity_of_this_moment(struct world *w)
{
	affinity_put(w, 1, 3, object_tick() + 100);
	world_ring(w, TLS, 0);
	forwarded(w, syn(w), 2);
}

static void
affinity_none(struct world *w)
{
	w->o.settings->affinity = 0;
	affinity_put(w, 1, 3, object_tick());
	tcp_made(w, 0);
}

static void
affinity_of_a_member_that_takes_none(struct world *w)
{
	static const enum km_use uses[] = {
	    KM_USE_OUT, KM_USE_DOWN_RESET, KM_USE_DOWN_KEEP, KM_USE_KEEP};

	world_ring(w, TLS, 0);
	for (unsigned i = 0; i < 4; i++) {
		w->client = 20 + i;
		affinity_put(w, 1, 3, object_tick());
		world_endpoint(w, TLS, 2)->use = uses[i];
		forwarded(w, syn(w), 0);
	}
}

static void
affinity_of_a_member_elsewhere(struct world *w)
{
	affinity_put(w, 1, 77, object_tick());
	world_ring(w, TLS, 0);
	forwarded(w, syn(w), 0);
}

static void
masked(struct world *w)
{
	struct km_addr network = world_client(w, 0);
	struct km_settings *s = w->o.settings;
	int first;

	s->mask_v4.word[3] = htonl(0xffffff00u);
	s->mask_v6.word[3] = 0;
	w->client = 1;
	first = goes_to(w, syn(w));
	must(w, first >= 0);
	for (w->client = 2; w->client < 40; w->client++)
		must(w, goes_to(w, syn(w)) == first);
	tcp_made(w, 1);
	must(w, affinity_get(w, 1, network) == 2);
	must(w, entries(w, KERNEL_MAP_AFFINITIES) == 1);
	world_ring(w, TLS, 0);
	w->client = 100;
	forwarded(w, syn(w), 1);
}

static void
salts(struct world *w)
{
	unsigned got[MEMBERS];

	world_endpoint(w, TLS, 0)->use = KM_USE_KEEP;
	spread(w, 199, got);
	must(w, got[0] == 0 && got[BACKUP] == 0);
	/* two thirds and one, if all of them went to the first that may */
	must(w, got[1] > 80 && got[2] > 80);
}

static void
others_stay(struct world *w)
{
	int before[200];

	for (w->client = 1; w->client < 200; w->client++)
		before[w->client] = goes_to(w, tcp_in(w, TCP_RST, 9, 0));
	world_endpoint(w, TLS, 0)->use = KM_USE_OUT;
	for (w->client = 1; w->client < 200; w->client++) {
		int after = goes_to(w, tcp_in(w, TCP_RST, 9, 0));

		must(w, after == before[w->client] || before[w->client] == 0);
		must(w, after > 0);
	}
	for (unsigned m = 0; m < MEMBERS; m++)
		counts_are(w, TLS, m, KM_COUNT_STATELESS,
		    world_count(w, world_endpoint_row(w, TLS, m), KM_COUNT_PACKETS_IN));
}

static void
first_that_may(struct world *w)
{
	world_ring(w, TLS, 0);
	world_endpoint(w, TLS, 0)->use = KM_USE_DOWN_RESET;
	forwarded(w, syn(w), 1);
	world_endpoint(w, TLS, 1)->use = KM_USE_DOWN_RESET;
	w->client++;
	forwarded(w, syn(w), 2);
}

static void
nobodys_slots(struct world *w)
{
	world_ring(w, TLS, KM_SLOT_NONE);
	world_endpoint(w, TLS, 0)->use = KM_USE_KEEP;
	forwarded(w, syn(w), 1);
}

static void
slot_past_the_choices(struct world *w)
{
	world_ring(w, TLS, KM_CHOICES + 5);
	forwarded(w, syn(w), 0);
	world_ring(w, TLS, 254);
	w->client++;
	forwarded(w, syn(w), 0);
}

static void
backup_last(struct world *w)
{
	for (unsigned m = 0; m < BACKUP; m++)
		world_endpoint(w, TLS, m)->use = KM_USE_OUT;
	forwarded(w, syn(w), BACKUP);
	counts_are(w, TLS, BACKUP, KM_COUNT_PICKS, 1);
}

static void
backup_first_in_the_list(struct world *w)
{
	struct km_listener *l = world_listener(w, TLS);

	l->choices[0] = (uint16_t)world_endpoint_row(w, TLS, BACKUP);
	l->choices[3] = (uint16_t)world_endpoint_row(w, TLS, 0);
	world_ring(w, TLS, KM_SLOT_NONE);
	forwarded(w, syn(w), 1);
}

static void
nobody(struct world *w)
{
	for (unsigned m = 0; m < MEMBERS; m++)
		world_endpoint(w, TLS, m)->use = KM_USE_OUT;
	passed(w, syn(w));
	drops_are(w, TLS, KM_DROP_NO_MEMBER, 1);
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
}

static void
nobody_udp(struct world *w)
{
	for (unsigned m = 0; m < MEMBERS; m++)
		world_endpoint(w, TURN, m)->use = KM_USE_KEEP;
	passed(w, udp_in(w, 1));
	drops_are(w, TURN, KM_DROP_NO_MEMBER, 1);
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
}

static void
no_choices(struct world *w)
{
	world_listener(w, TLS)->n_choices = 0;
	passed(w, syn(w));
	drops_are(w, TLS, KM_DROP_NO_MEMBER, 1);
}

static void
ring_out_of_bounds(struct world *w)
{
	world_listener(w, TLS)->ring = KM_RINGS + 7;
	must(w, goes_to(w, syn(w)) >= 0);
}

static void
row_that_is_past(struct world *w)
{
	tcp_made(w, 0);
	world_listener(w, TLS)->row = KM_ROW_PAST;
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 0);
	returned(w, tcp_out(w, 0, TCP_ACK | TCP_PSH, 5001, 1101), 0);
	w->port++;
	passed(w, syn(w));
	passed(w, tcp_in(w, TCP_ACK, 1, 1));
}

static void
row_that_is_free(struct world *w)
{
	world_listener(w, TLS)->row = KM_ROW_FREE;
	passed(w, syn(w));
}

static const struct row pick_rows[] = {
    {"clients are spread over the ring, and not to the backup", over_the_ring, BOTH},
    {"all ports of a client go to one member", by_source, BOTH},
    {"with affinity by tuple a client's ports are spread", by_tuple, BOTH},
    {"with affinity by tuple none is remembered", tuple_knows_no_affinity, BOTH},
    {"affinity begins with the flow and leads past the ring", affinity_begins, BOTH},
    {"affinity of one service holds for the other", affinity_of_both_services, BOTH},
    {"affinity of another domain says nothing", affinity_of_another_domain, BOTH},
    {"affinity goes on from the last flow, or from one shortly before", affinity_goes_on,
	BOTH},
    {"affinity that is over says nothing", affinity_over, BOTH},
    {"nor does affinity that is over for a month", affinity_over_for_long, BOTH},
    {"affinity of this moment counts, by whatever clock", affinity_of_this_moment, BOTH},
    {"without affinity none is asked", affinity_none, BOTH},
    {"affinity does not lead to a member that takes nothing new",
	affinity_of_a_member_that_takes_none, BOTH},
    {"affinity does not lead to a member the listener does not have",
	affinity_of_a_member_elsewhere, BOTH},
    {"hash and affinity see the masked address", masked, BOTH},
    {"a refused pick is hashed on, evenly", salts, BOTH},
    {"a member that goes moves nobody else", others_stay, BOTH},
    {"a ring of those that may not ends at the first that may", first_that_may, BOTH},
    {"slots of nobody end at the first that may", nobodys_slots, BOTH},
    {"slots past the choices end at the first that may", slot_past_the_choices, BOTH},
    {"the backup is picked when nobody else may", backup_last, BOTH},
    {"a backup that stands first is still the last", backup_first_in_the_list, BOTH},
    {"without a member a SYN is passed up", nobody, BOTH},
    {"without a member a datagram is passed up", nobody_udp, BOTH},
    {"a listener without choices passes up", no_choices, BOTH},
    {"a ring's row out of bounds does no harm", ring_out_of_bounds, BOTH},
    {"a listener that is past keeps its flows and takes nothing", row_that_is_past, BOTH},
    {"a free listener's row passes up", row_that_is_free, BOTH},
};
ROWS(pick);
