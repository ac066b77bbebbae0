/* SPDX-License-Identifier: BSD-2-Clause */
#include "assoc_room.h"

#include <edge/base.h>
#include <edge/clock.h>

#include "assoc_table.h"

/* Of all workers.  Ten times what an outage of the largest pool brings back, and a tenth
 * of a core.  Both together are less than the packet filter's sets of transactions can
 * hold (filter.c). */
#define NEWCOMERS_PER_S 5000
#define QUESTIONS_PER_S 5000
/* Who was heard of more recently is in the middle of something. */
#define QUIET_NS (10 * NS_PER_S)

/* The association at the head of @q, or NULL. */
static struct assoc *
head_of(struct idle_queue *q)
{
	struct idle_entry *e = idle_oldest(q);
	struct seat *seat = e == NULL ? NULL : container_of(e, struct seat, idle);

	return seat == NULL || seat->end != assoc_end
		   ? NULL
		   : container_of(seat, struct assoc, seat);
}

/* One queue per timeout and stage, each in the order of silence. */
static struct assoc *
longest_silent(struct worker *w, enum assoc_stage stage)
{
	struct assoc *found = NULL;

	for (size_t i = 0; i < w->idle.n; i++) {
		struct assoc *a = head_of(&w->idle.queues[i]);

		if (a != NULL && a->stage == stage &&
		    (found == NULL || a->seat.idle.since_ns < found->seat.idle.since_ns))
			found = a;
	}
	return found;
}

static bool
recycle_unsettled(struct worker *w)
{
	struct assoc *a = longest_silent(w, ASSOC_UNANSWERED);

	if (a == NULL)
		a = longest_silent(w, ASSOC_ANSWERED);
	if (a == NULL)
		return false;
	assoc_end(&a->seat, CLOSE_RECYCLED);
	return true;
}

static bool
recycle_settled(struct worker *w)
{
	struct assoc *a = longest_silent(w, ASSOC_SETTLED);

	if (a == NULL || w->now_ns - a->seat.idle.since_ns < QUIET_NS)
		return false;
	assoc_end(&a->seat, CLOSE_OUTLASTED);
	return true;
}

bool
assoc_room_yield(struct worker *w)
{
	return worker_is_full(w) && recycle_unsettled(w) && !worker_is_full(w);
}

bool
assoc_room_may_yield(const struct worker *w)
{
	return !worker_is_full(w) || w->assocs->unsettled > 0;
}

static struct rate
part_of(uint32_t per_second, const struct gate *g)
{
	return rate_at_once(per_second / g->view->workers + 1);
}

bool
assoc_room_ask(const struct assoc *a)
{
	const struct gate *g = a->seat.gate;
	struct assoc_table *t = g->worker->assocs;
	int64_t *word = &t->questions;
	struct rate rate;

	if (g->view == NULL)
		return true; /* removed: nobody new, and soon nobody */
	rate = part_of(QUESTIONS_PER_S, g);
	if (a->stage == ASSOC_UNANSWERED) {
		rate = part_of(NEWCOMERS_PER_S, g);
		word = &t->newcomers;
	}
	if (!rate_lets(&rate, *word, g->worker->now_ns))
		return false;
	*word = rate_after(&rate, *word, g->worker->now_ns);
	return true;
}

bool
assoc_room_make(struct gate *g)
{
	struct worker *w = g->worker;
	struct assoc_table *t = w->assocs;
	struct rate rate = part_of(NEWCOMERS_PER_S, g);

	if (!rate_lets(&rate, t->newcomers, w->now_ns))
		return false;
	if (t->unsettled >= t->unsettled_max)
		recycle_unsettled(w);
	if (worker_is_full(w) && !recycle_unsettled(w) && !recycle_settled(w))
		return false;
	t->newcomers = rate_after(&rate, t->newcomers, w->now_ns);
	return true;
}
