/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * course - scheduling, and the order in which outcomes count.
 */
#include "course.h"

#include <assert.h>
#include <string.h>

void
course_init(struct course *c, uint64_t id, const struct health_conf *conf)
{
	*c = (struct course){.conf = conf,
	    .due = COURSE_NEVER,
	    .last_start = INT64_MIN,
	    .last_evidence = INT64_MIN};
	sched_init(&c->sched, id, conf->jitter);
	rise_fall_init(&c->history);
	flap_init(&c->flap);
}

void
course_inherit(struct course *c, const struct course *from, bool asked_anew)
{
	c->history = from->history;
	c->flap = from->flap;
	c->awaits_resume = from->awaits_resume && c->conf->manual_resume;
	c->last_start = from->last_start;
	c->last_evidence = from->last_evidence;
	c->row_since = from->row_since;
	c->was_local = from->was_local;
	c->changed = from->changed;
	/* A probe under way ends with its question: it is asked anew, not an interval
	 * later. */
	c->suspected = from->suspected || from->in_flight > 0;
	if (asked_anew)
		rise_fall_doubt(&c->history);
}

bool
course_is_held(const struct course *c, int64_t now)
{
	return c->history.health == HEALTH_DOWN &&
	       (c->awaits_resume || flap_holds(&c->flap, now));
}

/* --- when ----------------------------------------------------------------------------
 */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
fast(struct course *c, int64_t now)
{
	return sched_fast(&c->sched, now, c->last_start, c->conf->fast_ns);
}

static int64_t
next_confirmation(struct course *c, int64_t now, int missing)
{
	if (c->in_flight == COURSE_FLIGHT || (int)c->in_flight >= missing)
		return COURSE_NEVER;
	return later(now, later(c->last_start, c->row_since) + c->conf->confirm_ns);
}

static int64_t
next_alone(struct course *c, int64_t now)
{
	const struct rise_fall *h = &c->history;
	bool held = course_is_held(c, now);

	/* Nothing can change while it is held: its answers are looked at in peace. */
	if (c->changed || (rise_fall_in_transition(h) && !held))
		return fast(c, now);
	return sched_steady(&c->sched, now, c->last_start,
	    h->health == HEALTH_DOWN ? c->conf->down_ns : c->conf->interval_ns);
}

static void
plan_evidence(struct course *c, int64_t now)
{
	int64_t at = now;

	if (c->last_evidence != INT64_MIN)
		at = later(now, c->last_evidence + c->conf->fast_ns);
	if (at >= c->due)
		return;
	c->due = at;
	c->on_evidence = true;
}

static void
plan(struct course *c, int64_t now)
{
	int missing = rise_fall_missing(&c->history, c->conf);

	c->on_evidence = false;
	if (c->was_local)
		c->due = c->in_flight > 0 ? COURSE_NEVER : fast(c, now);
	else if (missing > 0)
		c->due = next_confirmation(c, now, missing);
	else
		c->due = c->in_flight > 0 ? COURSE_NEVER : next_alone(c, now);
	if (c->suspected && c->in_flight == 0)
		plan_evidence(c, now);
}

void
course_start(struct course *c, int64_t now)
{
	if (c->last_start == INT64_MIN)
		c->due = sched_first(&c->sched, now, c->conf->interval_ns);
	else
		plan(c, now);
}

void
course_suspect(struct course *c, int64_t now)
{
	c->suspected = true;
	/* What runs may have looked before it happened: another one follows. */
	if (c->in_flight == 0)
		plan_evidence(c, now);
}

void
course_look(struct course *c, int64_t now)
{
	c->suspected = true;
	course_probe_now(c, now);
}

void
course_probe_now(struct course *c, int64_t now)
{
	if (c->in_flight == 0)
		c->due = now;
}

bool
course_resume(struct course *c)
{
	bool waited = c->awaits_resume;

	c->awaits_resume = false;
	return waited;
}

/* --- probes ---------------------------------------------------------------------------
 */

static unsigned
free_slot(const struct course *c)
{
	unsigned used = 0, slot = 0;

	for (unsigned i = 0; i < c->in_flight; i++)
		used |= 1u << c->flight[i].slot;
	while (used & 1u << slot)
		slot++;
	return slot;
}

unsigned
course_begin(struct course *c, int64_t now)
{
	unsigned slot = free_slot(c);

	assert(c->in_flight < COURSE_FLIGHT);
	c->flight[c->in_flight++] = (struct course_probe){.slot = slot, .began = now};
	c->last_start = now;
	if (c->on_evidence)
		c->last_evidence = now;
	c->was_local = c->changed = c->suspected = false;
	plan(c, now);
	return slot;
}

void
course_postpone(struct course *c, int64_t at)
{
	c->due = at;
}

static void
remove_probe(struct course *c, unsigned i)
{
	c->in_flight--;
	memmove(
	    &c->flight[i], &c->flight[i + 1], (c->in_flight - i) * sizeof c->flight[0]);
}

/* Those before @index that still run: their answers would be older than a good one. */
static unsigned
end_older(struct course *c, unsigned index)
{
	unsigned ended = 0;

	for (unsigned i = 0; i < index;) {
		if (c->flight[i].finished) {
			i++;
			continue;
		}
		ended |= 1u << c->flight[i].slot;
		remove_probe(c, i);
		index--;
	}
	return ended;
}

static unsigned
index_of(const struct course *c, unsigned slot)
{
	unsigned i = 0;

	while (i < c->in_flight && c->flight[i].slot != slot)
		i++;
	assert(i < c->in_flight);
	return i;
}

int64_t
course_began(const struct course *c, unsigned slot)
{
	return c->flight[index_of(c, slot)].began;
}

unsigned
course_finish(
    struct course *c, unsigned slot, bool ok, enum reason reason, uint64_t detail)
{
	unsigned i = index_of(c, slot);
	struct course_probe *p = &c->flight[i];

	assert(!p->finished);
	p->finished = true;
	p->ok = ok;
	p->reason = reason;
	p->detail = detail;
	return ok ? end_older(c, i) : 0;
}

static enum rise_fall_change
feed(struct course *c, const struct course_probe *p, int64_t now)
{
	struct rise_fall *h = &c->history;
	enum rise_fall_change change = rise_fall_feed(
	    h, p->ok, p->reason, p->detail, c->conf, course_is_held(c, now), now);
	bool changed = change == RISE_FALL_UP || change == RISE_FALL_DOWN;

	c->was_local = p->reason == REASON_LOCAL;
	if (c->was_local)
		return change;
	if (!p->ok && h->run == 1)
		c->row_since = now;
	c->changed = c->changed || changed;
	flap_feed(&c->flap, h->health, changed, c->conf, sched_draw(&c->sched), now);
	if (change == RISE_FALL_DOWN && c->conf->manual_resume)
		c->awaits_resume = true;
	return change;
}

bool
course_count(
    struct course *c, int64_t now, unsigned *ret_slot, enum rise_fall_change *ret_change)
{
	struct course_probe first;

	if (c->in_flight == 0 || !c->flight[0].finished) {
		plan(c, now);
		return false;
	}
	first = c->flight[0];
	remove_probe(c, 0);
	*ret_slot = first.slot;
	*ret_change = feed(c, &first, now);
	return true;
}
