/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_RISE_FALL_H
#define EDGE_HEALTH_RISE_FALL_H

/*
 * rise_fall - from outcomes in a row to a verdict.  Pure.
 *
 *                 1 good                    `fall` bad in a row
 *      UNKNOWN ------------> UP <------------------------------> DOWN
 *         |                       `rise` good in a row            ^
 *         +------------------------------------------------------+
 *                         `fall` bad in a row
 *
 * A new endpoint is taken up by its first good probe: nobody has seen it ill.  Outcomes
 * with REASON_LOCAL say nothing about the member and leave everything as it is.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/state.h>

struct rise_fall {
	enum health health;
	enum reason reason; /* of the state: what decided it */
	uint64_t detail;
	bool run_ok;      /* the run below is of good outcomes */
	int run;          /* outcomes of one kind in a row, at the end */
	enum reason seen; /* reason of the last outcomes ... */
	int seen_run;     /* ... and how many in a row had it */
	bool verified;    /* confirmed since the state was inherited */
};

enum rise_fall_change {
	RISE_FALL_SAME,
	RISE_FALL_REASON, /* the health stands, its reason is another */
	RISE_FALL_UP,
	RISE_FALL_DOWN,
};

void rise_fall_init(struct rise_fall *h);
/* What an earlier prober left on the board: believed until verified. */
void rise_fall_inherit(struct rise_fall *h, const struct state *state, uint64_t detail);
/* The question was changed: the state stands, what led to it no longer counts. */
void rise_fall_doubt(struct rise_fall *h);

enum rise_fall_change rise_fall_feed(struct rise_fall *h, bool ok, enum reason reason,
    uint64_t detail, int rise, int fall);

/* Between two states, or not verified: probe at the fast interval. */
bool rise_fall_in_transition(const struct rise_fall *h);

#endif
