/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bound - arithmetic about the worst moment to die.
 *
 *   bound = first + (needed - 1) * confirm + last
 *
 *   first    from the death to the end of the first failing probe:
 *
 *              max( max((1 + jitter) * interval, hold) + last,    it began after the
 * death whole )                                       it was under way
 *
 *   last     how long a probe of a dead member takes: 0 refused, connect_timeout silent
 *            (nothing connects any more), timeout hung; UDP: connect_timeout for both
 *   whole    the longest a probe that was under way can take: timeout; UDP as last
 *   needed   fall; hard_fall for refusals - but what was under way is cut off, not
 *            refused, so that one more may be needed than those
 *
 * Confirming probes begin `confirm` apart and do not wait for each other: they add their
 * spacing and one `last`, not one each.  Beyond COURSE_FLIGHT at once the next one waits
 * for the oldest to end: the sum is then taken step by step.
 */
#include "bound.h"

#include "course.h"
#include "probe/probe.h"

static int64_t
longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool
is_noticed(enum bound_sickness s, enum probe kind)
{
	/* Of a bare connection silence is no sickness. */
	return kind != PROBE_NONE && !(s == BOUND_HUNG && kind == PROBE_TCP);
}

static int64_t
dead_probe_ns(enum bound_sickness s, enum probe kind, const struct health_conf *conf)
{
	switch (s) {
	case BOUND_REFUSED:
		return 0;
	case BOUND_SILENT:
		return conf->connect_timeout_ns;
	case BOUND_HUNG:
	case BOUND_SICKNESSES:
		break;
	}
	return probe_kinds[kind].proto == PROTO_UDP ? conf->connect_timeout_ns
						    : conf->timeout_ns;
}

static int64_t
whole_probe_ns(enum probe kind, const struct health_conf *conf)
{
	return probe_kinds[kind].proto == PROTO_UDP ? conf->connect_timeout_ns
						    : conf->timeout_ns;
}

/* From the end of the first failure to the end of the last of @more. */
static int64_t
confirmation_ns(int more, int64_t confirm_ns, int64_t last)
{
	int64_t began[COURSE_FLIGHT], at = 0;

	for (int i = 0; i < more; i++) {
		at += confirm_ns;
		if (i >= COURSE_FLIGHT)
			at = longer(at, began[i % COURSE_FLIGHT] + last);
		began[i % COURSE_FLIGHT] = at;
	}
	return more > 0 ? at + last : 0;
}

int64_t
bound_of(enum bound_sickness s, enum probe kind, const struct health_conf *conf)
{
	int64_t last, steady, after, under_way;
	int needed = s == BOUND_REFUSED ? conf->hard_fall : conf->fall;
	int more_under_way =
	    s == BOUND_REFUSED && needed < conf->fall ? needed : conf->fall - 1;

	if (!is_noticed(s, kind))
		return 0;
	last = dead_probe_ns(s, kind, conf);
	steady = (int64_t)((1 + conf->jitter) * (double)conf->interval_ns);
	after = longer(steady, conf->hold_ns) + last +
		confirmation_ns(needed - 1, conf->confirm_ns, last);
	/* Of a process that is gone the kernel tells at once. */
	under_way = (s == BOUND_REFUSED ? 0 : whole_probe_ns(kind, conf)) +
		    confirmation_ns(more_under_way, conf->confirm_ns, last);
	return longer(after, under_way);
}

int64_t
bound_ns(enum probe kind, const struct health_conf *conf)
{
	int64_t worst = 0;

	for (enum bound_sickness s = 0; s < BOUND_SICKNESSES; s++)
		worst = longer(worst, bound_of(s, kind, conf));
	return worst;
}
