/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_VIEW_H
#define LB_VIEW_H

/*
 * view - the immutable picture of what may take sessions now.
 *
 * Built by the main thread from a model and the states its live objects carry, for each
 * change of configuration or state; handed to every worker, acknowledged by its
 * generation, freed by the main thread when all workers have a later one.  It copies
 * what it needs: nothing in it points into the model.
 *
 * A worker uses a view inside one turn of its loop and keeps no pointer into it, except
 * the current one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/model.h>
#include <edge/state.h>

#include "live.h"
#include "patience.h"
#include "pick.h"
#include "queue.h"
#include "rate.h"
#include "sources.h"
#include "steer.h"

#define VIEW_SOURCES_MAX 16

struct view_choice {
	struct live_endpoint *endpoint;
	_Atomic int64_t *rate; /* the member's word for this service */
	uint32_t weight;
	bool backup;
	enum use use;
	bool down;             /* health is down: sessions that do not stay, end */
	bool disabled;         /* by the operator: all sessions end */
	int64_t slow_begin_ns; /* monotonic; 0: no slow start */
	int64_t slow_ns;       /* its duration */
	int64_t drain_end_ns;  /* monotonic; INT64_MAX: never */
};

struct view_listener {
	struct live_listener *listener;
	uint64_t domain;     /* of affinity: one per pool and side; 0: no affinity */
	const char *service; /* its word */
	bool direct;         /* A/V: clients speak with its members themselves, too */
	enum engine engine;
	enum algorithm algorithm; /* of the relay */
	enum source source;
	enum on_down on_down;
	int64_t idle_ns;
	uint32_t sessions_per_member, sessions_per_listener;
	struct rate rate;                 /* of new sessions on each member */
	struct queue_limits queue;        /* each worker's part */
	struct source_limits each_source; /* of clients */
	unsigned workers;
	struct addr sources[VIEW_SOURCES_MAX]; /* for replaced sources; may be none */
	size_t n_sources;
	struct prefix *allow, *deny;
	size_t n_allow, n_deny;
	struct view_choice choices[MODEL_MEMBERS_MAX];
	size_t n_choices;
	uint8_t *ring; /* source hash; NULL otherwise, or when nobody is eligible */
};

struct view {
	struct view *older; /* the main thread's: not yet freed */
	uint64_t generation;
	uint64_t conf_hash; /* choices of two views with one hash have the same order */
	struct steer_mask mask;
	int64_t affinity_ns, connect_timeout_ns, half_close_ns;
	struct patience patience;
	int connect_retries;
	size_t n_listeners; /* the relay's: workers see no others */
	size_t n_all;       /* with those of the kernel engine, which stand behind them */
	struct view_listener listeners[];
};

struct view_clock {
	int64_t mono_ns, boot_ns;
};

/* Takes references to the live objects of @m, which must all exist.  Main thread.
 * NULL without memory. */
struct view *view_new(const struct model *m, const struct live *live, uint64_t generation,
    struct view_clock now);
void view_free(struct view **pv);

/* NULL when @v has no such listener. */
const struct view_listener *
view_find(const struct view *v, const struct live_listener *x);

/* What the picker sees of @vl: who may take a session now and has not been @tried (bit
 * per choice).  Fills @ret (n_choices of them). */
void view_entries(const struct view_listener *vl, uint32_t tried, int64_t now_ns,
    struct pick_entry *ret);
/* As many sessions as it may have. */
bool view_choice_full(const struct view_listener *vl, const struct view_choice *c);
/* The choice of the member with this id if it may take a session now; else PICK_NONE. */
int view_choice_of(
    const struct view_listener *vl, const struct pick_entry *e, uint64_t member);
/* True when the listener's lists let @source in. */
bool view_admits(const struct view_listener *vl, const struct addr *source);

#endif
