/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sweep - the walk through the table of flows.
 *
 * The table is in our memory; a bucket without flows costs a look at its marks.  A turn
 * reads as many buckets as the pace of this sweep asks for, and never much longer than
 * SWEEP_SLICE_NS.  Time is the processor's, because what else runs on it is not this
 * loop's doing.
 *
 * A sweep comes each second, so that short timeouts are kept, or as often as it costs
 * less than a two hundredth of a core, and at least every SWEEP_PERIOD_NS.
 *
 * Who is killed between km_take() and km_free() leaves a lane that nobody claims until
 * the maps are removed: some nanoseconds for each flow that ends, and one lane.
 */
#include "sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bucket.h"

#define TURN_NS         (20 * NS_PER_MS)
#define PERIOD_LEAST_NS NS_PER_S
#define COST_SHARE      200
#define UNSETTLED_NS    (3 * NS_PER_S) /* then the next sweep begins all the same */
#define LOOK            128            /* buckets between two looks at the clock */

/* How many flows a sweep met of each row, and when it began. */
struct census {
	int64_t begun_ns;
	uint32_t listener[KM_LISTENERS], endpoint[KM_ENDPOINTS];
	uint64_t made[KM_ENDPOINTS]; /* before it began */
};

struct sweep {
	const struct object *o;
	uint32_t buckets;
	int64_t pace_ns; /* how long a sweep takes, if nothing holds it up */

	bool walking;
	uint32_t bucket; /* the next one */
	uint64_t met;
	bool met_deep;  /* some of them behind the front */
	bool whole_due; /* this walk goes behind the front, whatever settings.deep says */
	int64_t due_ns, ended_ns, cpu_ns;
	struct census now, whole; /* the walk's; the last whole one's */
	bool settled;

	uint64_t made[KM_ENDPOINTS];
	uint64_t idle_closed[KM_LISTENERS];
	struct sweep_figures figures;
};

static int64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

int
sweep_new(const struct object *o, struct sweep **ret)
{
	struct sweep *s = calloc(1, sizeof *s);

	if (s == NULL)
		return -ENOMEM;
	s->o = o;
	s->buckets = o->settings->flow_buckets;
	s->pace_ns = SWEEP_PERIOD_NS;
	s->whole_due = true; /* what an edge-lb before us left */
	s->settled = true;
	*ret = s;
	return 0;
}

void
sweep_free(struct sweep **ps)
{
	free(*ps);
	*ps = NULL;
}

/* --- one flow --- */

