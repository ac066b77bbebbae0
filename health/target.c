/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target - the life of one endpoint's probes: due, running, outcome, due again.
 */
#include "target.h"

#include <assert.h>

#include <edge/base.h>

/* MS-TURN probes at once: enough for a failure and its confirmation. */
#define TURN_BURST 3

static bool
asks_a_relay(const struct target *t)
{
	return t->question.kind == PROBE_TURN_UDP || t->question.kind == PROBE_TURN_TCP;
}

/* Among its member's endpoints, so that these are not all asked at one time. */
static void
place_in_member(struct target *t)
{
	const struct endpoint *e = t->endpoint;
	const struct pool *pool = e->member->pool;
	size_t index = 0, count = 0;

	for (size_t i = 0; i < pool->n_endpoints; i++) {
		if (pool->endpoints[i].member != e->member)
			continue;
		if (&pool->endpoints[i] == e)
			index = count;
		count++;
	}
	sched_place(&t->sched, e->member->id, index, count);
}

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
	int64_t at = token_take(&t->tokens, t->pulse->now);

	(void)EV_A;
	(void)revents;
	assert(!probe_running(&t->probe));
	if (at > t->pulse->now) { /* asked too often: later, which says nothing */
		schedule(t, at);
		return;
	}
	t->last_start = t->pulse->now;
	t->suspected = false;
	probe_start(&t->probe, &t->question);
	lateness_count(&t->pulse->lateness, t->due_ns, t->probe.started);
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
	t->hastened = INT64_MIN;
	t->row = BOARD_NO_ROW;
	rise_fall_init(&t->history);
	sched_init(&t->sched, e->id, t->conf->jitter);
	place_in_member(t);
	question_compose(&t->question, e, tls);
	tls_memory_init(&t->tls_memory, t->conf->full_handshake_ns, e->id);
	t->question.memory = &t->tls_memory;
	token_init(
	    &t->tokens, asks_a_relay(t) ? t->conf->turn_interval_ns : 0, TURN_BURST);
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
	t->tokens.full_at = from->tokens.full_at;
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
target_fini(struct target *t)
{
	tls_memory_fini(&t->tls_memory);
}

/* Not before @gap has passed since the last one. */
static void
suspect(struct target *t, int64_t gap)
{
	int64_t at = t->pulse->now;

	if (!target_is_probed(t))
		return;
	if (probe_running(&t->probe)) { /* it may have looked before it happened */
		t->suspected = true;
		return;
	}
	if (t->last_start != INT64_MIN && t->last_start + gap > at)
		at = t->last_start + gap;
	if (at >= t->due_ns)
		return;
	t->hastened = t->pulse->now;
	schedule(t, at);
}

void
target_suspect(struct target *t)
{
	const struct health_conf *c = t->conf;
	bool first =
	    t->hastened == INT64_MIN || t->pulse->now - t->hastened >= c->interval_ns;

	suspect(t, first && c->confirm_ns < c->fast_ns ? c->confirm_ns : c->fast_ns);
}

void
target_look(struct target *t)
{
	suspect(t, 0);
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
