/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_LIVE_H
#define LB_LIVE_H

/*
 * live - listeners and endpoints as they run: what outlives a configuration.
 *
 * A model is replaced by a reload, a view by every change of a state; sessions last for
 * days.  So sessions, views and the registry refer to these objects, by count.
 *
 *              written by                     read by
 *   sessions   any worker (fetch_add)         any worker, main thread
 *   rate       any worker (compare-and-swap)  any worker
 *   share[w]   worker w alone                 main thread (counters only)
 *   the rest   main thread, while no worker   workers
 *              can see a change
 *
 * The registry holds a reference of its own, so the last one is always dropped by the
 * main thread and no worker ever frees one.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <edge/boards.h>
#include <edge/model.h>
#include <edge/state.h>

#include "bypass.h"
#include "link.h"
#include "ports.h"

/* One worker's counters of one object: written by one thread, summed by another. */
struct counters {
	_Atomic uint64_t at[LB_FIELDS];
};

static inline void
counters_add(struct counters *c, enum lb_field f, uint64_t by)
{
	/* One writer: no read-modify-write is needed. */
	atomic_store_explicit(&c->at[f],
	    atomic_load_explicit(&c->at[f], memory_order_relaxed) + by,
	    memory_order_relaxed);
}

static inline uint64_t
counters_get(const struct counters *c, enum lb_field f)
{
	return atomic_load_explicit(&c->at[f], memory_order_relaxed);
}

struct gate; /* gate.h: a worker's side of a listener */

struct live_endpoint_share {
	_Alignas(64) struct counters count;
	/* This worker's sessions: those that stay when the member goes down, and those
	 * that end then. */
	struct link stays, ends;
	bool sweep_ends, sweep_all; /* under way: these rings are being emptied */
	int64_t evidence_ns;        /* when this worker last sent evidence */
	struct port_turn ports;
};

/* What all endpoints of a member share. */
struct live_member {
	uint64_t id;
	unsigned endpoints; /* the main thread's: it goes with the last one */
	_Alignas(64) _Atomic int64_t rate[SERVICES]; /* rate.h; any worker */
};

struct live_endpoint {
	uint64_t id, member_id;
	struct live_member *member;
	char *full_name;
	struct addr addr;
	uint16_t port;
	enum proto proto;
	struct sockaddr_storage sa;
	socklen_t sa_length;

	atomic_uint refs;
	_Alignas(64) _Atomic uint32_t sessions;

	/* Main thread. */
	bool wanted;      /* in the current model */
	bool kept;        /* sessions here may have kept their clients' sources */
	bool looked;      /* @state was set at all */
	bool state_known; /* it was on the board once */
	struct state state;
	int64_t slow_boot_ns;  /* begin of slow start; 0: none */
	int64_t drain_mono_ns; /* when draining was first seen; 0: not draining */
	struct bypass bypass;  /* lb_past.c */
	struct unasked unasked;
	/* What the board said before this process counted, and what the kernel engine
	 * counts. */
	uint64_t base[LB_FIELDS];
	bool base_set;
	bool tallied;        /* lb_tally.c: with what was kept beside the maps */
	uint32_t flows;      /* sessions in the kernel engine */
	unsigned unanswered; /* seconds since it was picked there */

	struct live_endpoint_share *share; /* one per worker */
};

struct live_listener_share {
	_Alignas(64) struct counters count;
	struct gate *gate;
	_Atomic uint32_t waiting; /* sessions, of pace.h */
	atomic_bool paced;        /* accepting pauses because too many do */
};

struct live_listener {
	uint64_t id;
	char *full_name;
	struct addr addr;
	uint16_t port;
	enum proto proto;

	atomic_uint refs;
	_Alignas(64) _Atomic uint32_t sessions;

	/* Main thread; workers read @fds only through a view that was published after. */
	bool wanted;
	enum engine engine; /* who serves it in the current model */
	bool vip_missing;
	uint64_t last_view; /* generation of the last view that has it */
	int *fds;           /* one per worker, -1 when closed */
	uint64_t base[LB_FIELDS];
	bool base_set;
	bool tallied;
	uint32_t flows;

	struct live_listener_share *share; /* one per worker */
};

struct live {
	unsigned workers;
	struct live_listener **listeners;
	size_t n_listeners;
	struct live_endpoint **endpoints;
	size_t n_endpoints;
};

void live_init(struct live *l, unsigned workers);
/* All references but the registry's must be gone. */
void live_fini(struct live *l);

/* Makes an object for everything @m has in hardware mode that has none yet.  0 or
 * -ENOMEM; what was made before stays and is harmless. */
int live_grow(struct live *l, const struct model *m);
/* The same for one of them; only what a live object keeps of it need be set. */
int live_add_listener(struct live *l, const struct listener *m);
int live_add_endpoint(struct live *l, const struct endpoint *m);
/* Marks what @m wants. */
void live_want(struct live *l, const struct model *m);
/* Frees what nobody wants or refers to.  Sockets must be closed before. */
void live_tidy(struct live *l);

struct live_listener *live_listener(const struct live *l, uint64_t id);
struct live_endpoint *live_endpoint(const struct live *l, uint64_t id);

void live_listener_get(struct live_listener *x);
void live_listener_put(struct live_listener *x);
void live_endpoint_get(struct live_endpoint *x);
void live_endpoint_put(struct live_endpoint *x);

/* Wanted, and by a socket. */
bool live_listener_is_relayed(const struct live_listener *x);
bool live_listener_is_open(const struct live_listener *x);
uint64_t
live_listener_sum(const struct live *l, const struct live_listener *x, enum lb_field f);
uint64_t
live_endpoint_sum(const struct live *l, const struct live_endpoint *x, enum lb_field f);

/* Takes a place under @limit (0: none) in a shared count; false when it is full. */
bool live_take_place(_Atomic uint32_t *sessions, uint32_t limit);
void live_give_place(_Atomic uint32_t *sessions);

#endif
