/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_SCHED_H
#define EDGE_HEALTH_SCHED_H

/*
 * sched - when to probe next.  Pure: the clock is an argument.
 *
 *   steady  on a grid of its own: phase + k * interval; phase = hash of the member + the
 *           endpoint's place in it.  The probes of a pool therefore spread over the
 *           interval and stay spread, also after something woke all of them at once.
 *   fast    a fixed time after the last one began: in transition, and on evidence.
 *
 * Jitter moves each time by up to half its share either way, so that two probes of one
 * endpoint are never further apart than (1 + jitter) intervals.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sched {
	uint64_t phase;  /* share of the interval, in 2^-64 */
	uint64_t random; /* state of the jitter */
	double jitter;   /* 0..0.5 */
};

void sched_init(struct sched *s, uint64_t id, double jitter);
/* The @index-th of @count endpoints of one member: they are asked one after the other,
 * with equal gaps; where they begin is the member's own. */
void sched_place(struct sched *s, uint64_t member_id, size_t index, size_t count);

/* The first probe of all: somewhere in one interval. */
int64_t sched_first(struct sched *s, int64_t now, int64_t interval_ns);
/* After a probe that began at @last; never before @now. */
int64_t sched_steady(struct sched *s, int64_t now, int64_t last, int64_t interval_ns);
int64_t sched_fast(struct sched *s, int64_t now, int64_t last, int64_t fast_ns);

/* 0..1, evenly: what else must not happen everywhere at once. */
double sched_draw(struct sched *s);

#endif