static void
take_one(uint32_t *word)
{
	uint32_t now = __atomic_load_n(word, __ATOMIC_RELAXED);

	while (now > 0 && !__atomic_compare_exchange_n(word, &now, now - 1, true,
			      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static enum sweep_verdict
judge(const struct sweep *s, const struct km_flow *f, uint32_t now)
{
	unsigned listener = f->key.listener;

	if (listener >= KM_LISTENERS || f->endpoint >= KM_ENDPOINTS)
		return SWEEP_LOST;
	return sweep_judge(f, listener, &s->o->listeners[listener],
	    &s->o->endpoints[f->endpoint], s->o->settings, now);
}

/* The lane is free, and the buckets that it had passed by know. */
static void
leave(struct sweep *s, const struct km_flow *f, uint32_t lane)
{
	const struct km_settings *settings = s->o->settings;
	uint64_t hash = km_hash(settings, &f->key.client, f->key.port);
	uint32_t third = km_third(hash, settings);
	struct km_bucket *flows = s->o->flows;

	km_free(&flows[s->bucket], lane, f->tag);
	if (s->bucket >= settings->middle)
		take_one(&flows[km_home(hash, settings)].spilled);
	if (s->bucket >= settings->back)
		take_one(&flows[km_second(hash, settings)].spilled);
	if (s->bucket >= settings->back && s->bucket != third)
		take_one(&flows[third].spilled);
}

/* True when it is gone; false when somebody has spoken since it was judged. */
static bool
forget(struct sweep *s, const struct km_flow *f, uint32_t lane, enum sweep_verdict why)
{
	/* Who was first, the path or we, takes it from the sessions. */
	if (!km_take(&s->o->flows[s->bucket].lane[lane], f->stamp))
		return false;
	leave(s, f, lane);
	s->figures.swept++;
	if (why == SWEEP_LOST)
		return true;
	take_one(&s->o->endpoints[f->endpoint].sessions);
	take_one(&s->o->listeners[f->key.listener].sessions);
	if (why == SWEEP_IDLE)
		s->idle_closed[f->key.listener]++;
	return true;
}

static void
look_at(struct sweep *s, uint32_t lane, uint32_t now)
{
	struct km_flow *at = &s->o->flows[s->bucket].lane[lane];
	uint64_t stamp = __atomic_load_n(&at->stamp, __ATOMIC_ACQUIRE);
	struct km_flow f = *at;
	enum sweep_verdict verdict;

	f.stamp = stamp;
	if (f.tag == 0) /* on its way in or out */
		return;
	verdict = judge(s, &f, now);
	if (verdict != SWEEP_STAYS && forget(s, &f, lane, verdict))
		return;
	s->now.listener[f.key.listener % KM_LISTENERS]++;
	s->now.endpoint[f.endpoint % KM_ENDPOINTS]++;
	s->met++;
	if (s->bucket >= s->o->settings->middle)
		s->met_deep = true;
}

/* --- the walk --- */

static void
begin(struct sweep *s, int64_t now_ns)
{
	memset(&s->now, 0, sizeof s->now);
	memcpy(s->now.made, s->made, sizeof s->made);
	s->now.begun_ns = now_ns;
	s->met = 0;
	s->cpu_ns = 0;
	s->bucket = 0;
	s->met_deep = false;
	s->walking = true;
}

/* The path says when a flow goes behind the front; we, when none is there any more.  It
 * may have put one where we had been, and trusted in what it still read: so the walk
 * after that goes there once more. */
static void
note_deep(struct sweep *s)
{
	uint32_t *deep = &s->o->settings->deep;

	if (s->bucket < s->buckets) /* we have not been there */
		return;
	s->whole_due = !s->met_deep && __atomic_load_n(deep, __ATOMIC_RELAXED) != 0;
	if (s->met_deep || s->whole_due)
		__atomic_store_n(deep, s->met_deep, __ATOMIC_RELAXED);
}

static void
finish(struct sweep *s, int64_t now_ns)
{
	int64_t period = s->cpu_ns * COST_SHARE;

	s->walking = false;
	note_deep(s);
	s->whole = s->now;
	s->settled = false;
	s->ended_ns = now_ns;
	s->figures.flows = s->met;
	s->figures.cpu_ns = s->cpu_ns;
	s->figures.sweeps++;
	if (period < PERIOD_LEAST_NS)
		period = PERIOD_LEAST_NS;
	if (period > SWEEP_PERIOD_NS)
		period = SWEEP_PERIOD_NS;
	s->due_ns = s->now.begun_ns + period;
	s->pace_ns = period * 4 / 5;
}

static void
walk(struct sweep *s, uint32_t end)
{
	uint32_t now = object_tick();

	for (; s->bucket < end; s->bucket++) {
		uint64_t marks = km_marks(&s->o->flows[s->bucket]);

		for (uint32_t lane = 0; marks != 0; lane++, marks >>= 8)
			if ((marks & 0xff) != 0)
				look_at(s, lane, now);
	}
}

/* Where this walk ends: mostly no flow is behind the front. */
static uint32_t
end_of(const struct sweep *s)
{
	const struct km_settings *settings = s->o->settings;

	return s->whole_due || __atomic_load_n(&settings->deep, __ATOMIC_RELAXED) != 0 ||
		       s->bucket > settings->middle
		   ? s->buckets
		   : settings->middle;
}

/* The buckets that this turn owes, as far as there is time. */
static void
slice(struct sweep *s, int64_t now_ns)
{
	uint32_t end = end_of(s);
	uint64_t owed = (uint64_t)end * TURN_NS / (uint64_t)s->pace_ns + LOOK;
	int64_t begin_ns = cpu_ns(), took_ns;
	uint32_t to = owed < end - s->bucket ? s->bucket + (uint32_t)owed : end;

	do {
		walk(s, to - s->bucket < LOOK ? to : s->bucket + LOOK);
		took_ns = cpu_ns() - begin_ns;
	} while (s->bucket < to && took_ns <= SWEEP_SLICE_NS);
	s->cpu_ns += took_ns;
	if (took_ns > s->figures.slice_max_ns)
		s->figures.slice_max_ns = took_ns;
	if (s->bucket >= end_of(s))
		finish(s, now_ns);
}

/* An empty table costs a walk, too: all its buckets. */
static bool
is_empty(const struct sweep *s)
{
	if (s->figures.sweeps == 0 || s->figures.flows != 0)
		return false;
	for (unsigned r = 0; r < KM_LISTENERS; r++)
		if (__atomic_load_n(&s->o->listeners[r].sessions, __ATOMIC_RELAXED) != 0)
			return false;
	return true;
}

int64_t
sweep_turn(struct sweep *s, int64_t now_ns)
{
	if (!s->walking) {
		if (now_ns < s->due_ns)
			return s->due_ns;
		if (!s->settled && now_ns < s->ended_ns + UNSETTLED_NS)
			return now_ns + TURN_NS;
		if (is_empty(s) && now_ns < s->ended_ns + SWEEP_PERIOD_NS) {
			s->due_ns = now_ns + PERIOD_LEAST_NS;
			return s->due_ns;
		}
		begin(s, now_ns);
	}
	slice(s, now_ns);
	return s->walking || s->due_ns <= now_ns ? now_ns + TURN_NS : s->due_ns;
}

/* --- what it found --- */

static bool
is_late_enough(const struct sweep *s, int64_t since_ns)
{
	return s->figures.sweeps > 0 && s->whole.begun_ns >= since_ns + SWEEP_GRACE_NS;
}

bool
sweep_freed_listener(const struct sweep *s, unsigned row, int64_t since_ns)
{
	return is_late_enough(s, since_ns) && s->whole.listener[row] == 0;
}

bool
sweep_freed_endpoint(const struct sweep *s, unsigned row, int64_t since_ns)
{
	return is_late_enough(s, since_ns) && s->whole.endpoint[row] == 0;
}

struct sweep_figures
sweep_figures(const struct sweep *s)
{
	return s->figures;
}

const uint64_t *
sweep_idle_closed(const struct sweep *s)
{
	return s->idle_closed;
}

static void
set_right(uint32_t *word, uint64_t met, uint64_t changes)
{
	int64_t drift =
	    sweep_drift(__atomic_load_n(word, __ATOMIC_RELAXED), met, changes);

	if (drift != 0)
		__atomic_fetch_sub(word, (uint32_t)drift, __ATOMIC_RELAXED);
}

/* Of listeners: a flow that moves from one endpoint to another is a change of both. */
static void
count_changes(const struct sweep *s, const uint64_t *made, uint64_t *ret)
{
	memset(ret, 0, KM_LISTENERS * sizeof *ret);
	for (unsigned r = 1; r < KM_ENDPOINTS; r++)
		if (s->o->endpoints[r].id != 0)
			ret[s->o->endpoints[r].listener % KM_LISTENERS] +=
			    made[r] - s->whole.made[r];
}

void
sweep_settle(struct sweep *s, const uint64_t *made)
{
	uint64_t changes[KM_LISTENERS];

	/* Once the next walk has begun, what it deletes is not in the last one's. */
	if (!s->settled && !s->walking) {
		count_changes(s, made, changes);
		for (unsigned r = 1; r < KM_ENDPOINTS; r++) {
			struct km_endpoint *e = &s->o->endpoints[r];

			if (e->id != 0)
				set_right(&e->sessions, s->whole.endpoint[r],
				    changes[e->listener % KM_LISTENERS]);
		}
		for (unsigned r = 1; r < KM_LISTENERS; r++)
			if (s->o->listeners[r].row != KM_ROW_FREE)
				set_right(&s->o->listeners[r].sessions,
				    s->whole.listener[r], changes[r]);
	}
	memcpy(s->made, made, sizeof s->made);
	s->settled = true;
}
