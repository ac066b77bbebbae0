/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * way - members compared with each other.
 */
#include "way.h"

void
way_init(struct way *w)
{
	for (unsigned m = 0; m < MODEL_MEMBERS_MAX; m++) {
		w->probed[m] = false;
		w->heard[m] = INT64_MIN;
		w->lost[m] = INT64_MAX;
	}
}

void
way_add(struct way *w, unsigned member)
{
	w->probed[member] = true;
}

void
way_heard(struct way *w, unsigned member, int64_t began)
{
	if (began > w->heard[member])
		w->heard[member] = began;
	w->lost[member] = INT64_MAX;
}

bool
way_is_ours(struct way *w, unsigned member, int64_t began)
{
	bool others = false;

	if (began < w->lost[member])
		w->lost[member] = began;
	for (unsigned m = 0; m < MODEL_MEMBERS_MAX; m++) {
		if (m == member || !w->probed[m])
			continue;
		if (w->heard[m] >= w->lost[member])
			return false;
		others = true;
	}
	return others;
}
