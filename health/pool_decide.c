/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool_decide - from single verdicts to published states.
 *
 * A decision is made over the whole pool each time, from nothing but healths and admin
 * states: a few hundred comparisons, and no bookkeeping that could drift.
 */
#include "pool_decide.h"

#include <string.h>

#include <edge/clock.h>

#include "pool_report.h"

static void
ask_guard(struct pool_watch *w, int64_t now)
{
	for (size_t i = 0; i < w->n_targets; i++) {
		struct target *t = &w->targets[i];
		struct guard_endpoint *g = &w->guard[i];

		g->health = t->course.history.health;
		g->reason = t->course.history.reason;
		g->admin = admin_list_get(w->admin, t->endpoint->member->full_name);
		g->lost = t->lost;
		g->was_out = t->was_out;
	}
	guard_decide(w->guard, w->n_targets, w->groups, w->n_groups, w->out,
	    w->pool->n_members, now);
}

/* Removals that wait are looked at again when the first of them may go. */
static void
look_again(struct pool_watch *w, int64_t now)
{
	int64_t at = INT64_MAX;

	for (unsigned g = 0; g < w->n_groups; g++)
		if (w->groups[g].look_again < at)
			at = w->groups[g].look_again;
	ev_timer_stop(w->pulse->loop, &w->again);
	if (at == INT64_MAX)
		return;
	ev_timer_set(&w->again, at > now ? (double)(at - now) / (double)NS_PER_S : 0, 0);
	ev_timer_start(w->pulse->loop, &w->again);
}

/* Gives @next its since and flips, and says whether it differs from @last. */
static bool
state_follows(struct state *next, const struct state *last, uint32_t now_s)
{
	bool moved = next->health != last->health || next->admin != last->admin ||
		     next->flags != last->flags;

	next->since_s = moved || last->since_s == 0 ? now_s : last->since_s;
	next->flips = last->flips;
	if (!moved && next->reason == last->reason)
		return last->since_s == 0; /* a new row: written once */
	next->flips++;
	return true;
}

static void
publish_target(struct pool_watch *w, struct target *t, const struct guard_endpoint *g)
{
	struct board *b = w->publish->board;
	int64_t boot = clock_boot_ns();
	bool changed;
	struct state next = {.health = g->health,
	    .admin = g->admin,
	    .reason = g->reason,
	    .flags = g->flags};

	t->was_out = g->was_out;
	board_store(b, t->row, HEALTH_FIELD_DETAIL, t->course.history.detail);
	if (!state_follows(&next, &t->state, (uint32_t)(boot / NS_PER_S)))
		return;
	/* Before the state: who reads the new state finds the ramp already there. */
	if (g->slow_start && t->conf->slow_start_ns > 0)
		board_store(b, t->row, HEALTH_FIELD_SLOW_START, (uint64_t)boot);
	changed = next.health != t->state.health && t->state.health != HEALTH_UNKNOWN;
	t->state = next;
	publish_state(w->publish, t->row, t->endpoint->id, &next);
	if (changed) /* after the state: readers may see it late, never early */
		board_add(b, t->row, HEALTH_FIELD_TRANSITIONS, 1);
}

/* The member as a whole is what its external access endpoints are; without any, what its
 * endpoints are together. */
static struct state
member_state(const struct pool_watch *w, unsigned member, bool access_only)
{
	struct state s = {.health = HEALTH_UNKNOWN, .reason = REASON_NONE};
	bool any = false, up = false, unknown = false;

	for (size_t i = 0; i < w->n_targets; i++) {
		const struct guard_endpoint *g = &w->guard[i];

		if (g->member != member || (access_only && !g->access))
			continue;
		s.flags |= g->flags & (STATE_ASSUMED | STATE_PANIC | STATE_HELD);
		/* The reason of the first one that shows the member's health. */
		if (!any || (g->health == HEALTH_UP && !up))
			s.reason = g->reason;
		any = true;
		up = up || g->health == HEALTH_UP;
		unknown = unknown || g->health == HEALTH_UNKNOWN;
	}
	if (!any && access_only)
		return member_state(w, member, false);
	if (up)
		s.health = HEALTH_UP;
	else if (any && !unknown)
		s.health = HEALTH_DOWN;
	if (s.health != HEALTH_UNKNOWN)
		s.flags &= (uint8_t)~STATE_ASSUMED;
	if (s.health != HEALTH_DOWN)
		s.flags &= (uint8_t) ~(STATE_PANIC | STATE_HELD);
	return s;
}

static void
publish_member(struct pool_watch *w, unsigned m)
{
	const struct member *member = &w->pool->members[m];
	struct state next = member_state(w, m, true), *last = &w->members[m];
	bool changed;

	next.admin = admin_list_get(w->admin, member->full_name);
	if (w->out[m])
		next.flags |= STATE_MEMBER_OUT;
	if (!state_follows(&next, last, (uint32_t)(clock_boot_ns() / NS_PER_S)))
		return;
	changed = next.health != last->health && last->health != HEALTH_UNKNOWN;
	*last = next;
	publish_state(w->publish, w->member_rows[m], member->id, &next);
	if (changed) /* after the state, as for endpoints */
		board_add(
		    w->publish->board, w->member_rows[m], HEALTH_FIELD_TRANSITIONS, 1);
}

static void
publish_pool(struct pool_watch *w, const struct guard_group *before)
{
	struct board *b = w->publish->board;
	uint64_t up = 0, panic = 0;

	for (size_t m = 0; m < w->pool->n_members; m++)
		up += state_use(&w->members[m]) == USE_NEW;
	for (unsigned g = 0; g < w->n_groups; g++) {
		panic += w->groups[g].panic;
		if (w->groups[g].panic && !before[g].panic)
			board_add(b, w->row, HEALTH_FIELD_PANICS, 1);
		if (w->groups[g].held > before[g].held)
			board_add(b, w->row, HEALTH_FIELD_HELD,
			    w->groups[g].held - before[g].held);
	}
	board_store(b, w->row, HEALTH_FIELD_MEMBERS, w->pool->n_members);
	board_store(b, w->row, HEALTH_FIELD_MEMBERS_UP, up);
	board_store(b, w->row, HEALTH_FIELD_PANIC_NOW, panic);
}

void
pool_decide(struct pool_watch *w)
{
	/* The groups as they were lie behind the groups as they are. */
	struct guard_group *before = w->groups + w->n_groups;
	int64_t now = clock_boot_ns();

	memcpy(before, w->groups, w->n_groups * sizeof *before);
	ask_guard(w, now);
	for (size_t i = 0; i < w->n_targets; i++)
		publish_target(w, &w->targets[i], &w->guard[i]);
	for (unsigned m = 0; m < w->pool->n_members; m++)
		publish_member(w, m);
	publish_pool(w, before);
	pool_report_guard(w, before);
	look_again(w, now);
}
