/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool_sentinels - which endpoints have one, and what passes between it and the target.
 */
#include "pool_sentinels.h"

#include <errno.h>
#include <stdlib.h>

#include <edge/base.h>
#include <edge/log.h>

static void
on_alarm(struct sentinel *s)
{
	struct pool_sentinel *p = container_of(s, struct pool_sentinel, sentinel);

	log_debug(
	    "%s: the sentinel ended: a probe is due", p->target->endpoint->full_name);
	target_look(p->target);
}

struct pool_sentinel *
pool_sentinels_new(
    struct target *targets, size_t n, struct pulse *pulse, struct sentinel_room *room)
{
	struct pool_sentinel *all = calloc(n + 1, sizeof *all);

	for (size_t i = 0; all != NULL && i < n; i++) {
		struct target *t = &targets[i];
		const struct sentinel_way way = {
		    .addr = t->question.addr,
		    .source = t->question.source,
		    .port = t->question.port,
		    .connect_timeout_ns = t->conf->connect_timeout_ns,
		};

		if (!t->conf->sentinel || t->endpoint->proto != PROTO_TCP ||
		    !target_is_probed(t))
			continue;
		sentinel_init(&all[i].sentinel, pulse, room, &way, on_alarm);
		all[i].target = t;
	}
	return all;
}

void
pool_sentinels_stop(struct pool_sentinel *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].target != NULL)
			sentinel_stop(&all[i].sentinel);
}

void
pool_sentinel_outcome(struct pool_sentinel *p, const struct outcome *o)
{
	const struct target *t = p->target;

	if (t == NULL)
		return;
	if (o->reason == REASON_LOCAL) {
		if (o->detail == EMFILE || o->detail == ENFILE)
			sentinel_yield(&p->sentinel);
		return;
	}
	if (t->course.history.health == HEALTH_DOWN)
		sentinel_stop(&p->sentinel);
	else
		sentinel_probed(&p->sentinel, o->started,
		    o->ok && t->course.history.health == HEALTH_UP);
}

uint64_t
pool_sentinel_gauge(const struct pool_sentinel *p)
{
	if (p->target == NULL)
		return 0;
	return p->sentinel.plan.phase == SENTINEL_HELD ? 2 : 1;
}

void
pool_sentinel_inherit(struct pool_sentinel *p, const struct pool_sentinel *from)
{
	if (p->target != NULL && from->target != NULL)
		sentinel_inherit(&p->sentinel, &from->sentinel);
}
