/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pick_least - fewest sessions per weight.
 *
 * Ratios are compared by cross-multiplication: (sessions + 1) <= 2^32 and weight <= 256
 * stay far inside 64 bits.  Equal members take turns, or a quiet pool would send all
 * short sessions to its first member.
 */
#include "pick.h"

static int
least_choose(struct pick_state *st, const struct pick_entry *e, size_t n, uint64_t flow,
    const uint8_t *ring)
{
	int best = PICK_NONE;

	(void)flow;
	(void)ring;
	for (size_t k = 0; k < n; k++) {
		size_t i = (st->turn + k) % n;

		if (!e[i].may)
			continue;
		if (best == PICK_NONE ||
		    ((uint64_t)e[i].sessions + 1) * e[best].weight <
			((uint64_t)e[best].sessions + 1) * e[i].weight)
			best = (int)i;
	}
	if (best != PICK_NONE)
		st->turn = (uint32_t)best + 1;
	return best;
}

const struct picker pick_least = {"least-sessions", true, least_choose};
