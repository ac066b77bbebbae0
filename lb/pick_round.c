/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pick_round - in turn, by weight.
 *
 * Everybody's credit grows by its weight; the richest is chosen and pays the sum of all
 * weights.  A member of weight 3 beside one of 1 gets a, a, b, a: never a burst.
 * Slow start is settled before (pick.c), so weights count in full here.
 */
#include "pick.h"

static int
round_choose(struct pick_state *st, const struct pick_entry *e, size_t n, uint64_t flow,
    const uint8_t *ring)
{
	int best = PICK_NONE;
	int64_t sum = 0;

	(void)flow;
	(void)ring;
	for (size_t i = 0; i < n; i++) {
		if (!e[i].may) {
			/* Absence earns nothing: who returns gets no burst. */
			if (st->credit[i] > 0)
				st->credit[i] = 0;
			continue;
		}
		st->credit[i] += e[i].weight;
		sum += e[i].weight;
		if (best == PICK_NONE || st->credit[i] > st->credit[best])
			best = (int)i;
	}
	if (best != PICK_NONE)
		st->credit[best] -= sum;
	return best;
}

const struct picker pick_round = {"round-robin", round_choose};
