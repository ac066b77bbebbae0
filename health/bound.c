/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bound - arithmetic about the worst moment to die.
 *
 *   bound = first + (needed - 1) * confirm + last
 *
 *   first    from the death to the end of the first failing probe:
 *
 *              the longer of
 *                max((1 + jitter) * interval, hold) + last   it began after the death
 *                whole                                       it was under way
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

bool
asks_a_relay(enum probe kind)
{
	return kind == PROBE_TURN_UDP || kind == PROBE_TURN_TCP;
}

/* Of a bare connection silence is no sickness, and the kernel answers echoes. */
static bool
is_noticed(enum bound_sickness s, enum probe kind)
{
	if (kind == PROBE_NONE)
		return false;
	/* What a program sees only its end tells, however it ends. */
	if (kind == PROBE_EXEC)
		return s == BOUND_HUNG;
	return s == BOUND_SILENT ||
	       (kind != PROBE_ICMP && !(s == BOUND_HUNG && kind == PROBE_TCP));
}

/* Half as often as tokens come back, all are there when a failure begins. */
static bool
tokens_are_short(enum probe kind, const struct health_conf *conf)
{
	return asks_a_relay(kind) && (conf->interval_ns < 2 * conf->turn_interval_ns ||
					 conf->fall > RELAY_BURST);
}

static int64_t
confirm_ns(enum probe kind, const struct health_conf *conf)
{
	return tokens_are_short(kind, conf)
		   ? longer(conf->confirm_ns, conf->turn_interval_ns)
		   : conf->confirm_ns;
}

static int64_t
steady_ns(enum probe kind, const struct health_conf *conf)
{
	int64_t ns = (int64_t)((1 + conf->jitter) * (double)conf->interval_ns);

	ns = longer(ns, conf->hold_ns);
	/* Of a living member it may wait for a silent next hop until its time is up. */
	if (kind == PROBE_SIP_REGISTER)
		ns = longer(ns, conf->timeout_ns);
	return tokens_are_short(kind, conf) ? longer(ns, conf->turn_interval_ns) : ns;
}

/* All of it, connection included, has one time: a conversation of datagrams.  A program
 * runs elsewhere and has the whole. */
static bool
is_datagrams(enum probe kind)
{
	return probe_kinds[kind].proto == PROTO_UDP && !probe_kinds[kind].helper;
}

static int64_t
dead_probe_ns(enum bound_sickness s, enum probe kind, const struct health_conf *conf)
{
	switch (s) {
	case BOUND_REFUSED:
		return 0;
	case BOUND_SILENT:
		return probe_kinds[kind].helper ? conf->timeout_ns
						: conf->connect_timeout_ns;
	case BOUND_HUNG:
	case BOUND_SICKNESSES:
		break;
	}
	return is_datagrams(kind) ? conf->connect_timeout_ns : conf->timeout_ns;
}

static int64_t
whole_probe_ns(enum probe kind, const struct health_conf *conf)
{
	return is_datagrams(kind) ? conf->connect_timeout_ns : conf->timeout_ns;
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
	int64_t last, confirm, after, under_way;
	int needed = s == BOUND_REFUSED ? conf->hard_fall : conf->fall;
	int more_under_way =
	    s == BOUND_REFUSED && needed < conf->fall ? needed : conf->fall - 1;

	if (!is_noticed(s, kind))
		return 0;
	last = dead_probe_ns(s, kind, conf);
	confirm = confirm_ns(kind, conf);
	after = steady_ns(kind, conf) + last + confirmation_ns(needed - 1, confirm, last);
	/* Of a process that is gone the kernel tells at once. */
	under_way = (s == BOUND_REFUSED ? 0 : whole_probe_ns(kind, conf)) +
		    confirmation_ns(more_under_way, confirm, last);
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
