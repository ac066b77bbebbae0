/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_SWEEP_H
#define LB_KERNEL_SWEEP_H

/*
 * sweep - takes flows out of the table that nobody speaks in any more.
 *
 * The path makes flows and never looks for old ones.  A sweep walks the whole table in
 * slices, so that the loop of the main thread is never held for long, and begins anew
 * every SWEEP_PERIOD_NS at the latest.
 *
 * `sessions` of listeners and endpoints are words in memory that path and sweep share:
 * changed by atomic operations only.  Each whole sweep also knows how many flows there
 * are, and sets right what the words say too much or too little (sweep_settle()).
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/clock.h>

#include "maps.h"
#include "object.h"

#define SWEEP_PERIOD_NS (10 * NS_PER_S)
#define SWEEP_SLICE_NS  (2 * NS_PER_MS) /* aimed at */
/* How long half-open flows and fragments may name a row that no flow does. */
#define SWEEP_GRACE_NS (60 * NS_PER_S)

struct sweep;

/* @o stays the caller's and open for the sweep's life. */
int sweep_new(const struct object *o, struct sweep **ret);
void sweep_free(struct sweep **ps);

/* The next slice, if it is due.  When it wants to be called again (monotonic). */
int64_t sweep_turn(struct sweep *s, int64_t now_ns);

/* True when a whole sweep that began SWEEP_GRACE_NS or more after @since_ns, when the row
 * lost its object, met no flow of it: the row may be another's. */
bool sweep_freed_listener(const struct sweep *s, unsigned row, int64_t since_ns);
bool sweep_freed_endpoint(const struct sweep *s, unsigned row, int64_t since_ns);

struct sweep_figures {
	uint64_t flows;       /* that the last whole sweep met */
	uint64_t swept;       /* deleted since the start */
	uint32_t sweeps;      /* whole ones */
	int64_t cpu_ns;       /* of the last whole sweep */
	int64_t slice_max_ns; /* the longest slice since the start */
};
struct sweep_figures sweep_figures(const struct sweep *s);
/* Sessions of each listener's row that ended by idleness, since the start. */
const uint64_t *sweep_idle_closed(const struct sweep *s);

/* Once a second, behind tally_read(): @made is how often each endpoint's row was picked
 * or got a flow, since its map exists (KM_ENDPOINTS words). */
void sweep_settle(struct sweep *s, const uint64_t *made);

/* --- decisions, pure --- */

enum sweep_verdict {
	SWEEP_STAYS,
	SWEEP_IDLE,  /* nobody spoke for the listener's idle timeout */
	SWEEP_ENDED, /* it had ended, or its member takes nothing any more */
	SWEEP_LOST   /* of rows that are no longer what they were when it was made */
};

/* @now: ticks.  @l and @e are the rows that the flow names. */
enum sweep_verdict
sweep_judge(const struct km_flow *f, unsigned listener, const struct km_listener *l,
    const struct km_endpoint *e, const struct km_settings *settings, uint32_t now);

/* What a word of sessions should lose (negative: gain), if a sweep met @met flows while
 * @changes of them may have come or gone: no more than is certain. */
int64_t sweep_drift(uint32_t word, uint64_t met, uint64_t changes);

#endif
