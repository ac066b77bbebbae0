/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_RATE_H
#define LB_RATE_H

/*
 * rate - so many new sessions per second, kept in one word: when the next one may begin.
 *
 *   a session begins at now:   word = max(word, now - saved) + step
 *   the next one may:          when now >= word
 *
 * What is saved in a quiet time is worth at most @saved_ns, so that a second never sees
 * more than its number and that.  A word of 0 never held anybody back.
 *
 * Pure: now is an argument.  A word that workers share changes by compare-and-swap only.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct rate {
	int64_t step_ns; /* between two sessions; 0: no limit */
	int64_t saved_ns;
};

/* Evenly spread, for members: in no second more than @per_second and 5 %. */
struct rate rate_even(uint32_t per_second);
/* A second's number may come at once, for sources: a client opens several sessions. */
struct rate rate_at_once(uint32_t per_second);

bool rate_lets(const struct rate *r, int64_t word, int64_t now_ns);
/* The word after a session began at @now_ns. */
int64_t rate_after(const struct rate *r, int64_t word, int64_t now_ns);
/* A session begins; false: not yet. */
bool rate_take(const struct rate *r, _Atomic int64_t *word, int64_t now_ns);

#endif
