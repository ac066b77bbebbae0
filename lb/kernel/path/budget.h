/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_BUDGET_H
#define PATH_BUDGET_H

/*
 * budget - new sessions of a member, evenly spread: one word says when its turn is next.
 *
 * The relay's rule for members (../../rate.h): what was saved in a quiet time is worth
 * 20 ms, and nothing for rates below 20 a second.
 */
#include "maps.bpf.h"

#define BUDGET_SAVED_NS     20000000ll
#define BUDGET_SAVED_GAP_US 50000u
#define BUDGET_TRIES        8

static __always_inline int
budget_take(const struct km_endpoint *e)
{
	__u32 row = e->budget;
	__s64 gap = (__s64)e->budget_gap_us * 1000;
	struct km_budget *b = row == 0 ? NULL : bpf_map_lookup_elem(&budgets, &row);
	__s64 now, from;

	if (b == NULL || gap == 0)
		return 1;
	now = (__s64)bpf_ktime_get_ns();
	from = e->budget_gap_us <= BUDGET_SAVED_GAP_US ? now - BUDGET_SAVED_NS : now;
	for (int i = 0; i < BUDGET_TRIES; i++) {
		__s64 next = *(volatile __s64 *)&b->next_ns;

		if (now < next)
			return 0;
		if (__sync_val_compare_and_swap(
			&b->next_ns, next, (next > from ? next : from) + gap) == next)
			return 1;
	}
	return 0;
}

#endif
