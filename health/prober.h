/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_PROBER_H
#define EDGE_HEALTH_PROBER_H

/*
 * prober - the pools of one model being watched.
 *
 * A reload makes a second prober from the new model beside the running one, hands the
 * histories of endpoints that stay over to it, and ends the first.
 */
#include <edge/model.h>

#include "pool_watch.h"

struct prober {
	struct pool_watch **pools; /* in the order of model->pools */
	size_t n_pools;
	struct sentinel_room room;
	struct tls_contexts tls; /* lent to the pools */
};

/* Everything that can fail; probes nothing yet. */
int prober_new(const struct model *m, struct pulse *pulse, struct prober **ret, char *why,
    size_t why_size);
void prober_free(struct prober **pp);

/* @from has the histories; it is stopped by this and only good for prober_free(). */
void prober_inherit(struct prober *p, struct prober *from);
/* Attaches to the board, publishes, begins to probe.  Cannot fail. */
void
prober_start(struct prober *p, struct publish *publish, const struct admin_list *admin);

/* Once a second: what changes with the time of day alone. */
void prober_beat(struct prober *p);

/* NULL when there is no such endpoint. */
struct target *prober_find(struct prober *p, uint64_t endpoint_id);
/* Where a member lives. */
struct pool_watch *prober_pool(struct prober *p, const struct pool *pool);

#endif
