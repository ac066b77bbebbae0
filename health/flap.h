/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_FLAP_H
#define EDGE_HEALTH_FLAP_H

/*
 * flap - does an endpoint change too often, and how long does it then stay out?  Pure.
 *
 * The score is Nagios's: of the last 21 results, each change counts, the oldest possible
 * one 0.8, the newest 1.2, linear between; the sum over 20 is the score.  It flaps from
 * 20 % on and until it is below 5 %.
 *
 * What is scored is the endpoint's health after each outcome, not the outcome: a lost
 * packet is no change of anything, and isolated failures are counted where they add up
 * (rise_fall.h).  Two outages within 21 outcomes are enough to start.
 *
 * While it flaps, each time it goes down it is held down: 10 s x 2^(n-1), at most 300 s,
 * +-20 % so that members that fell together do not return together.  What it answers
 * meanwhile is not scored: nothing can change, and the score would end by itself.  n is
 * forgotten once it has been up for the longest hold-down without a break.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/model.h>
#include <edge/state.h>

#define FLAP_RESULTS 21

struct flap {
	uint32_t results; /* bit 0 the newest; 1: up */
	unsigned n;       /* how many are known */
	bool flapping;
	unsigned holds;     /* the n above */
	int64_t held_until; /* INT64_MIN: never held */
	int64_t up_since;   /* while up */
};

void flap_init(struct flap *f);
/* After each outcome that counts.  @draw: 0..1, for the spread. */
void flap_feed(struct flap *f, enum health health, bool changed,
    const struct health_conf *conf, double draw, int64_t now);
bool flap_holds(const struct flap *f, int64_t now);
/* The settings may have changed: it is held no longer than they allow. */
void flap_limit(struct flap *f, const struct health_conf *conf, int64_t now);
/* The longest hold-down there can be. */
int64_t flap_longest_ns(const struct health_conf *conf);
/* 0..1 */
double flap_score(const struct flap *f);

/* For a board's word; times are kept apart. */
uint64_t flap_pack(const struct flap *f);
void flap_unpack(struct flap *f, uint64_t word, int64_t held_until, int64_t now);

#endif
