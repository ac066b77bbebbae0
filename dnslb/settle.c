/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settle - when a difference between plan and file is published.
 */
#include "settle.h"

void
settle_init(struct settle *s)
{
	*s = (struct settle){.first_ns = INT64_MAX, .not_before_ns = INT64_MIN};
}

int64_t
settle_due_ns(const struct settle *s, int64_t settle_ns)
{
	int64_t due;

	if (s->first_ns == INT64_MAX)
		return INT64_MAX;
	due = s->first_ns + settle_ns;
	return due > s->not_before_ns ? due : s->not_before_ns;
}

bool
settle_look(struct settle *s, enum difference d, int64_t now_ns, int64_t settle_ns)
{
	switch (d) {
	case DIFFERENCE_NONE:
		s->first_ns = INT64_MAX;
		return false;
	case DIFFERENCE_MISSING:
		settle_ns = 0;
		break;
	case DIFFERENCE_CHANGED:
		break;
	}
	if (s->first_ns == INT64_MAX)
		s->first_ns = now_ns;
	return now_ns >= settle_due_ns(s, settle_ns);
}

void
settle_written(struct settle *s, int64_t now_ns, int64_t spacing_ns)
{
	s->first_ns = INT64_MAX;
	s->not_before_ns = now_ns + spacing_ns;
}

void
settle_failed(struct settle *s, int64_t now_ns, int64_t pause_ns, int64_t spacing_ns)
{
	s->not_before_ns = now_ns + (spacing_ns > pause_ns ? spacing_ns : pause_ns);
}

void
warmup_init(struct warmup *w)
{
	w->since_ns = INT64_MAX;
}

bool
warmup_holds(struct warmup *w, bool cold, int64_t now_ns, int64_t limit_ns)
{
	if (!cold) {
		w->since_ns = INT64_MAX;
		return false;
	}
	if (w->since_ns == INT64_MAX)
		w->since_ns = now_ns;
	return now_ns - w->since_ns < limit_ns;
}
