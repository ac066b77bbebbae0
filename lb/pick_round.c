/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pick_round - in turn, by weight.
 *
 * Everybody's credit grows by its weight; the richest is chosen and pays the sum of all
 * weights.  A member of weight 3 beside one of 1 gets a, a, b, a: never a burst.
 *
 * A member in slow start has its share of its weight, and the others share what it does
 * not take: the sum, and so its fair part, stays the same.
 */
#include "pick.h"

/* What a member's weight counts now, in thousandths.  @full and @slow are the sums of the
 * weights of those that do not start slowly and of those that do; @slow_now is what the
 * latter count now. */
static int64_t
effective(const struct pick_entry *e, int64_t full, int64_t slow, int64_t slow_now)
{
	if (e->share < 1000 || full == 0)
		return (int64_t)e->weight * e->share;
	return (int64_t)e->weight * ((full + slow) * 1000 - slow_now) / full;
}

static int
round_choose(struct pick_state *st, const struct pick_entry *e, size_t n, uint64_t flow,
    const uint8_t *ring)
{
	int64_t full = 0, slow = 0, slow_now = 0, sum = 0;
	int best = PICK_NONE;

	(void)flow;
	(void)ring;
	for (size_t i = 0; i < n; i++) {
		if (e[i].may && e[i].share < 1000) {
			slow += e[i].weight;
			slow_now += (int64_t)e[i].weight * e[i].share;
		} else if (e[i].may) {
			full += e[i].weight;
		}
	}
	for (size_t i = 0; i < n; i++) {
		int64_t weight = effective(&e[i], full, slow, slow_now);

		if (!e[i].may) {
			/* Absence earns nothing: who returns gets no burst. */
			if (st->credit[i] > 0)
				st->credit[i] = 0;
			continue;
		}
		st->credit[i] += weight;
		sum += weight;
		if (best == PICK_NONE || st->credit[i] > st->credit[best])
			best = (int)i;
	}
	if (best != PICK_NONE)
		st->credit[best] -= sum;
	return best;
}

const struct picker pick_round = {"round-robin", false, round_choose};
