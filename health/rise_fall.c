/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rise_fall - counting outcomes.  No socket, no loop, no clock, no log.
 *
 * The reason of a state changes more slowly than outcomes do: a down endpoint keeps the
 * reason that took it down until another was seen `fall` times in a row, so that a flock
 * of readers is not woken by a member that dies in two alternating ways.  An up endpoint
 * follows at the same pace, both ways, between "ok" and its one warning.
 */
#include "rise_fall.h"

void
rise_fall_init(struct rise_fall *h)
{
	*h = (struct rise_fall){.health = HEALTH_UNKNOWN, .reason = REASON_NONE};
}

void
rise_fall_inherit(struct rise_fall *h, const struct state *state, uint64_t detail)
{
	rise_fall_init(h);
	h->health = state->health;
	h->reason = state->reason;
	h->detail = detail;
}

void
rise_fall_doubt(struct rise_fall *h)
{
	h->run = 0;
	h->seen_run = 0;
	h->verified = false;
}

static void
count(struct rise_fall *h, bool ok, enum reason reason)
{
	bool same_kind = h->run > 0 && h->run_ok == ok;
	bool same_reason = h->seen_run > 0 && h->seen == reason;

	h->run = same_kind ? h->run + (h->run < INT32_MAX) : 1;
	h->run_ok = ok;
	h->seen_run = same_reason ? h->seen_run + (h->seen_run < INT32_MAX) : 1;
	h->seen = reason;
}

static enum rise_fall_change
become(struct rise_fall *h, enum health health, enum reason reason, uint64_t detail)
{
	enum rise_fall_change change = RISE_FALL_REASON;

	if (h->health != health)
		change = health == HEALTH_UP ? RISE_FALL_UP : RISE_FALL_DOWN;
	h->health = health;
	h->reason = reason;
	h->detail = detail;
	h->verified = true;
	return change;
}

enum rise_fall_change
rise_fall_feed(
    struct rise_fall *h, bool ok, enum reason reason, uint64_t detail, int rise, int fall)
{
	enum health says = ok ? HEALTH_UP : HEALTH_DOWN;
	int needed = ok ? rise : fall;

	if (reason == REASON_LOCAL)
		return RISE_FALL_SAME;
	count(h, ok, reason);
	if (h->health == says) {
		h->verified = true;
		if (h->reason == reason) {
			h->detail = detail;
			return RISE_FALL_SAME;
		}
		/* An inherited state may lack a reason: then any is better. */
		if (h->reason != REASON_NONE && h->seen_run < fall)
			return RISE_FALL_SAME;
		return become(h, says, reason, detail);
	}
	if (h->health == HEALTH_UNKNOWN && ok)
		needed = 1;
	if (h->run < needed)
		return RISE_FALL_SAME;
	return become(h, says, reason, detail);
}

bool
rise_fall_in_transition(const struct rise_fall *h)
{
	switch (h->health) {
	case HEALTH_UNKNOWN:
		return true;
	case HEALTH_UP:
		return !h->verified || !h->run_ok;
	case HEALTH_DOWN:
		return !h->verified || h->run_ok;
	case HEALTHS:
		break;
	}
	return true;
}
