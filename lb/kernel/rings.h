/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_RINGS_H
#define LB_KERNEL_RINGS_H

/*
 * rings - which row of `rings` each listener picks by.
 *
 * A ring is of a shape: members and weights at the positions of choices.  Listeners of
 * one shape share it.  A packet may be reading any ring that a listener refers to, or
 * referred to a moment ago; so a ring is built in a row that nobody has referred to for a
 * second, and then each listener turns to it with one store.  Row 0 is the ring of
 * nobody, which is empty.
 *
 * One ring is built in a turn: that takes a millisecond or two, and the main loop waits.
 * Until then a new listener borrows the ring of one with the same members.  When all rows
 * are taken, a listener stays with the ring it has: who may take nothing is
 * passed over all the same (km_endpoint.use), only less evenly.
 *
 * Pure but for the rows of the map it writes: now is an argument.
 */
#include "rows.h"

/* So many shapes can be in use; as many more are at rest, or come. */
#define RINGS_SHAPES_MAX ((KM_RINGS - 1) / 2)
#define RINGS_REST_NS    INT64_C(1000000000)
/* Weights of a slow start change on a grid of this, for all listeners at once. */
#define RINGS_STEP_NS INT64_C(2000000000)

struct ring_shape {
	uint64_t id[KM_CHOICES];     /* 0: not on the ring */
	uint32_t weight[KM_CHOICES]; /* share and all */
};

struct ring_row {
	bool known;      /* it holds @shape, whole */
	bool used;       /* a listener refers to it */
	int64_t left_ns; /* when the last one left it */
	struct ring_shape shape;
};

struct rings {
	struct km_ring *map; /* KM_RINGS */
	struct ring_row row[KM_RINGS];
};

/* What a listener has and wants. */
struct ring_want {
	struct km_listener *listener;
	struct ring_shape shape;
};

/* Who is on the ring: those that may take new sessions; backups when there are no others.
 */
void rings_shape(
    const struct kernel_listener *l, const uint8_t *position, struct ring_shape *ret);

/* How many shapes there are when all members are up. */
size_t rings_count(const struct kernel_wanted *w, const struct rows_plan *p);

/* @found: the maps are of an edge-lb before, whose listeners may refer to any ring, or
 * may have a moment ago. */
void rings_init(struct rings *r, struct km_ring *map, const struct km_listener *listeners,
    bool found, int64_t now_ns);
/* Turns listeners to rings that are there, and builds at most one that is not.  Returns
 * when there is more to do; INT64_MAX: all have what they want. */
int64_t rings_turn(struct rings *r, const struct km_listener *listeners,
    struct ring_want *wants, size_t n, int64_t now_ns);

#endif
