/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_PAST_H
#define LB_KERNEL_PAST_H

/*
 * past - rows of what left the configuration, until no flow names them.
 *
 * Pure: who left, when, and which rows the sweep has found to be nobody's since.
 */
#include <stdbool.h>
#include <stdint.h>

#include "rows.h"

struct past {
	/* When it left (monotonic); 0: it did not, or is free. */
	int64_t listener_ns[KM_LISTENERS], endpoint_ns[KM_ENDPOINTS];
	/* Chosen by past_collect(): to be free. */
	bool listener_free[KM_LISTENERS], endpoint_free[KM_ENDPOINTS];
};

/* A plan is in effect: what it does not use has left, now or before. */
void past_note(struct past *past, const struct rows_tables *t, const struct rows_plan *p,
    int64_t now_ns);

/* Has no flow met the row since it left? */
struct past_judge {
	bool (*listener)(const void *arg, unsigned row, int64_t since_ns);
	bool (*endpoint)(const void *arg, unsigned row, int64_t since_ns);
	const void *arg;
};
/* How many rows are nobody's now: in listener_free and endpoint_free. */
unsigned past_collect(struct past *past, const struct past_judge *judge);
/* They are free. */
void past_freed(struct past *past);

#endif
