/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_POOL_WAYS_H
#define EDGE_HEALTH_POOL_WAYS_H

/*
 * pool_ways - the ways to a pool's members, one per side and address family: what no
 * probe finds a way for is asked of other members before it counts (way.h).
 */
#include "pool_watch.h"

/* Once the targets are there. */
void pool_ways_init(struct pool_watch *w);
/* For target_init(). */
void pool_ways_judge(struct target *t, struct outcome *o, int64_t began);

#endif
