/* SPDX-License-Identifier: BSD-2-Clause */
#include "rate.h"

#include <edge/clock.h>

/* A worker that wakes a few milliseconds late makes up for it.  That is one session more
 * in a second for a rate of 20 to 50, which is within 5 %, and not so below 20. */
#define LATE_NS  (20 * NS_PER_MS)
#define LATE_MIN 20

static int64_t
step_of(uint32_t per_second)
{
	return per_second == 0 ? 0 : (NS_PER_S + per_second - 1) / per_second;
}

struct rate
rate_even(uint32_t per_second)
{
	return (struct rate){
	    .step_ns = step_of(per_second),
	    .saved_ns = per_second >= LATE_MIN ? LATE_NS : 0,
	};
}

struct rate
rate_at_once(uint32_t per_second)
{
	int64_t step_ns = step_of(per_second);

	return (struct rate){
	    .step_ns = step_ns,
	    .saved_ns = per_second == 0 ? 0 : step_ns * (per_second - 1),
	};
}

bool
rate_lets(const struct rate *r, int64_t word, int64_t now_ns)
{
	return r->step_ns == 0 || now_ns >= word;
}

int64_t
rate_after(const struct rate *r, int64_t word, int64_t now_ns)
{
	int64_t from = now_ns - r->saved_ns;

	return (word > from ? word : from) + r->step_ns;
}

bool
rate_take(const struct rate *r, _Atomic int64_t *word, int64_t now_ns)
{
	int64_t before = atomic_load_explicit(word, memory_order_relaxed);

	if (r->step_ns == 0)
		return true;
	do {
		if (!rate_lets(r, before, now_ns))
			return false;
	} while (!atomic_compare_exchange_weak_explicit(word, &before,
	    rate_after(r, before, now_ns), memory_order_relaxed, memory_order_relaxed));
	return true;
}
