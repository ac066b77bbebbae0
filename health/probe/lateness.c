/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lateness - a histogram in milliseconds: exact where the question "below 100 ms?" is.
 */
#include "lateness.h"

void
lateness_count(struct lateness *l, int64_t due, int64_t now)
{
	int64_t by = now > due ? now - due : 0;
	int64_t step = by / NS_PER_MS;

	l->probes++;
	l->steps[step < LATENESS_STEPS ? step : LATENESS_STEPS - 1]++;
	if (by > LATENESS_LIMIT_NS)
		l->late++;
	if (by > l->worst_ns)
		l->worst_ns = by;
}

int64_t
lateness_quantile_ns(const struct lateness *l, double share)
{
	uint64_t beyond = (uint64_t)((1.0 - share) * (double)l->probes);
	uint64_t seen = 0;

	for (int step = LATENESS_STEPS - 1; step >= 0; step--) {
		seen += l->steps[step];
		if (seen > beyond)
			return step == LATENESS_STEPS - 1 ? l->worst_ns
							  : (step + 1) * NS_PER_MS;
	}
	return 0;
}
