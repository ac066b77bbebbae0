/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_views - the views that workers are given, and what is let go when none uses it any
 * more: older views, and listeners that no configuration wants.
 */
#include <errno.h>
#include <stdlib.h>

#include <edge/clock.h>
#include <edge/log.h>

#include "lb.h"
#include "listen.h"

/* --- listeners -----------------------------------------------------------------------
 */

static bool
is_relayed(const struct model *m, const struct live_listener *x)
{
	const struct listener *l = model_listener(m, x->id);

	return l != NULL && l->engine != ENGINE_KERNEL;
}

/* Opens what is wanted and closed.  On failure closes again what it opened. */
int
lb_open_listeners(struct lb *lb, const struct model *m, struct sbuf *why)
{
	struct live *live = &lb->live;
	size_t opened = 0, i;
	struct live_listener **list = calloc(live->n_listeners + 1, sizeof *list);
	int err = list == NULL ? -ENOMEM : 0;

	for (i = 0; err == 0 && i < live->n_listeners; i++) {
		struct live_listener *x = live->listeners[i];

		if (!is_relayed(m, x) || live_listener_is_open(x))
			continue;
		err = listen_open(x, lb->n_workers, &lb->steer, why);
		if (err == 0)
			list[opened++] = x;
	}
	while (err != 0 && opened > 0)
		listen_close(list[--opened], lb->n_workers);
	free(list);
	return err;
}

/* Removed listeners close once no worker looks at them any more.  The last associations
 * of a removed UDP listener still speak through its socket: it stays until they end. */
static void
close_listeners(struct lb *lb, uint64_t acked)
{
	for (size_t i = 0; i < lb->live.n_listeners; i++) {
		struct live_listener *x = lb->live.listeners[i];

		if (live_listener_is_relayed(x) || !live_listener_is_open(x) ||
		    acked <= x->last_view)
			continue;
		if (x->proto == PROTO_UDP &&
		    atomic_load_explicit(&x->refs, memory_order_acquire) > 1)
			continue;
		listen_close(x, lb->n_workers);
		log_info("%s: closed%s", x->full_name,
		    x->wanted ? " by the relay: the kernel engine serves it" : "");
	}
}

/* --- views ---------------------------------------------------------------------------
 */

void
lb_offer(struct lb *lb, struct view *v)
{
	v->older = lb->view;
	lb->view = v;
	for (size_t i = 0; i < v->n_listeners; i++)
		v->listeners[i].listener->last_view = v->generation;
	for (unsigned w = 0; w < lb->n_workers; w++)
		worker_offer(lb->workers[w], v);
}

struct view *
lb_build(struct lb *lb, const struct model *m)
{
	struct view_clock now = {clock_mono_ns(), clock_boot_ns()};

	return view_new(
	    m, &lb->live, lb->view == NULL ? 1 : lb->view->generation + 1, now);
}

int
lb_publish(struct lb *lb)
{
	struct view *v = lb_build(lb, lb->model);

	if (v == NULL)
		return -ENOMEM;
	lb_offer(lb, v);
	lb_kernel_follow(lb);
	return 0;
}

uint64_t
lb_acked(const struct lb *lb, int64_t *ret_boot_ns)
{
	uint64_t acked = UINT64_MAX;

	*ret_boot_ns = 0;
	for (unsigned w = 0; w < lb->n_workers; w++) {
		uint64_t one = worker_acked(lb->workers[w]);
		int64_t when = worker_acked_boot_ns(lb->workers[w]);

		if (one < acked || (one == acked && when > *ret_boot_ns))
			*ret_boot_ns = when;
		acked = one < acked ? one : acked;
	}
	return acked;
}

void
lb_collect(struct lb *lb)
{
	int64_t when;
	uint64_t acked = lb_acked(lb, &when);

	for (struct view **pv = &lb->view->older; *pv != NULL;) {
		struct view *v = *pv;

		if (v->generation >= acked) {
			pv = &v->older;
			continue;
		}
		*pv = v->older;
		view_free(&v);
	}
	close_listeners(lb, acked);
	live_tidy(&lb->live);
}
