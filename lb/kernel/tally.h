/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_TALLY_H
#define LB_KERNEL_TALLY_H

/*
 * tally - what the path has counted, as the board has it: words of lb_fields.h by id.
 *
 * The maps count from their birth and outlive edge-lb; the board goes on from before
 * that, and also has what the relay counted for the same objects.  So the board is not
 * set to what a map says: each reading gives what came since the one before (delta), and
 * the caller adds it to what it has.  Then it says what the board will show in all
 * (tally_keep()), and what of that is not in the maps is kept beside them, pinned: after
 * a kill -9, that and the maps together are the exact numbers (tally_found()), however
 * long nobody counted.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/boards.h>

#include "object.h"

struct tally;

struct tally_row {
	uint64_t id;
	uint32_t sessions;         /* now */
	uint64_t sum[LB_FIELDS];   /* what the maps say in all */
	uint64_t delta[LB_FIELDS]; /* since the reading before */
};

/* @o stays the caller's.  The first reading's deltas begin here: before rows change. */
int tally_new(const struct object *o, struct tally **ret);
void tally_free(struct tally **pt);

/* Reads all rows that are in use; @idle_closed: sweep_idle_closed(), or NULL.  0 or
 * -errno: then no delta counts. */
int tally_read(struct tally *t, const uint64_t *idle_closed);

/* As of the last reading; NULL: it has no row.  The process: BOARD_PROCESS_ID. */
const struct tally_row *tally_listener(const struct tally *t, uint64_t id);
const struct tally_row *tally_endpoint(const struct tally *t, uint64_t id);

/* All that was counted for @row up to now, as tally_keep() of an earlier process and the
 * maps know it, where that is more than @total says.  False: no process before has kept
 * anything; then the delta counts. */
bool tally_found(
    const struct tally *t, const struct tally_row *row, uint64_t total[LB_FIELDS]);
/* Before the board is written: what it will say of @row. */
void
tally_keep(struct tally *t, const struct tally_row *row, const uint64_t total[LB_FIELDS]);
/* The fields that are the maps' business. */
bool tally_has(enum lb_field f);

/* For sweep_settle(). */
const uint64_t *tally_made(const struct tally *t);

#endif
