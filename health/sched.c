/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched - grid and jitter.
 */
#include "sched.h"

/* Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014): good
 * enough to spread probes, small enough to read. */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

void
sched_init(struct sched *s, uint64_t id, double jitter)
{
	*s = (struct sched){.phase = mix(id), .random = id, .jitter = jitter};
}

void
sched_place(struct sched *s, uint64_t member_id, size_t index, size_t count)
{
	s->phase = mix(member_id) + UINT64_MAX / count * index;
}

double
sched_draw(struct sched *s)
{
	s->random++;
	return (double)(mix(s->random) >> 11) / (double)(UINT64_C(1) << 53);
}

/* -0.5 .. 0.5 of the jitter's share of @interval. */
static int64_t
jitter(struct sched *s, int64_t interval)
{
	return (int64_t)((sched_draw(s) - 0.5) * s->jitter * (double)interval);
}

static int64_t
phase(const struct sched *s, int64_t interval)
{
	/* 53 bits: as many as a double holds, so that the share stays below 1. */
	return (int64_t)((double)(s->phase >> 11) / (double)(UINT64_C(1) << 53) *
			 (double)interval);
}

/* The first point of the grid later than @time. */
static int64_t
grid_after(const struct sched *s, int64_t time, int64_t interval)
{
	int64_t at = phase(s, interval);

	if (time >= at)
		at += ((time - at) / interval + 1) * interval;
	return at;
}

static int64_t
not_before(int64_t now, int64_t at)
{
	return at < now ? now : at;
}

int64_t
sched_first(struct sched *s, int64_t now, int64_t interval_ns)
{
	return not_before(now, grid_after(s, now, interval_ns));
}

int64_t
sched_steady(struct sched *s, int64_t now, int64_t last, int64_t interval_ns)
{
	/* The last one may have come before its own point by half the jitter: it must not
	 * be given that same point again. */
	int64_t half = (int64_t)(s->jitter / 2 * (double)interval_ns);
	int64_t at = grid_after(s, last + half, interval_ns);

	return not_before(now, at + jitter(s, interval_ns));
}

int64_t
sched_fast(struct sched *s, int64_t now, int64_t last, int64_t fast_ns)
{
	return not_before(now, last + fast_ns + jitter(s, fast_ns));
}
