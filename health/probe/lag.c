/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lag - lost time, counted once.
 */
#include "lag.h"

void
lag_init(struct lag *l, int64_t now)
{
	*l = (struct lag){.last_ns = now};
}

void
lag_look(struct lag *l, int64_t now)
{
	int64_t lost = now - l->last_ns - LAG_TICK_NS;

	l->last_ns = now;
	if (lost < LAG_LEAST_NS)
		return;
	l->total_ns += lost;
	l->times++;
	if (lost > l->worst_ns)
		l->worst_ns = lost;
}

int64_t
lag_extended(
    const struct lag *l, int64_t deadline, int64_t total_at_start, int64_t most_ns)
{
	int64_t lost = l->total_ns - total_at_start;

	return deadline + (lost < most_ns ? lost : most_ns);
}
