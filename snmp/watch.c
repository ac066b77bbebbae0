/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch - compares the rows of two snapshots.
 */
#include "watch.h"

#include <stdio.h>

#include <edge/clock.h>

/* What the notifications of a table's rows are, and how people call a row. */
struct watched {
	enum table table;
	enum notification down, up;
	const char *(*name)(const struct row *);
	const char *noun;
};

static const char *
member_name(const struct row *r)
{
	return r->of.member->full_name;
}

static const char *
endpoint_name(const struct row *r)
{
	return r->of.endpoint->full_name;
}

static const struct watched watched_members = {TABLE_MEMBER, NOTIFICATION_MEMBER_DOWN,
    NOTIFICATION_MEMBER_UP, member_name, "member"};
static const struct watched watched_endpoints = {TABLE_ENDPOINT,
    NOTIFICATION_ENDPOINT_DOWN, NOTIFICATION_ENDPOINT_UP, endpoint_name, "endpoint"};

/* Longer than a text may be: notify_add() cuts it. */
#define TEXT_MAX 1024

struct comparison {
	const struct snapshot *before, *now;
	struct notify_queue *queue;
};

static void
tell_health(const struct comparison *c, const struct watched *w, const struct row *r)
{
	const struct state st = state_unpack(r->health[HEALTH_FIELD_STATE]);
	struct value reason;
	char text[TEXT_MAX];

	value_get(c->now, r, COLUMN_MEMBER_REASON_TEXT, &reason);
	snprintf(text, sizeof text, "%s %s is %s: %s", w->noun, w->name(r),
	    health_word(st.health), reason.octets);
	notify_add(c->queue, st.health == HEALTH_DOWN ? w->down : w->up, c->now, r, text);
}

/* The change of which only the counter tells: @r is now as it was before. */
static void
tell_missed(const struct comparison *c, const struct watched *w, const struct row *r)
{
	struct state st = state_unpack(r->health[HEALTH_FIELD_STATE]);
	struct row was = *r;
	char text[TEXT_MAX];

	st.health = st.health == HEALTH_UP ? HEALTH_DOWN : HEALTH_UP;
	was.health[HEALTH_FIELD_STATE] = state_pack(&st);
	snprintf(text, sizeof text, "%s %s was %s between two looks", w->noun, w->name(r),
	    health_word(st.health));
	notify_add(
	    c->queue, st.health == HEALTH_DOWN ? w->down : w->up, c->now, &was, text);
	tell_health(c, w, r);
}

/* Whether it was the opposite of what it is since it was last told, and nobody saw it.
 * The counter is another word than the state and may have been seen late, now or when it
 * was last told: one more is no proof, and what was told is not moved on for it. */
static bool
came_back(const struct row *before, const struct row *now)
{
	const enum health was = state_unpack(before->health[HEALTH_FIELD_STATE]).health;
	const enum health is = state_unpack(now->health[HEALTH_FIELD_STATE]).health;
	const uint64_t transitions = now->health[HEALTH_FIELD_TRANSITIONS];

	if (transitions <= now->counted)
		return false;
	if (was == HEALTH_UNKNOWN)
		return is == HEALTH_UP; /* the first verdict is no transition */
	return was == is && transitions - now->counted >= 2;
}

static void
compare_health(const struct comparison *c, const struct watched *w, struct row *r)
{
	const enum health health = state_unpack(r->health[HEALTH_FIELD_STATE]).health;
	const struct row *before =
	    c->before == NULL ? NULL
			      : snapshot_find(c->before, w->table, r->index, r->n_index);
	const uint64_t transitions = r->health[HEALTH_FIELD_TRANSITIONS];
	const bool trouble = health == HEALTH_DOWN;
	const bool known = before != NULL && before->in_health;

	if (!r->in_health)
		return;
	if (health == HEALTH_UNKNOWN) {
		r->counted = transitions;
		return;
	}
	if (trouble != r->told) {
		tell_health(c, w, r);
		r->told = trouble;
		r->counted = transitions;
	} else if (known && came_back(before, r)) {
		tell_missed(c, w, r);
		r->counted = transitions;
	} else if (!known || transitions < r->counted) {
		r->counted = transitions; /* the first look, or a board that began anew */
	}
}

