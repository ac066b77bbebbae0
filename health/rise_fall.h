/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_RISE_FALL_H
#define EDGE_HEALTH_RISE_FALL_H

/*
 * rise_fall - from outcomes, in the order in which their probes began, to a verdict.
 * Pure.
 *
 *                 1 good                    `fall` bad ones that add up,
 *      UNKNOWN ------------> UP <--------   or `hard_fall` refusals in a row  --> DOWN
 *         |                       `rise` good in a row                             ^
 *         +------------------------------------------------------------------------+
 *                         as from UP
 *
 * A new endpoint is taken up by its first good probe: nobody has seen it ill.  Outcomes
 * with REASON_LOCAL say nothing about the member and leave everything as it is.
 *
 * Bad ones add up over successes in between, so that a member which answers every other
 * time does not stay; the sum is forgotten when `forget` has passed without a bad one
 * (the leak), and starts anew with every change of health.  Bad ones in a row are one
 * event however long it takes: nothing is forgotten in between.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/model.h>
#include <edge/state.h>

/* What took it up or down: exactly what a log line may claim. */
struct rise_fall_proof {
	int count;       /* outcomes that decided ... */
	int needed;      /* ... and how many were needed */
	int alike;       /* of them with the reason of the state; 0: not known */
	int64_t over_ns; /* from the first bad one to the last; 0: all in a row */
};

struct rise_fall {
	enum health health;
	enum reason reason; /* of the state: what decided it */
	uint64_t detail;
	bool run_ok;      /* the run below is of good outcomes */
	int run;          /* outcomes of one kind in a row, at the end */
	int hard_run;     /* refusals in a row, at the end */
	enum reason seen; /* reason of the last outcomes ... */
	int seen_run;     /* ... and how many in a row had it */
	bool verified;    /* confirmed since the state was inherited */

	int tally;                           /* bad ones that add up */
	uint8_t tally_of[REASONS];           /* likewise, by reason */
	int64_t first_failure, last_failure; /* of them */
	bool tally_inherited;                /* their reasons are not all known */
	struct rise_fall_proof proof;        /* of the last change of health */
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
/* Bad ones an earlier prober had counted, the last at @last. */
void rise_fall_inherit_tally(struct rise_fall *h, int tally, int64_t last);
/* The question was changed: the state stands, what led to it no longer counts. */
void rise_fall_doubt(struct rise_fall *h);

/* @held: it may not come up now, however well it answers. */
enum rise_fall_change rise_fall_feed(struct rise_fall *h, bool ok, enum reason reason,
    uint64_t detail, const struct health_conf *conf, bool held, int64_t now);

/* Bad outcomes like the last that would take it down; 0: it is not being doubted. */
int rise_fall_missing(const struct rise_fall *h, const struct health_conf *conf);

/* Between two states, or not verified: probe sooner than usual. */
bool rise_fall_in_transition(const struct rise_fall *h);

#endif
