/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_SENTINEL_PLAN_H
#define EDGE_HEALTH_SENTINEL_PLAN_H

/*
 * sentinel_plan - when an idle connection is opened, and what its end means.  Pure: the
 * clock and the dice are arguments.
 *
 *              a good probe              its time             connected
 *   AWAITING ---------------> RESTING -----------> OPENING ------------> HELD
 *      ^                         ^                  |    |                | |
 *      |                         +--- our fault ----+    |                | |
 *      |                         +--- ended when expected, or renewed ----+ |
 *      +--- refused, timed out: alarm -------------------+                  |
 *      +--- ended unexpectedly: alarm ---------------------------------------+
 *
 * An alarm is a wish for a probe, never evidence.  Where the probe begun after it is good
 * the end meant nothing, and its age teaches how long the member keeps silent
 * connections: two ends alike are a lifetime.  From then on
 *
 *   - one of PLAN_SHORT_NS or more is renewed before its end, so nothing is missed,
 *   - a shorter one is let go without alarm, and tried again once a minute,
 *   - now and then one is held past the lifetime, to see whether it still ends there.
 *
 * Ends that mean nothing make the next connection wait longer, each time twice as long;
 * the first one after a good start opens within a second.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/clock.h>

/* Renewing more often than that would be more work for the member than its probes are. */
#define PLAN_SHORT_NS (5 * NS_PER_S)
#define PLAN_LEAST_NS NS_PER_S
#define PLAN_MOST_NS  (60 * NS_PER_S)

enum sentinel_phase {
	SENTINEL_AWAITING, /* nothing to do before a good probe */
	SENTINEL_RESTING,  /* opens at `due` */
	SENTINEL_OPENING,
	SENTINEL_HELD, /* `due`: when to look whether it should end */
};

struct sentinel_plan {
	enum sentinel_phase phase;
	int64_t due; /* INT64_MAX: never */
	int64_t opened, alarmed;
	int64_t life;     /* learned; 0: not known */
	int64_t hint;     /* the age of the last end that meant nothing; 0: none */
	int64_t age;      /* of the end whose meaning the next probe tells; 0: none */
	unsigned vain;    /* ends for nothing in a row */
	unsigned renewed; /* times since the lifetime was last seen to hold */
	unsigned trust;   /* renewals before it is tried again */
	bool trying;      /* held past the lifetime */
};

void sentinel_plan_init(struct sentinel_plan *p);
/* What was learned stays, the connection does not. */
void sentinel_plan_inherit(struct sentinel_plan *p, const struct sentinel_plan *from);

/* A probe that began at @started has ended at @now.  @dice: anything, evenly spread. */
void sentinel_plan_probed(
    struct sentinel_plan *p, int64_t started, int64_t now, bool good, uint32_t dice);
/* The endpoint is down: no connection, whatever there was. */
void sentinel_plan_down(struct sentinel_plan *p);

/* `due` has come.  True: (close what is held, and) open. */
bool sentinel_plan_due(struct sentinel_plan *p);
void sentinel_plan_opened(struct sentinel_plan *p, int64_t now);
/* These two are true when a probe is due at once. */
bool
sentinel_plan_failed(struct sentinel_plan *p, int64_t now, bool our_fault, uint32_t dice);
bool sentinel_plan_ended(struct sentinel_plan *p, int64_t now, uint32_t dice);
/* It is in the way: no connection for about PLAN_MOST_NS. */
void sentinel_plan_yield(struct sentinel_plan *p, int64_t now, uint32_t dice);

#endif