static void
compare_admin(const struct comparison *c, const struct row *r)
{
	const struct row *before =
	    c->before == NULL
		? NULL
		: snapshot_find(c->before, TABLE_MEMBER, r->index, r->n_index);
	enum admin was, is;
	char text[TEXT_MAX];

	if (before == NULL || !before->in_health || !r->in_health)
		return;
	was = state_unpack(before->health[HEALTH_FIELD_STATE]).admin;
	is = state_unpack(r->health[HEALTH_FIELD_STATE]).admin;
	if (was == is)
		return;
	snprintf(text, sizeof text, "member %s is %s, it was %s", member_name(r),
	    admin_word(is), admin_word(was));
	notify_add(c->queue, NOTIFICATION_MEMBER_ADMIN_CHANGE, c->now, r, text);
}

static void
compare_pool(const struct comparison *c, struct row *r)
{
	const uint64_t services = r->health[HEALTH_FIELD_PANIC_NOW];
	const bool trouble = r->in_health && services > 0;
	char text[TEXT_MAX];

	if (trouble == r->told)
		return;
	r->told = trouble;
	if (trouble)
		snprintf(text, sizeof text,
		    "pool %s: no member is up for %llu of its services, all are used",
		    r->of.pool->fqdn, (unsigned long long)services);
	else
		snprintf(text, sizeof text, "pool %s: every service has a member again",
		    r->of.pool->fqdn);
	notify_add(c->queue, trouble ? NOTIFICATION_PANIC_START : NOTIFICATION_PANIC_STOP,
	    c->now, r, text);
}

static void
compare_board(const struct comparison *c, struct row *r)
{
	static const char *const writers[BOARDS] = {
	    "edge-health", "edge-lb", "edge-dnslb"};
	const struct board_look *b = &c->now->boards[r->of.board];
	char text[TEXT_MAX];

	if (!b->present || b->stale == r->told)
		return;
	r->told = b->stale;
	if (b->stale)
		snprintf(text, sizeof text, "%s is silent for %lld s: its last data stay",
		    writers[r->of.board], (long long)(b->age_ns / NS_PER_S));
	else
		snprintf(text, sizeof text, "%s is back", writers[r->of.board]);
	notify_add(c->queue, b->stale ? NOTIFICATION_DATA_STALE : NOTIFICATION_DATA_FRESH,
	    c->now, r, text);
}

/* Notes are looked up, not told. */
static void
compare_conditions(
    const struct comparison *c, struct row *r, const char *noun, const char *subject)
{
	const uint64_t now = r->health[HEALTH_FIELD_CONDITIONS];
	char text[TEXT_MAX];

	if (!r->in_health)
		return;
	for (enum condition k = 0; k < CONDITIONS; k++) {
		const bool begun = condition_is_in(now, k);

		if (begun == condition_is_in(r->raised, k) ||
		    condition_severity(k) == SEVERITY_NOTE)
			continue;
		snprintf(text, sizeof text, "%s %s: %s%s", noun, subject,
		    begun ? "" : "no more: ", condition_text(k));
		notify_add_condition(c->queue, begun, c->now, r, subject, k, text);
	}
	r->raised = now;
}

static void
compare_all_conditions(const struct comparison *c, struct snapshot *now)
{
	for (size_t i = 0; i < now->n[TABLE_POOL]; i++) {
		struct row *r = &now->rows[TABLE_POOL][i];

		compare_conditions(c, r, "pool", r->of.pool->fqdn);
	}
	for (size_t i = 0; i < now->n[TABLE_MEMBER]; i++) {
		struct row *r = &now->rows[TABLE_MEMBER][i];

		compare_conditions(c, r, watched_members.noun, member_name(r));
	}
	for (size_t i = 0; i < now->n[TABLE_ENDPOINT]; i++) {
		struct row *r = &now->rows[TABLE_ENDPOINT][i];

		compare_conditions(c, r, watched_endpoints.noun, endpoint_name(r));
	}
}

void
watch_compare(const struct snapshot *before, struct snapshot *now, struct notify_queue *q)
{
	const struct comparison c = {before, now, q};

	for (size_t i = 0; i < now->n[TABLE_BOARD]; i++)
		compare_board(&c, &now->rows[TABLE_BOARD][i]);
	for (size_t i = 0; i < now->n[TABLE_POOL]; i++)
		compare_pool(&c, &now->rows[TABLE_POOL][i]);
	for (size_t i = 0; i < now->n[TABLE_MEMBER]; i++) {
		compare_admin(&c, &now->rows[TABLE_MEMBER][i]);
		compare_health(&c, &watched_members, &now->rows[TABLE_MEMBER][i]);
	}
	for (size_t i = 0; i < now->n[TABLE_ENDPOINT]; i++)
		compare_health(&c, &watched_endpoints, &now->rows[TABLE_ENDPOINT][i]);
	/* Last: what is down is the greater news. */
	compare_all_conditions(&c, now);
}
