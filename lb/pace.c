/* SPDX-License-Identifier: BSD-2-Clause */
#include "pace.h"

#include <assert.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "listen.h"
#include "session.h"
#include "worker.h"

#define SERVED_LOOK 16               /* read the clock once per so many sessions */
#define HOLD_NS     (150 * NS_PER_S) /* as long as what was held may last */
#define ANOTHER_NS  (10 * NS_PER_MS)

static struct live_listener_share *
share_of(const struct gate *g)
{
	return &g->listener->share[g->worker->setup.index];
}

static void
publish(const struct gate *g)
{
	struct live_listener_share *share = share_of(g);

	atomic_store_explicit(
	    &share->waiting, (uint32_t)g->queue.n, memory_order_relaxed);
	atomic_store_explicit(&share->paced, g->paced, memory_order_relaxed);
}

static void
put_on_ring(struct gate *g)
{
	if (!link_alone(&g->waiting))
		return;
	live_listener_get(g->listener);
	link_append(&g->worker->waiting, &g->waiting);
}

/* The reference goes last: after it the main thread may free the gate. */
static void
take_off_ring(struct gate *g)
{
	link_remove(&g->waiting);
	live_listener_put(g->listener);
}

bool
pace_has_waiting(const struct gate *g)
{
	return g->queue.n > 0;
}

void
pace_enter(struct gate *g, struct queue_entry *e, bool anew)
{
	if (anew)
		counters_add(&share_of(g)->count, LB_FIELD_WAITED, 1);
	pace_rejoin(g, e, g->worker->now_ns);
}

void
pace_rejoin(struct gate *g, struct queue_entry *e, int64_t since_ns)
{
	queue_enter(&g->queue, e, since_ns);
	put_on_ring(g);
	publish(g);
}

void
pace_leave(struct gate *g, struct queue_entry *e)
{
	queue_leave(&g->queue, e);
	publish(g);
}

/* One turn, when all members that take sessions do so at their rate. */
static int64_t
turn_ns(const struct gate *g)
{
	const struct view_listener *vl = g->view;
	int64_t n = 0;

	for (size_t i = 0; i < vl->n_choices; i++)
		n += vl->choices[i].use == USE_NEW;
	return n == 0 ? 0 : vl->rate.step_ns * vl->workers / n;
}

/* Without rates it is ports that are short: how long for nobody knows, so nobody else
 * need wait inside. */
static bool
is_full(struct gate *g)
{
	if (g->view == NULL)
		return false;
	if (g->view->rate.step_ns == 0)
		return g->queue.n > 0 && gate_ready_ns(g) > g->worker->now_ns;
	return queue_is_full(&g->queue, &g->view->queue, turn_ns(g), g->worker->now_ns);
}

/* Not only while accepting pauses: who was held then is still being waited for. */
static void
hold(struct gate *g)
{
	if (g->held_ns == 0)
		listen_hold(g->io.fd, true);
	g->held_ns = g->worker->now_ns + HOLD_NS;
}

void
pace_open(struct gate *g)
{
	g->held_ns = 0;
	if (g->listener->proto != PROTO_TCP ||
	    (g->worker->paused_until_ns == 0 && !listen_is_held(g->io.fd)))
		return;
	hold(g);
	put_on_ring(g);
}

/* True when nothing is held any more. */
static bool
let_go(struct gate *g)
{
	if (g->held_ns == 0)
		return true;
	if (g->open && g->worker->now_ns < g->held_ns)
		return false;
	if (g->open)
		listen_hold(g->io.fd, false);
	g->held_ns = 0;
	return true;
}

bool
pace_lets_in(struct gate *g)
{
	if (g->queue.n == 0 || !is_full(g))
		return true;
	counters_add(&g->worker->count, LB_FIELD_ACCEPT_PAUSES, 1);
	g->paced = true;
	gate_pause(g);
	hold(g);
	put_on_ring(g);
	publish(g);
	return false;
}

void
pace_pause(struct gate *g)
{
	gate_pause(g);
	if (!g->open || g->listener->proto != PROTO_TCP)
		return;
	hold(g);
	put_on_ring(g);
}

/* Somebody may begin here; else g->ready_ns says when. */
static bool
may_serve(struct gate *g)
{
	const struct worker *w = g->worker;

	if (g->queue.n == 0)
		return false;
	g->ready_ns = gate_ready_ns(g);
	if (g->ready_ns < w->paused_until_ns)
		g->ready_ns = w->paused_until_ns;
	return g->ready_ns <= w->now_ns;
}

static void
serve_one(struct gate *g)
{
	struct queue_entry *e = queue_first(&g->queue);

	pace_leave(g, e);
	session_take_turn(e);
}

/* What was served may have made room. */
static void
settle(struct gate *g)
{
	if (g->paced && !is_full(g)) {
		g->paced = false;
		gate_resume(g);
	}
	publish(g);
	if (g->open && (g->paced || g->worker->paused_until_ns != 0))
		hold(g);
	else if (g->queue.n == 0 && let_go(g))
		take_off_ring(g);
}

/* One session per gate and round, so that no gate starves beside another that spends the
 * same members' rates.  Those without their turn now wait on @aside. */
static bool
serve_round(struct worker *w, struct link *aside, int64_t end_ns)
{
	unsigned served = 0;

	while (!link_alone(&w->waiting)) {
		struct gate *g = container_of(w->waiting.next, struct gate, waiting);
		size_t before = g->queue.n;

		link_remove(&g->waiting);
		if (!may_serve(g)) {
			link_append(aside, &g->waiting);
			continue;
		}
		link_append(&w->waiting, &g->waiting);
		serve_one(g);
		if (g->queue.n >= before) {
			/* It waits for another member than the one that is ready. */
			g->ready_ns = w->now_ns + ANOTHER_NS;
			link_remove(&g->waiting);
			link_append(aside, &g->waiting);
		}
		if (++served % SERVED_LOOK == 0 && clock_mono_ns() >= end_ns)
			return false;
	}
	return true;
}

bool
pace_serve(struct worker *w, int64_t end_ns)
{
	struct link aside;
	bool finished;

	if (link_alone(&w->waiting))
		return true;
	link_init(&aside);
	finished = serve_round(w, &aside, end_ns);
	while (!link_alone(&aside)) {
		struct gate *g = container_of(aside.next, struct gate, waiting);

		link_remove(&g->waiting);
		link_append(&w->waiting, &g->waiting);
		settle(g);
	}
	return finished;
}

int64_t
pace_next_ns(const struct worker *w)
{
	int64_t next = INT64_MAX;

	for (struct link *l = w->waiting.next; l != &w->waiting; l = l->next) {
		const struct gate *g = container_of(l, struct gate, waiting);

		if (g->queue.n > 0 && g->ready_ns < next)
			next = g->ready_ns;
	}
	return next;
}

void
pace_end(struct worker *w)
{
	while (!link_alone(&w->waiting)) {
		struct gate *g = container_of(w->waiting.next, struct gate, waiting);

		assert(g->queue.n == 0);
		g->paced = false;
		g->held_ns = 0;
		publish(g);
		take_off_ring(g);
	}
}
