/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_POOL_WATCH_H
#define EDGE_HEALTH_POOL_WATCH_H

/*
 * pool_watch - all targets of one pool, and what the pool as a whole makes of them.
 *
 *   outcome -> rise_fall -> guard -> state words -> board, notices, log
 *
 * Owns the targets, their sentinels, and the arrays the guard works in.  Borrows the pool
 * (of a model), TLS contexts, the publisher and the list of admin states.
 */
#include <edge/model.h>

#include "admin_list.h"
#include "certificate_watch.h"
#include "conditions.h"
#include "guard.h"
#include "pool_sentinels.h"
#include "publish.h"
#include "target.h"
#include "tls_contexts.h"
#include "way.h"

struct pool_watch {
	const struct pool *pool;
	struct pulse *pulse;
	struct publish *publish;        /* from pool_watch_attach() on */
	const struct admin_list *admin; /* likewise */
	struct target *targets;         /* in the order of pool->endpoints */
	size_t n_targets;
	struct pool_sentinel *sentinels; /* likewise */
	struct flights flights;
	struct way ways[SIDES][FAMILIES];

	/* The guard's, and what it found last time. */
	struct guard_endpoint *guard;
	struct guard_group *groups;
	unsigned n_groups;
	ev_timer again; /* when a removal that waits may go */
	bool *out;      /* per member */
	bool *left;     /* per member: out was logged */
	struct state *members;
	size_t *member_rows;
	size_t row;

	int64_t local_said; /* when a fault of our own was last logged; 0: never */
	uint64_t local_faults;
	struct certificate_watch certificates;
	struct condition_pace pace; /* of the lines about conditions */
};

/* Everything that can fail.  -errno with a sentence in @why. */
int
pool_watch_new(const struct pool *pool, struct pulse *pulse, struct sentinel_room *room,
    struct tls_contexts *contexts, struct pool_watch **ret, char *why, size_t why_size);
void pool_watch_free(struct pool_watch **pw);

/* Finds its rows, takes over what they say (where no history was inherited) and
 * publishes the first decision.  Cannot fail. */
void pool_watch_attach(
    struct pool_watch *w, struct publish *publish, const struct admin_list *admin);
void pool_watch_start(struct pool_watch *w);
void pool_watch_stop(struct pool_watch *w);

/* The history of what stays, from the same pool of the configuration before. */
void pool_watch_inherit(struct pool_watch *w, struct pool_watch *from);
/* What was down and waits for the operator may return (manual_resume): how many. */
unsigned pool_watch_resume(struct pool_watch *w, const struct member *m);
struct target *pool_watch_find(struct pool_watch *w, uint64_t endpoint_id);

#endif
