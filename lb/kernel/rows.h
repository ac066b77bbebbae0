/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_ROWS_H
#define LB_KERNEL_ROWS_H

/*
 * rows - which row of `listeners` and `endpoints` everything has.
 *
 * Flows name both by index, so a row is its object's for as long as a flow may speak of
 * it: over reloads, restarts and upgrades, found again by the object's id (or, if that
 * changed with a name, by its place: address, port, protocol).  What left the
 * configuration keeps its row until the sweep has found no flow of it.
 *
 * Rings name endpoints by their position in the listener's choices, so those stay, too: a
 * member that leaves leaves a hole, one that comes gets a position of its own.
 *
 * Pure: from the tables as they are and what is wanted to a plan.
 */
#include <edge/sbuf.h>

#include "wanted.h"

struct rows_listener {
	uint16_t row;
	uint8_t n_positions;
	uint8_t position[MODEL_MEMBERS_MAX]; /* of each choice wanted */
	uint16_t choice[KM_CHOICES];         /* endpoint of each position; 0: a hole */
};

struct rows_plan {
	size_t n;
	bool listener_used[KM_LISTENERS], endpoint_used[KM_ENDPOINTS];
	uint16_t endpoint_budget[KM_ENDPOINTS]; /* of those used; 0: no limit */
	struct rows_listener at[];              /* as wanted */
};

struct rows_tables {
	const struct km_listener *listeners; /* KM_LISTENERS */
	const struct km_endpoint *endpoints; /* KM_ENDPOINTS */
};

/* *ret is free()d by the caller.  0; or -ENOSPC, -EEXIST, -ENOMEM with a sentence. */
int rows_plan(const struct rows_tables *t, const struct kernel_wanted *w,
    struct rows_plan **ret, struct sbuf *why);

void rows_addr(const struct addr *a, struct km_addr *ret);
uint8_t rows_proto(enum proto p);

#endif
