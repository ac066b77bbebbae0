/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_daemons - see status_daemons.h.  A daemon that does not run is told with what
 * that means, since "stale" alone says nothing to somebody who is woken at night.
 */
#include "status_daemons.h"

#include <inttypes.h>
#include <stdio.h>

#include <edge/clock.h>

#include "units.h"

#define WORK_MAX 192
/* A turn of a worker that a client may notice. */
#define LAG_TOLD_NS (50 * NS_PER_MS)

/* With a board that still says what was. */
static const char *const stales[DAEMONS] = {
    [DAEMON_HEALTH] = "states below are the last known and do not change",
    [DAEMON_LB] = "no sessions pass; counts below are the last known",
    [DAEMON_DNSLB] = "records stay as they are",
};

/* Without any. */
static const char *const silences[DAEMONS] = {
    [DAEMON_HEALTH] = "nobody knows any state",
    [DAEMON_LB] = "no sessions pass",
    [DAEMON_DNSLB] = "records stay as they are",
    [DAEMON_SNMP] = "no tables and no notifications",
};

/* What it does, and what of that somebody should know. */
static void
lb_text(const struct picture *p, bool verbose, char *buf)
{
	uint64_t flows = p->lb[LB_FIELD_FLOWS];
	uint64_t relayed = p->sessions > flows ? p->sessions - flows : 0;
	char lag[UNITS_MAX];
	size_t n = 0;

	if (!p->has_lb)
		return;
	n +=
	    (size_t)snprintf(buf, WORK_MAX, "%" PRIu64 " of at most %" PRIu64 " sessions",
		relayed, p->lb[LB_FIELD_SESSIONS_MAX]);
	if (p->lb[LB_FIELD_FLOWS_MAX] != 0)
		n += (size_t)snprintf(buf + n, WORK_MAX - n,
		    ", %" PRIu64 " of at most %" PRIu64 " in the kernel", flows,
		    p->lb[LB_FIELD_FLOWS_MAX]);
	if (n < WORK_MAX && p->lb[LB_FIELD_FLOWS_FULL] != 0)
		n += (size_t)snprintf(buf + n, WORK_MAX - n, ", whose table was full");
	if (verbose || p->lb[LB_FIELD_LOOP_LAG] >= (uint64_t)LAG_TOLD_NS)
		n += (size_t)snprintf(buf + n, WORK_MAX - n, ", turns of %s",
		    units_latency((int64_t)p->lb[LB_FIELD_LOOP_LAG], lag));
	if (n < WORK_MAX && p->lb[LB_FIELD_LOG_LOST] != 0)
		n += (size_t)snprintf(buf + n, WORK_MAX - n,
		    ", %" PRIu64 " session log lines lost", p->lb[LB_FIELD_LOG_LOST]);
	if (n < WORK_MAX && p->lb[LB_FIELD_PORTS_SHORT] != 0)
		snprintf(buf + n, WORK_MAX - n, ", local ports ran out before");
}

static const char *
work_text(const struct picture *p, enum daemon d, bool verbose, char *buf)
{
	buf[0] = '\0';
	switch (d) {
	case DAEMON_HEALTH:
	case DAEMON_SNMP:
	case DAEMONS:
		break;
	case DAEMON_LB:
		lb_text(p, verbose, buf);
		break;
	case DAEMON_DNSLB:
		if (p->n_zones > 0)
			snprintf(buf, WORK_MAX,
			    "%" PRIu64 " records in %zu zones, %" PRIu64
			    " addresses withdrawn%s",
			    p->dns[DNS_FIELD_RECORDS], p->n_zones,
			    p->dns[DNS_FIELD_WITHDRAWN],
			    p->dns[DNS_FIELD_FROZEN] != 0 ? ", frozen" : "");
		break;
	}
	return buf;
}

static void
running(
    const struct picture *p, const struct picture_daemon *d, bool verbose, struct grid *g)
{
	char age[UNITS_MAX], work[WORK_MAX];

	if (d->board == BOARD_NONE)
		grid_cell(g, PAINT_GOOD, "running");
	else
		grid_cell(
		    g, PAINT_GOOD, "running %s", units_age(d->up_ns / NS_PER_S, age));
	if (d->board == BOARD_FRESH && !d->conf_same)
		grid_cell(g, PAINT_WARN,
		    "runs another configuration than this file: edgectl reload");
	else
		grid_cell(g, PAINT_NONE, "%s", work_text(p, d->daemon, verbose, work));
}

static void
not_running(const struct picture_daemon *d, struct grid *g)
{
	char age[UNITS_MAX];

	if (!d->needed) {
		grid_cell(g, PAINT_DIM, "not running");
		grid_cell(g, PAINT_DIM, "nothing in the configuration needs it");
	} else if (d->board == BOARD_FORBIDDEN) {
		grid_cell(g, PAINT_BAD, "not readable");
		grid_cell(g, PAINT_BAD, "be root or in group edgepool to see it");
	} else if (d->board == BOARD_STALE) {
		grid_cell(g, PAINT_BAD, "%s %s", d->listening ? "stuck for" : "gone for",
		    units_age(d->beat_age_ns / NS_PER_S, age));
		grid_cell(g, PAINT_BAD, "%s", stales[d->daemon]);
	} else {
		grid_cell(g, PAINT_BAD, "not running");
		grid_cell(g, PAINT_BAD, "%s", silences[d->daemon]);
	}
}

void
status_daemons(const struct picture *p, bool verbose, struct grid *g)
{
	for (int i = 0; i < DAEMONS; i++) {
		const struct picture_daemon *d = &p->daemons[i];
		bool beats =
		    d->board == BOARD_FRESH || (d->board == BOARD_NONE && d->listening);

		grid_row(g);
		grid_cell(g, PAINT_NONE, "%s", daemon_word(d->daemon));
		if (beats)
			running(p, d, verbose, g);
		else
			not_running(d, g);
	}
}
