/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * history - to the board and back.
 *
 * The board's times are CLOCK_BOOTTIME, a course's CLOCK_MONOTONIC: what counts is how
 * long ago, or ahead, something was.
 */
#include "history.h"

#include <edge/clock.h>

/* Longer than anything is remembered. */
#define LONG_AGO_NS (2 * 86400 * NS_PER_S)

static uint64_t
to_boot(const struct target *t, int64_t mono)
{
	return (uint64_t)(mono - t->pulse->now + clock_boot_ns());
}

/* Whatever stands there, it is not further ahead than @most_ahead, and not absurd. */
static int64_t
to_mono(const struct target *t, uint64_t boot, int64_t most_ahead)
{
	int64_t ahead = (int64_t)(boot - (uint64_t)clock_boot_ns());

	if (ahead > most_ahead)
		ahead = most_ahead;
	if (ahead < -LONG_AGO_NS)
		ahead = -LONG_AGO_NS;
	return t->pulse->now + ahead;
}

void
history_store(struct publish *p, const struct target *t)
{
	const struct course *c = &t->course;
	const struct rise_fall *h = &c->history;
	bool was_held = c->flap.held_until != INT64_MIN;

	board_store(p->board, t->row, HEALTH_FIELD_FLAPS,
	    flap_pack(&c->flap) | (c->awaits_resume ? HEALTH_FLAPS_AWAITS_OPERATOR : 0));
	board_store(p->board, t->row, HEALTH_FIELD_HELD_UNTIL,
	    was_held ? to_boot(t, c->flap.held_until) : 0);
	board_store(p->board, t->row, HEALTH_FIELD_TALLY, (uint64_t)h->tally);
	board_store(p->board, t->row, HEALTH_FIELD_LAST_FAILURE,
	    h->tally > 0 ? to_boot(t, h->last_failure) : 0);
}

static void
load_flaps(const struct publish *p, struct target *t)
{
	uint64_t word = board_load(p->board, t->row, HEALTH_FIELD_FLAPS);
	uint64_t until = board_load(p->board, t->row, HEALTH_FIELD_HELD_UNTIL);

	flap_unpack(&t->course.flap, word,
	    until == 0 ? INT64_MIN : to_mono(t, until, flap_longest_ns(t->conf)),
	    t->pulse->now);
	t->course.awaits_resume =
	    word & HEALTH_FLAPS_AWAITS_OPERATOR && t->conf->manual_resume;
}

/* Somebody else may have written there: no more than one failure can be missing. */
static int
plausible_tally(const struct target *t, uint64_t tally)
{
	uint64_t most = (uint64_t)t->conf->fall - 1;

	return (int)(tally < most ? tally : most);
}

bool
history_load(const struct publish *p, struct target *t)
{
	struct state s = publish_last(p, t->row);

	if (t->course.history.health != HEALTH_UNKNOWN ||
	    t->course.last_start != INT64_MIN || s.since_s == 0 || !target_is_probed(t))
		return false;
	rise_fall_inherit(
	    &t->course.history, &s, board_load(p->board, t->row, HEALTH_FIELD_DETAIL));
	rise_fall_inherit_tally(&t->course.history,
	    plausible_tally(t, board_load(p->board, t->row, HEALTH_FIELD_TALLY)),
	    to_mono(t, board_load(p->board, t->row, HEALTH_FIELD_LAST_FAILURE), 0));
	load_flaps(p, t);
	return true;
}
