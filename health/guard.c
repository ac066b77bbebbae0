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

static bool
may_be_held(const struct guard_endpoint *e, unsigned group)
{
	return e->group == group && e->admin == ADMIN_ENABLED &&
	       e->health == HEALTH_DOWN && e->reason != REASON_CONNECT_REFUSED &&
	       e->reason != REASON_REFUSING && !(e->flags & STATE_HELD);
}

/* Holds one more endpoint: the one that was lost last. */
static bool
hold_one(struct guard_endpoint *e, size_t n, unsigned group)
{
	struct guard_endpoint *last = NULL;

	for (size_t i = 0; i < n; i++)
		if (may_be_held(&e[i], group) && (last == NULL || e[i].lost > last->lost))
			last = &e[i];
	if (last == NULL)
		return false;
	last->flags |= STATE_HELD;
	return true;
}

static void
guard_group(struct guard_endpoint *e, size_t n, unsigned index, struct guard_group *g)
{
	*g = (struct guard_group){.minimum = g->minimum};
	for (size_t i = 0; i < n; i++) {
		if (e[i].group != index)
			continue;
		g->members++;
		g->usable += use_of(&e[i]) == USE_NEW;
	}
	if (g->usable == 0) {
		g->panic = all_lost(e, n, index);
		for (size_t i = 0; g->panic && i < n; i++)
			if (e[i].group == index && e[i].admin != ADMIN_DISABLED)
				e[i].flags |= STATE_PANIC;
		return;
	}
	while (g->usable + g->held < g->minimum && hold_one(e, n, index))
		g->held++;
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
    size_t n_groups, bool *out, size_t n_members)
{
	for (size_t i = 0; i < n; i++)
		e[i].flags = assumed_flag(&e[i]);
	for (unsigned g = 0; g < n_groups; g++)
		if (group_is_access(e, g))
			guard_group(e, n, g, &groups[g]);
	for (unsigned m = 0; m < n_members; m++)
		out[m] = member_is_out(e, n, m);
	for (size_t i = 0; i < n; i++)
		if (out[e[i].member])
			e[i].flags |= STATE_MEMBER_OUT;
	for (unsigned g = 0; g < n_groups; g++)
		if (!group_is_access(e, g))
			guard_group(e, n, g, &groups[g]);
	for (size_t i = 0; i < n; i++) {
		e[i].slow_start = e[i].was_out && use_of(&e[i]) == USE_NEW &&
				  !is_out(&e[i]) &&
				  !(e[i].flags & (STATE_PANIC | STATE_HELD));
		e[i].was_out = (e[i].was_out && !e[i].slow_start) || is_out(&e[i]);
	}
}
