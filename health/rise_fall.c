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

#include <string.h>

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
rise_fall_inherit_tally(struct rise_fall *h, int tally, int64_t last)
{
	h->tally = tally;
	h->first_failure = h->last_failure = last;
	h->tally_inherited = tally > 0;
}

static void
forget(struct rise_fall *h)
{
	h->tally = 0;
	h->tally_inherited = false;
	memset(h->tally_of, 0, sizeof h->tally_of);
}

void
rise_fall_doubt(struct rise_fall *h)
{
	h->run = h->hard_run = 0;
	h->seen_run = 0;
	h->verified = false;
	forget(h);
}

static bool
is_hard(enum reason reason)
{
	return reason == REASON_CONNECT_REFUSED;
}

static void
count_run(struct rise_fall *h, bool ok, enum reason reason)
{
	bool same_kind = h->run > 0 && h->run_ok == ok;
	bool same_reason = h->seen_run > 0 && h->seen == reason;

	h->run = same_kind ? h->run + (h->run < INT32_MAX) : 1;
	h->run_ok = ok;
	h->seen_run = same_reason ? h->seen_run + (h->seen_run < INT32_MAX) : 1;
	h->seen = reason;
	if (!is_hard(reason))
		h->hard_run = 0;
	else if (h->hard_run < INT32_MAX)
		h->hard_run++;
}

static void
count_tally(
    struct rise_fall *h, bool ok, enum reason reason, int64_t forget_ns, int64_t now)
{
	bool in_a_row = !ok && h->run > 1;

	if (h->tally > 0 && !in_a_row && now - h->last_failure >= forget_ns)
		forget(h);
	if (ok)
		return;
	if (h->tally == 0)
		h->first_failure = now;
	h->tally += h->tally < INT32_MAX;
	if (h->tally_of[reason] < UINT8_MAX)
		h->tally_of[reason]++;
	h->last_failure = now;
}

static enum rise_fall_change
become(struct rise_fall *h, enum health health, enum reason reason, uint64_t detail)
{
	enum rise_fall_change change = RISE_FALL_REASON;

	if (h->health != health) {
		change = health == HEALTH_UP ? RISE_FALL_UP : RISE_FALL_DOWN;
		forget(h);
	}
	h->health = health;
	h->reason = reason;
	h->detail = detail;
	h->verified = true;
	return change;
}

/* The health stands; what is seen may be another thing than before. */
static enum rise_fall_change
stay(struct rise_fall *h, enum reason reason, uint64_t detail, int fall)
{
	h->verified = true;
	if (h->reason == reason) {
		h->detail = detail;
		return RISE_FALL_SAME;
	}
	/* An inherited state may lack a reason: then any is better. */
	if (h->reason != REASON_NONE && h->seen_run < fall)
		return RISE_FALL_SAME;
	return become(h, h->health, reason, detail);
}

static bool
enough_for_up(struct rise_fall *h, const struct health_conf *conf)
{
	int needed = h->health == HEALTH_UNKNOWN ? 1 : conf->rise;

	if (h->run < needed)
		return false;
	h->proof = (struct rise_fall_proof){.count = h->run, .needed = needed};
	return true;
}

static bool
enough_for_down(struct rise_fall *h, enum reason reason, const struct health_conf *conf)
{
	if (h->hard_run >= conf->hard_fall) {
		h->proof = (struct rise_fall_proof){.count = h->hard_run,
		    .needed = conf->hard_fall,
		    .alike = h->hard_run};
		return true;
	}
	if (h->tally < conf->fall)
		return false;
	h->proof = (struct rise_fall_proof){.count = h->tally,
	    .needed = conf->fall,
	    .alike = h->tally_inherited ? 0 : h->tally_of[reason],
	    .over_ns = h->run < h->tally ? h->last_failure - h->first_failure : 0};
	return true;
}

enum rise_fall_change
rise_fall_feed(struct rise_fall *h, bool ok, enum reason reason, uint64_t detail,
    const struct health_conf *conf, bool held, int64_t now)
{
	enum health says = ok ? HEALTH_UP : HEALTH_DOWN;

	if (reason == REASON_LOCAL)
		return RISE_FALL_SAME;
	count_run(h, ok, reason);
	if (h->health != HEALTH_DOWN)
		count_tally(h, ok, reason, conf->forget_ns, now);
	if (h->health == says)
		return stay(h, reason, detail, conf->fall);
	if (ok ? held || !enough_for_up(h, conf) : !enough_for_down(h, reason, conf))
		return RISE_FALL_SAME;
	return become(h, says, reason, detail);
}

int
rise_fall_missing(const struct rise_fall *h, const struct health_conf *conf)
{
	int missing = conf->fall - h->tally;

	if (h->health == HEALTH_DOWN || h->run == 0 || h->run_ok)
		return 0;
	if (h->hard_run > 0 && conf->hard_fall - h->hard_run < missing)
		missing = conf->hard_fall - h->hard_run;
	return missing;
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
