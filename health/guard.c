/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard - pool rules over the health of single endpoints.
 *
 * Order matters: the access groups are guarded first, because a member whose access
 * endpoint is used all the same (held, panic) has not left; then members out are known,
 * and the other groups are guarded with that knowledge.
 */
#include "guard.h"

#include <string.h>

static struct state
state_of(const struct guard_endpoint *e)
{
	return (struct state){.health = e->health,
	    .admin = e->admin,
	    .reason = e->reason,
	    .flags = e->flags};
}

static enum use
use_of(const struct guard_endpoint *e)
{
	struct state s = state_of(e);

	return state_use(&s);
}

static uint8_t
assumed_flag(const struct guard_endpoint *e)
{
	return e->health == HEALTH_UNKNOWN && e->assumed ? STATE_ASSUMED : 0;
}

/* Of a group in which nothing is usable: panic needs at least one endpoint in service and
 * certainty about all of them. */
static bool
all_lost(const struct guard_endpoint *e, size_t n, unsigned group)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (e[i].group != group || e[i].admin != ADMIN_ENABLED)
			continue;
		if (e[i].health == HEALTH_UNKNOWN && !(e[i].flags & STATE_MEMBER_OUT))
			return false;
		any = true;
	}
	return any;
}

/* It says itself that it takes nothing. */
static bool
refuses(const struct guard_endpoint *e)
{
	return e->health == HEALTH_DOWN &&
	       (e->reason == REASON_CONNECT_REFUSED || e->reason == REASON_REFUSING);
}

static bool
is_lost(const struct guard_endpoint *e)
{
	return e->admin == ADMIN_ENABLED &&
	       (e->health == HEALTH_DOWN || e->flags & STATE_MEMBER_OUT);
}

static bool
may_be_held(const struct guard_endpoint *e, unsigned group)
{
	return e->group == group && e->admin == ADMIN_ENABLED &&
	       e->health == HEALTH_DOWN && !refuses(e) && !(e->flags & STATE_HELD);
}

/* Who is used still before who is out already; then who was lost last.  After a restart
 * times are no more than a second exact, and panic may have made them equal. */
static bool
is_rather_held(const struct guard_endpoint *e, const struct guard_endpoint *than)
{
	if (e->was_out != than->was_out)
		return !e->was_out;
	return e->lost > than->lost;
}

/* Holds one more endpoint. */
static bool
hold_one(struct guard_endpoint *e, size_t n, unsigned group)
{
	struct guard_endpoint *last = NULL;

	for (size_t i = 0; i < n; i++)
		if (may_be_held(&e[i], group) &&
		    (last == NULL || is_rather_held(&e[i], last)))
			last = &e[i];
	if (last == NULL)
		return false;
	last->flags |= STATE_HELD;
	return true;
}

/* Too few are left, by the share that the configuration names. */
static bool
too_few(const struct guard_group *g, unsigned in_service)
{
	int percent = g->panic_percent;

	if (percent > 0 && g->panic)
		percent = percent < 90 ? percent + 10 : 100;
	return (in_service - g->lost) * 100 < (unsigned)percent * in_service;
}

static bool
panics(
    const struct guard_endpoint *e, size_t n, unsigned index, const struct guard_group *g)
{
	unsigned in_service = 0;

	if (g->usable == 0)
		return all_lost(e, n, index);
	for (size_t i = 0; i < n; i++)
		in_service += e[i].group == index && e[i].admin == ADMIN_ENABLED;
	return too_few(g, in_service);
}

static void
use_all(struct guard_endpoint *e, size_t n, unsigned index, const struct guard_group *g)
{
	for (size_t i = 0; i < n; i++) {
		if (e[i].group != index || e[i].admin == ADMIN_DISABLED)
			continue;
		/* While some are well they are what they are, and who refuses is not
		 * asked. */
		if (g->usable > 0 &&
		    (refuses(&e[i]) ||
			(e[i].health != HEALTH_DOWN && !(e[i].flags & STATE_MEMBER_OUT))))
			continue;
		e[i].flags |= STATE_PANIC;
	}
}

/* The next that leaves: refusals first, then who was lost first.  What goes with its
 * member does not wait: nothing works there for a client. */
