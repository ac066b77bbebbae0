/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_LATENESS_H
#define EDGE_PROBE_LATENESS_H

/*
 * lateness - how late probes began: a prober that is too slow for its work must not be
 * able to hide it.  Pure.
 */
#include <stdint.h>

#include <edge/clock.h>

/* What counts as late. */
#define LATENESS_LIMIT_NS (100 * NS_PER_MS)
/* Of a millisecond each; the last one holds everything longer. */
#define LATENESS_STEPS 512

struct lateness {
	uint64_t probes; /* all that began */
	uint64_t late;   /* more than the limit */
	int64_t worst_ns;
	uint64_t steps[LATENESS_STEPS];
};

/* A probe that was due at @due begins at @now. */
void lateness_count(struct lateness *l, int64_t due, int64_t now);
/* At most so late were @share (0.999) of all, rounded up to a millisecond. */
int64_t lateness_quantile_ns(const struct lateness *l, double share);

#endif
