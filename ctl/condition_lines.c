/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * condition_lines - see condition_lines.h.
 */
#include "condition_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <edge/certificate.h>
#include <edge/condition.h>

#define WHO_MAX  192
#define DAYS_MAX 40
#define WHEN_MAX 80
/* Names before "and so many more": the line must keep room for what they have. */
#define NAMES_MAX 3

static enum paint
severity_paint(enum severity s)
{
	switch (s) {
	case SEVERITY_MAJOR:
		return PAINT_BAD;
	case SEVERITY_WARNING:
		return PAINT_WARN;
	case SEVERITY_NOTE:
	case SEVERITIES:
		break;
	}
	return PAINT_DIM;
}

static bool
is_shown(enum condition c, bool notes)
{
	return notes || condition_severity(c) != SEVERITY_NOTE;
}

/* @when: " (2026-12-02, in 12 days)", or nothing. */
static void
line(struct grid *g, unsigned indent, enum condition c, const char *who, const char *when)
{
	grid_line(g, indent, severity_paint(condition_severity(c)), "%s: %s%s", who,
	    condition_text(c), when);
}

/* "in 12 days", "in 1 day", "today", "3 days ago". */
static const char *
days_text(int64_t until_s, int64_t wall_s, char buf[DAYS_MAX])
{
	int64_t days = certificate_days(until_s, wall_s);
	int64_t n = days < 0 ? -days : days;

	if (days == 0)
		snprintf(buf, DAYS_MAX, "today");
	else
		snprintf(buf, DAYS_MAX, "%s%" PRId64 " day%s%s", days > 0 ? "in " : "", n,
		    n == 1 ? "" : "s", days < 0 ? " ago" : "");
	return buf;
}

static bool
endpoint_has(const struct picture_endpoint *pe, enum condition c)
{
	return condition_is_in(pe->health[HEALTH_FIELD_CONDITIONS], c);
}

/* "edge1, edge2", "all members"; "" when none has it. */
static void
who_has(const struct picture_service *ps, enum condition c, char who[WHO_MAX])
{
	size_t has = 0;
	int n = 0;

	who[0] = '\0';
	for (size_t i = 0; i < ps->n_endpoints; i++) {
		const struct picture_endpoint *pe = ps->endpoints[i];

		if (!endpoint_has(pe, c) || ++has > NAMES_MAX || n >= WHO_MAX)
			continue;
		n += snprintf(who + n, (size_t)(WHO_MAX - n), "%s%.48s",
		    has > 1 ? ", " : "", pe->endpoint->member->name);
	}
	if (has > 1 && has == ps->n_endpoints)
		snprintf(who, WHO_MAX, "all members");
	else if (has > NAMES_MAX && n < WHO_MAX)
		snprintf(
		    who + n, (size_t)(WHO_MAX - n), " and %zu more", has - NAMES_MAX);
}

/* Of those that have @c the first day on which they had it, or will lose it. */
static const char *
when_text(const struct picture_service *ps, enum condition c, int64_t wall_s,
    char when[WHEN_MAX])
{
	bool early = c == CONDITION_CERT_NOT_YET_VALID;
	enum health_field field =
	    early ? HEALTH_FIELD_CERT_FROM : HEALTH_FIELD_CERT_UNTIL;
	char day[CERTIFICATE_DAY_MAX], days[DAYS_MAX];
	uint64_t first = 0;

	when[0] = '\0';
	if (!early && c != CONDITION_CERT_EXPIRING && c != CONDITION_CERT_EXPIRED)
		return when;
	for (size_t i = 0; i < ps->n_endpoints; i++) {
		uint64_t at = ps->endpoints[i]->health[field];

		if (endpoint_has(ps->endpoints[i], c) && at != 0 &&
		    (first == 0 || at < first))
			first = at;
	}
	if (first != 0)
		snprintf(when, WHEN_MAX, " (%s, %s)",
		    certificate_day((int64_t)first, day),
		    days_text((int64_t)first, wall_s, days));
	return when;
}

void
condition_lines_service(struct grid *g, unsigned indent, const struct picture_service *ps,
    bool notes, int64_t wall_s)
{
	char who[WHO_MAX], when[WHEN_MAX];

	for (enum condition c = 0; c < CONDITIONS; c++) {
		if (!is_shown(c, notes))
			continue;
		who_has(ps, c, who);
		if (who[0] != '\0')
			line(g, indent, c, who, when_text(ps, c, wall_s, when));
	}
}

void
condition_lines_member(
    struct grid *g, unsigned indent, const struct picture_member *pm, bool notes)
{
	for (enum condition c = 0; c < CONDITIONS; c++)
		if (is_shown(c, notes) &&
		    condition_is_in(pm->health[HEALTH_FIELD_CONDITIONS], c))
			line(g, indent, c, pm->member->name, "");
}

void
condition_lines_pool(
    struct grid *g, unsigned indent, const struct picture_pool *pp, bool notes)
{
	for (enum condition c = 0; c < CONDITIONS; c++)
		if (is_shown(c, notes) &&
		    condition_is_in(pp->health[HEALTH_FIELD_CONDITIONS], c))
			line(g, indent, c, "the pool", "");
}
