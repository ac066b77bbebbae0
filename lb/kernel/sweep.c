/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sweep - the walk through the table of flows.
 *
 * The table is read in batches; the kernel gives whole buckets and a cursor.  A turn
 * reads as much as the pace of this sweep asks for, and never much longer than
 * SWEEP_SLICE_NS: the size of a batch follows what the ones before it took.  Time is the
 * processor's, because what else runs on it is not this loop's doing.
 *
 * A small table is swept each second, so that short timeouts are kept: a sweep comes as
 * often as it costs less than a two hundredth of a core, but not more often than that and
 * at least every SWEEP_PERIOD_NS.
 */
#include "sweep.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <edge/log.h>

#define TURN_NS         (20 * NS_PER_MS)
#define PERIOD_LEAST_NS NS_PER_S
#define COST_SHARE      200
#define UNSETTLED_NS    (3 * NS_PER_S) /* then the next sweep begins all the same */
#define BATCH_LEAST     64
#define BATCH_FIRST     512
#define BATCH_MOST      1024 /* when all of it is idle, each is looked up and deleted */
#define ENTRIES         (4 * BATCH_MOST) /* room: a bucket that is full beyond reason */
#define QUOTA_LEAST     1024

/* How many flows a sweep met of each row, and when it began. */
struct census {
	int64_t begun_ns;
	uint32_t listener[KM_LISTENERS], endpoint[KM_ENDPOINTS];
	uint64_t made[KM_ENDPOINTS]; /* before it began */
};

struct over {
	uint16_t listener, endpoint;
	bool lost;
};

struct sweep {
	const struct object *o;
	struct km_flow_key *keys;
	struct km_flow *flows;
	/* Of the batch, what is over for sure. */
	struct km_flow_key *over_keys;
	struct over *over;
	uint32_t n_over;
	uint32_t batch;
	uint32_t expected;

