/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_SEAT_STATE_H
#define LB_SEAT_STATE_H

/*
 * seat_state - a seat as one program leaves it and the next one takes it.
 *
 * Saving happens while the worker is parked, restoring before it runs.
 */
#include "live.h"
#include "seat.h"
#include "state_records.h"

struct watch;

/* What is restored into. */
struct restoring {
	struct live *live;
	struct worker *const *workers;
	bool attach;  /* false: only a check, whose descriptors are not here */
	bool watched; /* sockets are registered already */
};

void seat_save(const struct seat *seat, struct saved_seat *ret);
/* Everything it names exists in @r.  Takes its places without asking for limits: who is
 * in stays in. */
void seat_restore(struct seat *seat, const struct saved_seat *from,
    const struct restoring *r, seat_end_fn *end, seat_end_fn *late);
/* worker_watch(), unless it is only a check or was done in the program before. */
int
restoring_watch(const struct restoring *r, struct worker *w, int fd, struct watch *watch);

#endif
