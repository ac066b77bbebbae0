/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target - the life of one endpoint's probes: due, running, outcome, due again.
 */
#include "target.h"

#include <assert.h>

#include <edge/base.h>

bool
target_is_probed(const struct target *t)
{
	return t->question.kind != PROBE_NONE;
}

static void
schedule(struct target *t, int64_t at)
{
	int64_t in = at - t->pulse->now;

	t->due_ns = at;
	ev_timer_stop(t->pulse->loop, &t->due);
	ev_timer_set(&t->due, in > 0 ? (double)in / (double)NS_PER_S : 0.0, 0.0);
	ev_timer_start(t->pulse->loop, &t->due);
}

static void
schedule_next(struct target *t)
{
	const struct health_conf *c = t->conf;
	int64_t now = t->pulse->now;
	int64_t steady = t->history.health == HEALTH_DOWN ? c->down_ns : c->interval_ns;

	if (rise_fall_in_transition(&t->history) || t->suspected)
		schedule(t, sched_fast(&t->sched, now, t->last_start, c->fast_ns));
	else
		schedule(t, sched_steady(&t->sched, now, t->last_start, steady));
}

static void
on_due(EV_P_ ev_timer *w, int revents)
{
	struct target *t = container_of(w, struct target, due);

	(void)EV_A;
	(void)revents;
	assert(!probe_running(&t->probe));
	t->last_start = t->pulse->now;
	t->suspected = false;
	probe_start(&t->probe, &t->question);
}

static void
on_done(struct probe_run *p, const struct outcome *outcome)
{
	struct target *t = container_of(p, struct target, probe);
	enum rise_fall_change change = rise_fall_feed(&t->history, outcome->ok,
	    outcome->reason, outcome->detail, t->conf->rise, t->conf->fall);

	t->last = *outcome;
	t->on_outcome(t, outcome, change);
	schedule_next(t);
}

void
target_init(struct target *t, const struct endpoint *e, struct pulse *pulse,
    struct tls_context *tls, target_outcome *on_outcome, void *owner)
{
	t->endpoint = e;
	t->conf = &e->service->health;
	t->on_outcome = on_outcome;
	t->owner = owner;
	t->pulse = pulse;
	t->last_start = INT64_MIN;
	t->row = BOARD_NO_ROW;
	rise_fall_init(&t->history);
	sched_init(&t->sched, e->id, t->conf->jitter);
	question_compose(&t->question, e, tls);
	probe_init(&t->probe, pulse, on_done);
	ev_timer_init(&t->due, on_due, 0.0, 0.0);
}

void
target_inherit(struct target *t, const struct target *from)
{
	t->history = from->history;
	t->last_start = from->last_start;
	t->last = from->last;
	t->lost = from->lost;
	t->was_out = from->was_out;
	/* A probe under way ends with its question: it is asked anew, not an interval
	 * later. */
	t->suspected = from->suspected || probe_running(&from->probe);
	if (t->question.kind != from->question.kind)
		rise_fall_doubt(&t->history);
	/* Nobody asks any more: what was known fades with nobody to refresh it. */
	if (!target_is_probed(t))
		rise_fall_init(&t->history);
}

void
target_start(struct target *t)
{
	if (!target_is_probed(t))
		return;
	if (t->last_start == INT64_MIN)
		schedule(t, sched_first(&t->sched, t->pulse->now, t->conf->interval_ns));
	else
		schedule_next(t);
}

void
target_stop(struct target *t)
{
	ev_timer_stop(t->pulse->loop, &t->due);
	probe_stop(&t->probe);
}

void
target_suspect(struct target *t)
{
	int64_t at;

	if (!target_is_probed(t))
		return;
	if (probe_running(&t->probe)) { /* it may have looked before it happened */
		t->suspected = true;
		return;
	}
	at = t->pulse->now;
	if (t->last_start != INT64_MIN && t->last_start + t->conf->fast_ns > at)
		at = t->last_start + t->conf->fast_ns;
	if (at < t->due_ns)
		schedule(t, at);
}

bool
target_probe_now(struct target *t)
{
	if (!target_is_probed(t))
		return false;
	if (!probe_running(&t->probe))
		schedule(t, t->pulse->now);
	return true;
}