	bool walking, any;
	uint32_t cursor; /* the kernel's, if any */
	uint64_t met;
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
	s->batch = BATCH_FIRST;
	/* What an edge-lb before us left may be as much as there is room for. */
	s->expected = object_entries(o, KERNEL_MAP_FLOWS);
	s->settled = true;
	s->keys = calloc(ENTRIES, sizeof *s->keys);
	s->flows = calloc(ENTRIES, sizeof *s->flows);
	s->over_keys = calloc(ENTRIES, sizeof *s->over_keys);
	s->over = calloc(ENTRIES, sizeof *s->over);
	if (s->keys == NULL || s->flows == NULL || s->over_keys == NULL ||
	    s->over == NULL) {
		sweep_free(&s);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

void
sweep_free(struct sweep **ps)
{
	if (*ps == NULL)
		return;
	free((*ps)->keys);
	free((*ps)->flows);
	free((*ps)->over_keys);
	free((*ps)->over);
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
judge(const struct sweep *s, const struct km_flow_key *key, const struct km_flow *f,
    uint32_t now)
{
	if (key->listener >= KM_LISTENERS || f->endpoint >= KM_ENDPOINTS)
		return SWEEP_LOST;
	return sweep_judge(f, key->listener, &s->o->listeners[key->listener],
	    &s->o->endpoints[f->endpoint], s->o->settings, now);
}

static void
take_session(struct sweep *s, unsigned listener, unsigned endpoint)
{
	take_one(&s->o->endpoints[endpoint].sessions);
	take_one(&s->o->listeners[listener].sessions);
}

/* What has ended and waited: all of a batch in one call, since with many short sessions
 * this is most of what a sweep costs.  If one is opened anew in this very moment, its
 * next packet finds the same member by affinity. */
static void
forget_over(struct sweep *s)
{
	uint32_t at = 0;
	int err = 0;

	while (at < s->n_over && (err == 0 || err == -ENOENT)) {
		uint32_t n = s->n_over - at;

		err = bpf_map_delete_batch(
		    s->o->map[KERNEL_MAP_FLOWS], &s->over_keys[at], &n, NULL);
		if (err != 0 && err != -ENOENT)
			break;
		s->figures.swept += n;
		/* Who was first, the path or we, takes it from the sessions. */
		for (uint32_t i = at; i < at + n; i++)
			if (!s->over[i].lost)
				take_session(s, s->over[i].listener, s->over[i].endpoint);
		at += n + 1; /* behind the one that was gone, if any */
	}
	s->n_over = 0;
}

/* It may have spoken since the batch was read.  True when it is gone. */
static bool
forget(struct sweep *s, const struct km_flow_key *key)
{
	int fd = s->o->map[KERNEL_MAP_FLOWS];
	enum sweep_verdict verdict;
	struct km_flow f;

	if (bpf_map_lookup_elem(fd, key, &f) != 0)
		return true;
	verdict = judge(s, key, &f, object_tick());
	if (verdict == SWEEP_STAYS)
		return false;
	/* Who was first, the path or we, takes it from the sessions. */
	if (bpf_map_delete_elem(fd, key) != 0)
		return true;
	s->figures.swept++;
	if (verdict != SWEEP_LOST)
		take_session(s, key->listener, f.endpoint);
	if (verdict == SWEEP_IDLE)
		s->idle_closed[key->listener]++;
	return true;
}

static void
look_at(
    struct sweep *s, const struct km_flow_key *key, const struct km_flow *f, uint32_t now)
{
	enum sweep_verdict verdict = judge(s, key, f, now);

	if (verdict == SWEEP_ENDED || verdict == SWEEP_LOST) {
		s->over_keys[s->n_over] = *key;
		s->over[s->n_over++] =
		    (struct over){key->listener, f->endpoint, verdict == SWEEP_LOST};
		return;
	}
	if (verdict == SWEEP_IDLE && forget(s, key))
		return;
	s->now.listener[key->listener % KM_LISTENERS]++;
	s->now.endpoint[f->endpoint % KM_ENDPOINTS]++;
	s->met++;
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
	s->any = false;
	s->walking = true;
}

static void
end(struct sweep *s, int64_t now_ns)
{
	int64_t period = s->cpu_ns * COST_SHARE;

	s->walking = false;
	s->whole = s->now;
	s->settled = false;
	s->ended_ns = now_ns;
	s->expected = (uint32_t)s->met;
	s->figures.flows = s->met;
	s->figures.cpu_ns = s->cpu_ns;
	s->figures.sweeps++;
	if (period < PERIOD_LEAST_NS)
		period = PERIOD_LEAST_NS;
	if (period > SWEEP_PERIOD_NS)
		period = SWEEP_PERIOD_NS;
	s->due_ns = s->now.begun_ns + period;
}

/* Reads and judges one batch.  False when it was the last. */
static bool
walk(struct sweep *s, uint32_t *ret_n)
{
	uint32_t n = s->batch, next = 0, now;
	int err = bpf_map_lookup_batch(s->o->map[KERNEL_MAP_FLOWS],
	    s->any ? &s->cursor : NULL, &next, s->keys, s->flows, &n, NULL);

	*ret_n = 0;
	if (err == -ENOSPC && s->batch < ENTRIES) { /* a bucket has more than that */
		s->batch *= 2;
		return true;
	}
	if (err != 0 && err != -ENOENT) {
		if (err != -EINTR && err != -EAGAIN)
			log_warning("table of flows: %s", strerror(-err));
		return err == -EINTR || err == -EAGAIN;
	}
	now = object_tick();
	for (uint32_t i = 0; i < n; i++)
		look_at(s, &s->keys[i], &s->flows[i], now);
	forget_over(s);
	*ret_n = n;
	s->cursor = next;
	s->any = true;
	return err == 0;
}

static void
adapt(struct sweep *s, int64_t took_ns)
{
	if (took_ns > SWEEP_SLICE_NS / 2 && s->batch > BATCH_LEAST)
		s->batch /= 2;
	else if (took_ns < SWEEP_SLICE_NS / 8 && s->batch < BATCH_MOST)
		s->batch *= 2;
}

/* Batches up to what this turn owes, and a little more, so that a table that grows is
 * still swept in time. */
static void
slice(struct sweep *s, int64_t now_ns)
{
	uint64_t quota = (uint64_t)s->expected * TURN_NS / SWEEP_PERIOD_NS * 5 / 4;
	int64_t begin_ns = cpu_ns(), before_ns = begin_ns, after_ns, took_ns;
	uint64_t read = 0;
	bool more;

	if (quota < QUOTA_LEAST)
		quota = QUOTA_LEAST;
	do {
		uint32_t n;

		more = walk(s, &n);
		read += n;
		after_ns = cpu_ns();
		took_ns = after_ns - before_ns;
		before_ns = after_ns;
		if (n > 0)
			adapt(s, took_ns);
	} while (more && read < quota && after_ns - begin_ns + took_ns <= SWEEP_SLICE_NS);
	s->cpu_ns += after_ns - begin_ns;
	if (after_ns - begin_ns > s->figures.slice_max_ns)
		s->figures.slice_max_ns = after_ns - begin_ns;
	if (!more)
		end(s, now_ns);
}

/* An empty table costs a walk, too: all its buckets. */
static bool
is_empty(const struct sweep *s)
{
	if (s->figures.sweeps == 0 || s->expected != 0)
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
	return s->walking ? now_ns + TURN_NS : s->due_ns;
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
