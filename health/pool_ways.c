/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool_ways - which endpoints share a way, and who is asked when one finds none.
 */
#include "pool_ways.h"

#include <edge/base.h>

static struct way *
way_to(struct pool_watch *w, const struct endpoint *e)
{
	return &w->ways[e->side][addr_family(&e->addr)];
}

void
pool_ways_init(struct pool_watch *w)
{
	for (size_t i = 0; i < SIDES; i++)
		for (size_t f = 0; f < countof(w->ways[i]); f++)
			way_init(&w->ways[i][f]);
	for (size_t i = 0; i < w->n_targets; i++) {
		const struct endpoint *e = w->targets[i].endpoint;

		if (target_is_probed(&w->targets[i]))
			way_add(way_to(w, e), e->member->index);
	}
}

/* An endpoint of each other member that is reached the same way: one question tells. */
static void
ask_others(struct pool_watch *w, const struct target *t)
{
	uint32_t asked = 1u << t->endpoint->member->index;

	for (size_t i = 0; i < w->n_targets; i++) {
		const struct endpoint *e = w->targets[i].endpoint;
		uint32_t member = 1u << e->member->index;

		if (asked & member || way_to(w, e) != way_to(w, t->endpoint) ||
		    !target_is_probed(&w->targets[i]))
			continue;
		asked |= member;
		target_suspect(&w->targets[i]);
	}
}

void
pool_ways_judge(struct target *t, struct outcome *o, int64_t began)
{
	struct pool_watch *w = t->owner;
	struct way *way = way_to(w, t->endpoint);
	unsigned member = t->endpoint->member->index;

	if (o->reason == REASON_LOCAL)
		return;
	if (o->reason != REASON_UNREACHABLE) {
		way_heard(way, member, began);
		return;
	}
	if (!way_is_ours(way, member, began))
		return;
	o->reason = REASON_LOCAL; /* the errno stays as its detail */
	ask_others(w, t);
}
