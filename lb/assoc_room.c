/* SPDX-License-Identifier: BSD-2-Clause */
#include "assoc_room.h"

#include <edge/base.h>
#include <edge/clock.h>

#include "assoc_table.h"

/* Of all workers.  Ten times what an outage of the largest pool brings back, a tenth of a
 * core, and less than the packet filter's sets of transactions can hold (filter.c). */
#define NEWCOMERS_PER_S 5000
/* Who was heard of more recently is in the middle of something. */
#define QUIET_NS (10 * NS_PER_S)

static bool
is_assoc(const struct seat *seat)
{
	return seat->end == assoc_end;
}

/* The association at the head of @q, or NULL. */
static struct seat *
head_of(struct idle_queue *q)
{
	struct idle_entry *e = idle_oldest(q);
	struct seat *seat = e == NULL ? NULL : container_of(e, struct seat, idle);

	return seat != NULL && is_assoc(seat) ? seat : NULL;
}

static bool
recycle_unanswered(struct worker *w)
{
	struct seat *seat = head_of(idle_queue(&w->idle, ASSOC_UNANSWERED_NS));

	if (seat == NULL)
		return false;
	seat->end(seat, CLOSE_RECYCLED);
	return true;
}

/* One queue per timeout, each in the order of silence. */
static bool
recycle_silent(struct worker *w)
{
	struct seat *silent = NULL;

	for (size_t i = 0; i < w->idle.n; i++) {
		struct seat *seat = head_of(&w->idle.queues[i]);

		if (seat != NULL &&
		    (silent == NULL || seat->idle.since_ns < silent->idle.since_ns))
			silent = seat;
	}
	if (silent == NULL || w->now_ns - silent->idle.since_ns < QUIET_NS)
		return false;
	silent->end(silent, CLOSE_OUTLASTED);
	return true;
}

bool
assoc_room_yield(struct worker *w)
{
	return worker_is_full(w) && recycle_unanswered(w) && !worker_is_full(w);
}

bool
assoc_room_make(struct gate *g)
{
	struct worker *w = g->worker;
	struct assoc_table *t = w->assocs;
	struct rate rate = rate_at_once(NEWCOMERS_PER_S / g->view->workers + 1);

	if (!rate_lets(&rate, t->newcomers, w->now_ns))
		return false;
	if (t->unanswered >= t->unanswered_max)
		recycle_unanswered(w);
	if (worker_is_full(w) && !recycle_unanswered(w) && !recycle_silent(w))
		return false;
	t->newcomers = rate_after(&rate, t->newcomers, w->now_ns);
	return true;
}
