/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_WORKER_H
#define LB_WORKER_H

/*
 * worker - one thread, one loop, and everything of the clients it owns.
 *
 * Priorities in its loop, high to low: the check watcher that reads the clock, io
 * watchers, timers.  (After a stall libev would run a timer first and close a session
 * whose data has just arrived.)
 *
 * Session sockets live in an edge-triggered epoll set of their own, nested in the loop
 * (watch.h).  Each has a struct watch inside its owner, so owners that close during a
 * turn are freed at the turn's end (worker_bury()).
 *
 * Crossing threads: offered, acked (and when), stopping, parking, sessions, lag_ns, log
 * and the counters, all C11 atomics.  ev_async only wakes.
 */
#include <ev.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <edge/state.h>

#include "affinity.h"
#include "gate.h"
#include "idle.h"
#include "live.h"
#include "pipes.h"
#include "sources.h"
#include "state_records.h"
#include "view.h"
#include "watch.h"

/* On the ring of owners that are dead, or that have more to do. */
struct duty {
	struct link link;
	void (*run)(struct duty *duty);
};

#define WORKER_BATCH    32
#define WORKER_DATAGRAM 65536

struct assoc_table;
struct log_ring;

/* What a worker is given by the main thread. */
struct worker_setup {
	unsigned index;
	uint32_t sessions_max; /* of this worker */
	unsigned pipes_max;
	const char *run_dir;
	int notice_fd; /* to send evidence from */
	struct ev_loop *main_loop;
	ev_async *main_wake;          /* a view was acknowledged */
	uint64_t secret;              /* of hash tables that clients fill */
	const struct port_set *ports; /* for replaced sources */
	struct saved_watched watched; /* of the program before, or none */
};

struct worker {
	struct worker_setup setup;
	pthread_t thread;
	bool started;
	struct ev_loop *loop;

	_Alignas(64) _Atomic(const struct view *) offered;
	atomic_bool stopping;
	atomic_uint parking,
	    parked_for;        /* the attempt to park that is under way; 0: none */
	sem_t parked, resumed; /* posted by the worker, and by the main thread */
	ev_async wake;

	_Alignas(64) atomic_uint_least64_t acked;
	atomic_int_least64_t acked_boot_ns; /* when it took that view */
	atomic_uint_least32_t sessions_now;
	atomic_int_least64_t lag_ns; /* longest turn of the last second */
	atomic_bool paused_now;
	_Atomic(struct log_ring *) log; /* NULL: sessions are not logged */
	struct counters count;          /* of the process: this worker's part */

	/* The worker's alone from here on. */
	const struct view *view;
	int64_t now_ns;          /* read once per turn */
	int64_t turn_max_ns;     /* this second's longest turn */
	int64_t armed_ns;        /* what the timer waits for */
	int64_t paused_until_ns; /* accepting; 0: not paused */
	uint32_t sessions;
	struct idle idle;
	struct affinity *affinity;
	struct sources *sources;
	struct link waiting; /* gates, of pace.h */
	struct assoc_table *assocs;
	struct pipes pipes;
	struct link dead, busy;   /* of struct duty */
	struct watch_set watched; /* sockets of sessions */
	ev_io watched_io;
	ev_check check;
	ev_prepare prepare;
	ev_timer due, second;
	ev_idle spin;     /* active: the loop must not block */
	uint8_t *scratch; /* WORKER_BATCH datagrams, or one piece of a stream */
};

/* Creates the worker, not yet running.  0 or -errno. */
int worker_new(const struct worker_setup *setup, struct worker **ret);
/* The first view must have been offered. */
int worker_start(struct worker *w);
/* Ends the thread and all its sessions. */
void worker_stop(struct worker *w);
void worker_free(struct worker **pw);

/* Makes all @n wait at the end of a turn: from then on their sessions are the caller's,
 * until worker_resume().  0; or -ETIMEDOUT, and they go on.  @attempt is another number,
 * above 0, each time.  Main thread. */
int worker_park(
    struct worker *const *workers, unsigned n, unsigned attempt, int64_t timeout_ns);
void worker_resume(struct worker *const *workers, unsigned n);

/* Main thread: @v is the view to use from now on. */
void worker_offer(struct worker *w, const struct view *v);
uint64_t worker_acked(const struct worker *w);
int64_t worker_acked_boot_ns(const struct worker *w);

/* The worker's own. */
int worker_watch(struct worker *w, int fd, struct watch *watch);
void worker_bury(struct worker *w, struct duty *duty);
/* @duty runs once more at the end of this turn; the loop does not block until then. */
void worker_busy(struct worker *w, struct duty *duty);
/* No accepting until @ns from now, and until there is or can be made room for one. */
void worker_pause(struct worker *w, int64_t ns);
void worker_session_began(struct worker *w);
void worker_session_ended(struct worker *w);
bool worker_is_full(const struct worker *w);
/* What traffic showed about a member; at most ten a second and endpoint. */
void worker_evidence(struct worker *w, struct live_endpoint *x, enum reason reason);

#endif
