/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_POOL_SENTINELS_H
#define EDGE_HEALTH_POOL_SENTINELS_H

/*
 * pool_sentinels - the sentinels of one pool, each beside its target.
 *
 * Probed TCP endpoints whose settings say `sentinel` have one.  Targets do not know of
 * them: an outcome is shown to the sentinel, an alarm makes the target look.
 */
#include "sentinel.h"
#include "target.h"

struct pool_sentinel {
	struct sentinel sentinel;
	struct target *target; /* NULL: none here */
};

/* As many as there are targets, or NULL without memory.  For free(), once stopped. */
struct pool_sentinel *pool_sentinels_new(
    struct target *targets, size_t n, struct pulse *pulse, struct sentinel_room *room);
void pool_sentinels_stop(struct pool_sentinel *all, size_t n);

/* For one target's, by the same index. */
void pool_sentinel_outcome(struct pool_sentinel *p, const struct outcome *o);
/* A word of the board: 0 there is none, 1 it is not connected, 2 it is. */
uint64_t pool_sentinel_gauge(const struct pool_sentinel *p);
void pool_sentinel_inherit(struct pool_sentinel *p, const struct pool_sentinel *from);

#endif
