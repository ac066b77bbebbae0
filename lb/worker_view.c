/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker_view - what changes for a worker when a view does.
 */
#include "worker_view.h"

#include <edge/clock.h>

#include "pace.h"
#include "worker.h"

static void
gate_enter_view(
    struct gate *g, struct worker *w, const struct view_listener *vl, bool anew)
{
	bool was_open = g->open;

	g->view = vl;
	if (anew)
		g->pick = (struct pick_state){0};
	gate_open(g, w);
	if (!was_open)
		pace_open(g);
}

static void
gate_leave_view(struct gate *g)
{
	g->view = NULL;
	if (g->listener->proto == PROTO_TCP || g->sessions == 0)
		gate_close(g);
}

/* Sessions must end where the member is disabled or drained for too long; where it is
 * down, those that do not stay. */
static void
look_for_sweeps(struct worker *w, const struct view *v)
{
	/* Of the kernel engine's, too: the relay may have served them before. */
	for (size_t i = 0; i < v->n_all; i++) {
		for (size_t k = 0; k < v->listeners[i].n_choices; k++) {
			const struct view_choice *c = &v->listeners[i].choices[k];
			struct live_endpoint_share *share =
			    &c->endpoint->share[w->setup.index];

			share->sweep_ends = c->down;
			share->sweep_all = c->disabled || c->drain_end_ns <= w->now_ns;
		}
	}
}

void
worker_take_view(struct worker *w)
{
	const struct view *v = atomic_load_explicit(&w->offered, memory_order_acquire);
	const struct view *old = w->view;
	bool anew;

	if (v == old)
		return;
	anew = old == NULL || old->conf_hash != v->conf_hash;
	w->view = v;
	for (size_t i = 0; i < v->n_listeners; i++)
		gate_enter_view(v->listeners[i].listener->share[w->setup.index].gate, w,
		    &v->listeners[i], anew);
	for (size_t i = 0; old != NULL && i < old->n_listeners; i++)
		if (view_find(v, old->listeners[i].listener) == NULL)
			gate_leave_view(
			    old->listeners[i].listener->share[w->setup.index].gate);
	affinity_set_timeout(w->affinity, v->affinity_ns);
	look_for_sweeps(w, v);
	atomic_store_explicit(&w->acked_boot_ns, clock_boot_ns(), memory_order_relaxed);
	atomic_store_explicit(&w->acked, v->generation, memory_order_release);
	ev_async_send(w->setup.main_loop, w->setup.main_wake);
}

void
worker_look_for_sweeps(struct worker *w)
{
	look_for_sweeps(w, w->view);
}
