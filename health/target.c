/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target - the life of one endpoint's probes: due, running, counted, due again.
 *
 * A probe that has finished may still wait for its turn (course.h): its slot is taken
 * until then.
 */
#include "target.h"

#include <assert.h>

#include <edge/base.h>

#include "bound.h"

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
	sched_place(&t->course.sched, e->member->id, index, count);
}

bool
target_is_probed(const struct target *t)
{
	return t->question.kind != PROBE_NONE;
}

bool
target_is_probing(const struct target *t)
{
	return t->course.in_flight > 0;
}

/* Sets the timer to what the course plans. */
static void
follow(struct target *t)
{
	int64_t in = t->course.due - t->pulse->now;

	ev_timer_stop(t->pulse->loop, &t->due);
	if (t->course.due == COURSE_NEVER)
		return;
	ev_timer_set(&t->due, in > 0 ? (double)in / (double)NS_PER_S : 0.0, 0.0);
	ev_timer_start(t->pulse->loop, &t->due);
}

/* Its own where that is free, else one that is lent. */
static struct flight *
take_flight(struct target *t)
{
	for (size_t i = 0; i < COURSE_FLIGHT; i++)
		if (t->slots[i] == &t->own)
			return flight_lend(t->flights, t);
	return &t->own;
}

static void
put_back(struct target *t, struct flight *f)
{
	if (f != &t->own)
		flight_return(t->flights, f);
}

static void
release_flight(struct target *t, unsigned slot)
{
	struct flight *f = t->slots[slot];

	t->slots[slot] = NULL;
	probe_stop(&f->probe);
	put_back(t, f);
}

static void
begin(struct target *t, struct flight *f)
{
	int64_t due = t->course.due;

	t->slots[course_begin(&t->course, t->pulse->now)] = f;
	probe_start(&f->probe, &t->question);
	lateness_count(&t->pulse->lateness, due, f->probe.started);
}

static void
on_due(EV_P_ ev_timer *w, int revents)
{
	struct target *t = container_of(w, struct target, due);
	struct flight *f;
	int64_t at;

	(void)EV_A;
	(void)revents;
	flights_trim(t->flights);
	f = take_flight(t);
	if (f == NULL) /* no memory: those under way must do, and the next one comes */
		return;
	at = token_take(&t->tokens, t->pulse->now);
	if (at > t->pulse->now) { /* asked too often: later, which says nothing */
		put_back(t, f);
		course_postpone(&t->course, at);
		follow(t);
		return;
	}
	begin(t, f);
	follow(t);
}

static unsigned
slot_of(const struct target *t, const struct flight *f)
{
	unsigned slot = 0;

	while (t->slots[slot] != f)
		slot++;
	return slot;
}

/* The relay behind that port never heard of it: no failed logon there. */
static bool
never_asked(const struct outcome *o)
{
	return o->reason == REASON_CONNECT_REFUSED ||
	       o->reason == REASON_CONNECT_TIMEOUT || o->reason == REASON_LOCAL;
}

void
target_probe_done(struct probe_run *p, const struct outcome *outcome)
{
	struct flight *f = container_of(p, struct flight, probe);
	struct target *t = f->target;
	enum rise_fall_change change;
	unsigned slot = slot_of(t, f), ended;

	f->outcome = *outcome;
	if (never_asked(outcome))
		token_give_back(&t->tokens);
	if (t->judge != NULL)
		t->judge(t, &f->outcome, course_began(&t->course, slot));
	ended = course_finish(
	    &t->course, slot, f->outcome.ok, f->outcome.reason, f->outcome.detail);
	for (unsigned i = 0; i < COURSE_FLIGHT; i++)
		if (ended & 1u << i)
			release_flight(t, i);
	while (course_count(&t->course, t->pulse->now, &slot, &change)) {
		t->last = t->slots[slot]->outcome;
		release_flight(t, slot);
		t->on_outcome(t, &t->last, change);
	}
	follow(t);
}

void
target_init(struct target *t, const struct endpoint *e, struct pulse *pulse,
    struct flights *flights, struct tls_context *tls, target_outcome *on_outcome,
    target_judge *judge, void *owner)
{
	t->endpoint = e;
	t->conf = &e->service->health;
	t->on_outcome = on_outcome;
	t->judge = judge;
	t->owner = owner;
	t->pulse = pulse;
	t->flights = flights;
	t->row = BOARD_NO_ROW;
	course_init(&t->course, e->id, t->conf);
	place_in_member(t);
	question_compose(&t->question, e, tls);
	tls_memory_init(&t->tls_memory, t->conf->full_handshake_ns, e->id);
	t->question.memory = &t->tls_memory;
	token_init(&t->tokens,
	    asks_a_relay(t->question.kind) ? t->conf->turn_interval_ns : 0, RELAY_BURST);
	t->own.target = t;
	probe_init(&t->own.probe, pulse, target_probe_done);
	ev_timer_init(&t->due, on_due, 0.0, 0.0);
}

void
target_inherit(struct target *t, const struct target *from)
{
	course_inherit(
	    &t->course, &from->course, t->question.kind != from->question.kind);
	t->last = from->last;
	t->lost = from->lost;
	token_inherit(&t->tokens, &from->tokens, t->pulse->now);
	flap_limit(&t->course.flap, t->conf, t->pulse->now);
	t->was_out = from->was_out;
	if (t->question.kind == from->question.kind)
		t->next_hop = from->next_hop;
	/* Nobody asks any more: what was known fades with nobody to refresh it. */
	if (!target_is_probed(t))
		course_init(&t->course, t->endpoint->id, t->conf);
}

void
target_start(struct target *t)
{
	if (!target_is_probed(t))
		return;
	course_start(&t->course, t->pulse->now);
	follow(t);
}

void
target_stop(struct target *t)
{
	ev_timer_stop(t->pulse->loop, &t->due);
	for (unsigned i = 0; i < COURSE_FLIGHT; i++)
		if (t->slots[i] != NULL)
			release_flight(t, i);
}

void
target_fini(struct target *t)
{
	tls_memory_fini(&t->tls_memory);
}

void
target_suspect(struct target *t)
{
	if (!target_is_probed(t))
		return;
	course_suspect(&t->course, t->pulse->now);
	follow(t);
}

void
target_look(struct target *t)
{
	if (!target_is_probed(t))
		return;
	course_look(&t->course, t->pulse->now);
	follow(t);
}

bool
target_probe_now(struct target *t)
{
	if (!target_is_probed(t))
		return false;
	course_probe_now(&t->course, t->pulse->now);
	follow(t);
	return true;
}
