/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conditions - one bit on the board, one line in the log.
 *
 * No notice goes out: nobody's sessions depend on a condition, and who shows them looks
 * at the board every second.
 */
#include "conditions.h"

#include <stdio.h>

#include <edge/clock.h>
#include <edge/log.h>

#include "pool_watch.h"
#include "report.h"

#define WHO_MAX (REPORT_NAME_MAX + 16)

bool
condition_pace_allows(struct condition_pace *p, int64_t now)
{
	const int64_t most = CONDITION_BURST * NS_PER_S;

	if (p->at_ns == 0)
		p->saved_ns = most;
	else
		p->saved_ns += now - p->at_ns;
	p->at_ns = now;
	if (p->saved_ns > most)
		p->saved_ns = most;
	if (p->saved_ns < NS_PER_S) {
		p->unsaid++;
		return false;
	}
	p->saved_ns -= NS_PER_S;
	return true;
}

/* @where: ", at ADDRESS:PORT", or nothing. */
static void
say(struct pool_watch *w, const char *who, enum condition c, bool holds, const char *what,
    const char *where)
{
	char unsaid[64] = "";

	if (!condition_pace_allows(&w->pace, w->pulse->now))
		return;
	if (w->pace.unsaid > 0)
		snprintf(unsaid, sizeof unsaid, " (%llu changes before went unsaid)",
		    (unsigned long long)w->pace.unsaid);
	w->pace.unsaid = 0;
	if (what == NULL)
		what = condition_text(c);
	if (!holds)
		log_info("%s: cleared: %s%s%s", who, what, where, unsaid);
	else if (condition_severity(c) == SEVERITY_NOTE)
		log_info("%s: raised: %s%s%s", who, what, where, unsaid);
	else
		log_warning("%s: raised: %s%s%s", who, what, where, unsaid);
}

/* True when the row said otherwise before. */
static bool
turn(struct pool_watch *w, size_t row, enum condition c, bool holds)
{
	struct board *b = w->publish->board;
	uint64_t was = board_load(b, row, HEALTH_FIELD_CONDITIONS);
	uint64_t is = holds ? was | condition_bit(c) : was & ~condition_bit(c);

	if (is == was)
		return false;
	board_store(b, row, HEALTH_FIELD_CONDITIONS, is);
	return true;
}

void
conditions_set(struct pool_watch *w, const struct target *t, enum condition c, bool holds,
    const char *what)
{
	char who[WHO_MAX], name[REPORT_NAME_MAX];
	char at[ADDR_PORT_TEXT_MAX], where[ADDR_PORT_TEXT_MAX + 8];

	if (!turn(w, t->row, c, holds))
		return;
	report_endpoint(name, sizeof name, t->endpoint);
	snprintf(who, sizeof who, "member %s", name);
	snprintf(where, sizeof where, ", at %s",
	    addr_port_text(&t->endpoint->addr, t->endpoint->port, at));
	say(w, who, c, holds, what, where);
}

void
conditions_set_member(
    struct pool_watch *w, unsigned member, enum condition c, bool holds, const char *what)
{
	char who[WHO_MAX], name[REPORT_NAME_MAX];

	if (!turn(w, w->member_rows[member], c, holds))
		return;
	report_member(name, sizeof name, &w->pool->members[member]);
	snprintf(who, sizeof who, "member %s", name);
	say(w, who, c, holds, what, "");
}

void
conditions_set_pool(struct pool_watch *w, enum condition c, bool holds, const char *what)
{
	char who[WHO_MAX];

	if (!turn(w, w->row, c, holds))
		return;
	snprintf(who, sizeof who, "pool %s", w->pool->fqdn);
	say(w, who, c, holds, what, "");
}

bool
conditions_get(const struct pool_watch *w, const struct target *t, enum condition c)
{
	return condition_is_in(
	    board_load(w->publish->board, t->row, HEALTH_FIELD_CONDITIONS), c);
}

void
conditions_forget(struct pool_watch *w, const struct target *t)
{
	for (enum condition c = 0; c < CONDITIONS; c++)
		conditions_set(w, t, c, false, NULL);
}

void
conditions_write(const struct pool_watch *w, size_t row, struct sbuf *to)
{
	uint64_t word = board_load(w->publish->board, row, HEALTH_FIELD_CONDITIONS);
	const char *between = " conditions=";

	for (enum condition c = 0; c < CONDITIONS; c++)
		if (condition_is_in(word, c)) {
			sbuf_addf(to, "%s%s", between, condition_word(c));
			between = ",";
		}
}
