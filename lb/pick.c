/* SPDX-License-Identifier: BSD-2-Clause */
#include "pick.h"

#include <assert.h>

#define ALLOWANCE_ONE ((int64_t)1 << 16)
/* Savings are few, so that no burst follows a quiet time, but enough that source hash,
 * whose flows come as they come, does not waste them. */
#define ALLOWANCE_MAX (8 * ALLOWANCE_ONE)

const struct picker *const pickers[ALGORITHMS] = {
    [ALGORITHM_LEAST_SESSIONS] = &pick_least,
    [ALGORITHM_ROUND_ROBIN] = &pick_round,
    [ALGORITHM_SOURCE_HASH] = &pick_hash,
};

/* Backups stand back while anybody else may. */
static void
stand_back_backups(struct pick_entry *e, size_t n)
{
	bool others = false;

	for (size_t i = 0; i < n; i++)
		others = others || (e[i].may && !e[i].backup);
	for (size_t i = 0; others && i < n; i++)
		if (e[i].backup)
			e[i].may = false;
}

/*
 * A member in slow start saves, with every session that begins, its fair part times its
 * share; it takes part when that makes one session.  When all are in slow start nobody
 * stands back: the sessions must go somewhere.
 */
static void
stand_back_slow(struct pick_state *st, struct pick_entry *e, size_t n)
{
	uint64_t weights = 0;
	bool others = false;

	for (size_t i = 0; i < n; i++)
		if (e[i].may)
			weights += e[i].weight;
	for (size_t i = 0; i < n; i++) {
		if (!e[i].may)
			continue;
		if (e[i].share >= 1000) {
			others = true;
			st->allowance[i] = 0;
			continue;
		}
		st->allowance[i] += (int64_t)((uint64_t)ALLOWANCE_ONE * e[i].weight *
					      e[i].share / 1000 / weights);
		if (st->allowance[i] > ALLOWANCE_MAX)
			st->allowance[i] = ALLOWANCE_MAX;
	}
	for (size_t i = 0; others && i < n; i++)
		if (e[i].share < 1000 && st->allowance[i] < ALLOWANCE_ONE)
			e[i].may = false;
}

int
pick(enum algorithm algorithm, struct pick_state *st, struct pick_entry *e, size_t n,
    uint64_t flow, const uint8_t *ring)
{
	int chosen;

	assert(n <= MODEL_MEMBERS_MAX);
	stand_back_backups(e, n);
	if (pickers[algorithm]->stands_back)
		stand_back_slow(st, e, n);
	chosen = pickers[algorithm]->choose(st, e, n, flow, ring);
	assert(chosen == PICK_NONE || e[chosen].may);
	if (chosen != PICK_NONE && pickers[algorithm]->stands_back &&
	    e[chosen].share < 1000)
		st->allowance[chosen] -= ALLOWANCE_ONE;
	return chosen;
}
