/* SPDX-License-Identifier: BSD-2-Clause */
#include "past.h"

#include <string.h>

static void
note(int64_t *since_ns, bool there, bool used, int64_t now_ns)
{
	if (!there || used)
		*since_ns = 0;
	else if (*since_ns == 0)
		*since_ns = now_ns;
}

void
past_note(struct past *past, const struct rows_tables *t, const struct rows_plan *p,
    int64_t now_ns)
{
	for (unsigned r = 1; r < KM_LISTENERS; r++)
		note(&past->listener_ns[r], t->listeners[r].row != KM_ROW_FREE,
		    p->listener_used[r], now_ns);
	for (unsigned r = 1; r < KM_ENDPOINTS; r++)
		note(&past->endpoint_ns[r], t->endpoints[r].id != 0, p->endpoint_used[r],
		    now_ns);
}

void
past_freed(struct past *past)
{
	memset(past->listener_free, 0, sizeof past->listener_free);
	memset(past->endpoint_free, 0, sizeof past->endpoint_free);
}

unsigned
past_collect(struct past *past, const struct past_judge *judge)
{
	unsigned n = 0;

	past_freed(past);
	for (unsigned r = 1; r < KM_LISTENERS; r++)
		if (past->listener_ns[r] != 0 &&
		    judge->listener(judge->arg, r, past->listener_ns[r])) {
			past->listener_free[r] = true;
			past->listener_ns[r] = 0;
			n++;
		}
	for (unsigned r = 1; r < KM_ENDPOINTS; r++)
		if (past->endpoint_ns[r] != 0 &&
		    judge->endpoint(judge->arg, r, past->endpoint_ns[r])) {
			past->endpoint_free[r] = true;
			past->endpoint_ns[r] = 0;
			n++;
		}
	return n;
}
