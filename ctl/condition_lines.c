/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * condition_lines - see condition_lines.h.
 */
#include "condition_lines.h"

#include <stdio.h>
#include <string.h>

#include <edge/condition.h>

#define WHO_MAX 192
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

static void
line(struct grid *g, unsigned indent, enum condition c, const char *who)
{
	grid_line(g, indent, severity_paint(condition_severity(c)), "%s: %s", who,
	    condition_text(c));
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

void
condition_lines_service(
    struct grid *g, unsigned indent, const struct picture_service *ps, bool notes)
{
	char who[WHO_MAX];

	for (enum condition c = 0; c < CONDITIONS; c++) {
		if (!is_shown(c, notes))
			continue;
		who_has(ps, c, who);
		if (who[0] != '\0')
			line(g, indent, c, who);
	}
}

void
condition_lines_member(
    struct grid *g, unsigned indent, const struct picture_member *pm, bool notes)
{
	for (enum condition c = 0; c < CONDITIONS; c++)
		if (is_shown(c, notes) &&
		    condition_is_in(pm->health[HEALTH_FIELD_CONDITIONS], c))
			line(g, indent, c, pm->member->name);
}

void
condition_lines_pool(
    struct grid *g, unsigned indent, const struct picture_pool *pp, bool notes)
{
	for (enum condition c = 0; c < CONDITIONS; c++)
		if (is_shown(c, notes) &&
		    condition_is_in(pp->health[HEALTH_FIELD_CONDITIONS], c))
			line(g, indent, c, "the pool");
}
