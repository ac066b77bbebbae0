/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resumption - when full handshakes are due, and who is at fault.
 */
#include "resumption.h"

void
resumption_init(struct resumption *r, int64_t every_ns, uint64_t seed)
{
	*r = (struct resumption){.every_ns = every_ns, .full_ns = INT64_MIN};
	if (every_ns > 0)
		r->phase_ns = (int64_t)(seed % (uint64_t)every_ns);
}

/* Which cell of the grid a time lies in. */
static int64_t
cell(const struct resumption *r, int64_t time)
{
	return (time + r->every_ns - r->phase_ns) / r->every_ns;
}

static bool
due(const struct resumption *r, int64_t now)
{
	return r->full_ns == INT64_MIN || cell(r, now) != cell(r, r->full_ns);
}

bool
resumption_allowed(const struct resumption *r, int64_t now)
{
	return r->every_ns > 0 && !r->barred && !due(r, now);
}

void
resumption_full(struct resumption *r, int64_t now)
{
	/* What was barred stays so for the rest of its cell. */
	r->barred = r->suspect || (r->barred && !due(r, now));
	r->suspect = false;
	r->full_ns = now;
}

void
resumption_given(struct resumption *r)
{
	r->missed = false;
}

void
resumption_missed(struct resumption *r)
{
	r->barred = r->barred || r->missed;
	r->missed = true;
}

void
resumption_failed(struct resumption *r, bool offered)
{
	r->suspect = offered;
}