static struct guard_endpoint *
next_to_leave(struct guard_endpoint *e, size_t n, unsigned index)
{
	struct guard_endpoint *next = NULL;

	for (size_t i = 0; i < n; i++) {
		if (e[i].group != index || e[i].admin != ADMIN_ENABLED ||
		    e[i].health != HEALTH_DOWN || e[i].leaves || e[i].was_out ||
		    e[i].flags & (STATE_HELD | STATE_MEMBER_OUT))
			continue;
		if (next == NULL || refuses(&e[i]) > refuses(next) ||
		    (refuses(&e[i]) == refuses(next) && e[i].lost < next->lost))
			next = &e[i];
	}
	return next;
}

static void
space_removals(struct guard_endpoint *e, size_t n, unsigned index, struct guard_group *g,
    int64_t now)
{
	struct guard_endpoint *next;

	while ((next = next_to_leave(e, n, index)) != NULL) {
		if (!refuses(next) && g->last_removal != GUARD_NEVER &&
		    now - g->last_removal < g->removal_ns) {
			next->flags |= STATE_HELD;
			g->waiting++;
			g->look_again = g->last_removal + g->removal_ns;
			continue;
		}
		next->leaves = true;
		g->last_removal = now;
	}
}

static void
guard_group(struct guard_endpoint *e, size_t n, unsigned index, struct guard_group *g,
    int64_t now)
{
	g->members = g->usable = g->lost = g->held = g->waiting = 0;
	g->look_again = INT64_MAX;
	for (size_t i = 0; i < n; i++) {
		if (e[i].group != index)
			continue;
		g->members++;
		g->usable += use_of(&e[i]) == USE_NEW;
		g->lost += is_lost(&e[i]);
	}
	g->panic = panics(e, n, index, g);
	if (g->panic) {
		use_all(e, n, index, g);
		return;
	}
	while (g->usable > 0 && g->usable + g->held < g->minimum && hold_one(e, n, index))
		g->held++;
	space_removals(e, n, index, g, now);
}

static bool
group_is_access(const struct guard_endpoint *e, unsigned group)
{
	size_t i = 0;

	while (e[i].group != group) /* no group is empty */
		i++;
	return e[i].access;
}

/* A member is out when it has access endpoints and not one of them may be used. */
static bool
member_is_out(const struct guard_endpoint *e, size_t n, unsigned member)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (e[i].member != member || !e[i].access)
			continue;
		if (e[i].health != HEALTH_DOWN || e[i].flags & (STATE_PANIC | STATE_HELD))
			return false;
		any = true;
	}
	return any;
}

/* Out of service by a fault or by the operator; not merely unknown, not draining. */
static bool
is_out(const struct guard_endpoint *e)
{
	if (e->admin == ADMIN_DISABLED)
		return true;
	if (e->flags & (STATE_PANIC | STATE_HELD))
		return false;
	return e->health == HEALTH_DOWN || e->flags & STATE_MEMBER_OUT;
}

void
guard_decide(struct guard_endpoint *e, size_t n, struct guard_group *groups,
    size_t n_groups, bool *out, size_t n_members, int64_t now)
{
	for (size_t i = 0; i < n; i++) {
		e[i].flags = assumed_flag(&e[i]);
		e[i].leaves = false;
	}
	for (unsigned g = 0; g < n_groups; g++)
		if (group_is_access(e, g))
			guard_group(e, n, g, &groups[g], now);
	for (unsigned m = 0; m < n_members; m++)
		out[m] = member_is_out(e, n, m);
	for (size_t i = 0; i < n; i++)
		if (out[e[i].member])
			e[i].flags |= STATE_MEMBER_OUT;
	for (unsigned g = 0; g < n_groups; g++)
		if (!group_is_access(e, g))
			guard_group(e, n, g, &groups[g], now);
	for (size_t i = 0; i < n; i++) {
		e[i].slow_start = e[i].was_out && use_of(&e[i]) == USE_NEW &&
				  !is_out(&e[i]) &&
				  !(e[i].flags & (STATE_PANIC | STATE_HELD));
		e[i].was_out = (e[i].was_out && !e[i].slow_start) || is_out(&e[i]);
	}
}
