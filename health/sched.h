/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_SCHED_H
#define EDGE_HEALTH_SCHED_H

/*
 * sched - when to probe next.  Pure: the clock is an argument.
 *
 *   steady  on a grid of its own: phase + k * interval, phase = hash of the endpoint. The
 *           probes of a pool therefore spread over the interval and stay spread, also
 *           after something woke all of them at once.
 *   fast    a fixed time after the last one began: in transition, and on evidence.
 *
 * Jitter moves each time by up to half its share either way, so that two probes of one
 * endpoint are never further apart than (1 + jitter) intervals.
 */
#include <stdbool.h>
#include <stdint.h>

struct sched {
	uint64_t id;     /* of the endpoint: gives the phase */
	uint64_t random; /* state of the jitter */
	double jitter;   /* 0..0.5 */
};

void sched_init(struct sched *s, uint64_t id, double jitter);

/* The first probe of all: somewhere in one interval. */
int64_t sched_first(struct sched *s, int64_t now, int64_t interval_ns);
/* After a probe that began at @last; never before @now. */
int64_t sched_steady(struct sched *s, int64_t now, int64_t last, int64_t interval_ns);
int64_t sched_fast(struct sched *s, int64_t now, int64_t last, int64_t fast_ns);

#endif
