/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_PULSE_H
#define EDGE_PROBE_PULSE_H

/*
 * pulse - the loop's monotonic time, read once per turn, and the time the loop lost.
 *
 * Order inside one turn (libev runs higher priorities first):
 *
 *   2  pulse    the clock is read, lost time is counted
 *   1  io       what has arrived is looked at
 *   0  timers   only then are deadlines judged
 *
 * With equal priorities libev runs an expired timer before the answer that lies in the
 * socket: after a stall every probe would fail.
 */
#include <ev.h>
#include <stdint.h>

#include "lag.h"
#include "lateness.h"
#include "parting.h"

#define PULSE_PRIORITY 2
#define IO_PRIORITY    1

/* Timers may wait so long for each other's company: waking up for each probe by itself
 * costs more than the probe.  What arrives waits for nothing. */
#define PULSE_COLLECT_NS (10 * NS_PER_MS)

struct pulse {
	struct ev_loop *loop;
	ev_check check;
	ev_timer tick;
	int64_t now;         /* CLOCK_MONOTONIC of this turn */
	const char *run_dir; /* where helpers listen; the owner's to set, or NULL */
	struct lag lag;
	/* Of all probes on this loop. */
	struct lateness lateness;
	struct partings partings;
};

/* Reads the clock once more, after work that no turn of the loop should have done. */
void pulse_look(struct pulse *p);
/* Watches @loop; does not keep it alive. */
void pulse_start(struct pulse *p, struct ev_loop *loop);
void pulse_stop(struct pulse *p);

#endif
