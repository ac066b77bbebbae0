/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_LAG_H
#define EDGE_PROBE_LAG_H

/*
 * lag - how much time this process lost, so that nobody else is blamed for it.
 *
 * The loop turns at least every LAG_TICK_NS.  What lies between two turns beyond that is
 * time in which it was stuck, the process stopped, or the machine busy elsewhere.  A
 * probe that was running meanwhile gets that time back.  Pure.
 */
#include <stdint.h>

#include <edge/clock.h>

#define LAG_TICK_NS (100 * NS_PER_MS)
/* Less is ordinary scheduling. */
#define LAG_LEAST_NS (20 * NS_PER_MS)

struct lag {
	int64_t last_ns;  /* the last turn */
	int64_t total_ns; /* lost since the start; only grows */
	int64_t worst_ns;
	uint64_t times;
};

void lag_init(struct lag *l, int64_t now);
/* Call at every turn, before any deadline is judged. */
void lag_look(struct lag *l, int64_t now);

/* The deadline of something that began when the total was @total_at_start, with at most
 * @most_ns given back. */
int64_t lag_extended(
    const struct lag *l, int64_t deadline, int64_t total_at_start, int64_t most_ns);

#endif
