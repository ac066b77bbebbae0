/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker - its birth and its end, and what its sessions ask of it.  See worker.h;
 * its turns are worker_loop.c.
 */
#include "worker.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/notice.h>

#include "assoc.h"
#include "assoc_room.h"
#include "pace.h"
#include "worker_loop.h"

#define EVIDENCE_NS (100 * NS_PER_MS)

/* --- called by sessions ------------------------------------------------------------- */

int
worker_watch(struct worker *w, int fd, struct watch *watch)
{
	return watch_set_add(&w->watched, fd, watch);
}

void
worker_bury(struct worker *w, struct duty *duty)
{
	link_remove(&duty->link);
	link_append(&w->dead, &duty->link);
}

void
worker_busy(struct worker *w, struct duty *duty)
{
	if (link_alone(&duty->link))
		link_append(&w->busy, &duty->link);
}

bool
worker_is_full(const struct worker *w)
{
	return w->sessions >= w->setup.sessions_max;
}

static void
publish_sessions(struct worker *w)
{
	atomic_store_explicit(&w->sessions_now, w->sessions, memory_order_relaxed);
}

void
worker_session_began(struct worker *w)
{
	w->sessions++;
	publish_sessions(w);
}

void
worker_session_ended(struct worker *w)
{
	assert(w->sessions > 0);
	w->sessions--;
	publish_sessions(w);
}

void
worker_for_gates(struct worker *w, void (*what)(struct gate *))
{
	for (size_t i = 0; i < w->view->n_listeners; i++)
		what(w->view->listeners[i].listener->share[w->setup.index].gate);
}

void
worker_pause(struct worker *w, int64_t ns)
{
	if (w->paused_until_ns == 0) {
		counters_add(&w->count, LB_FIELD_ACCEPT_PAUSES, 1);
		atomic_store_explicit(&w->paused_now, true, memory_order_relaxed);
		worker_for_gates(w, pace_pause);
	}
	w->paused_until_ns = w->now_ns + ns;
}

void
worker_unpause(struct worker *w)
{
	if (w->paused_until_ns == 0 || w->now_ns < w->paused_until_ns ||
	    !assoc_room_may_yield(w))
		return;
	w->paused_until_ns = 0;
	atomic_store_explicit(&w->paused_now, false, memory_order_relaxed);
	worker_for_gates(w, gate_resume);
}

void
worker_evidence(struct worker *w, struct live_endpoint *x, enum reason reason)
{
	struct live_endpoint_share *share = &x->share[w->setup.index];

	if (w->setup.notice_fd < 0 ||
	    (share->evidence_ns != 0 && w->now_ns - share->evidence_ns < EVIDENCE_NS))
		return;
	share->evidence_ns = w->now_ns;
	notice_send(w->setup.notice_fd, w->setup.run_dir, "health", NOTICE_EVIDENCE,
	    x->id, (uint64_t)reason);
}

/* --- birth and end -------------------------------------------------------------------
 */

static int
descriptors_new(struct worker *w)
{
	int spare, err = watch_set_init(
		       &w->watched, w->setup.watched.fd, w->setup.watched.number);

	if (err != 0)
		return err;
	w->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	if (w->loop == NULL)
		return -EMFILE; /* or no memory: libev does not say */
	/* Without a descriptor for its own waking libev would abort. */
	spare = eventfd(0, EFD_CLOEXEC);
	if (spare < 0)
		return -errno;
	close(spare);
	return 0;
}

int
worker_new(const struct worker_setup *setup, struct worker **ret)
{
	struct worker *w = aligned_alloc(64, sizeof *w);
	int err;

	if (w == NULL)
		return -ENOMEM;
	memset(w, 0, sizeof *w);
	w->setup = *setup;
	sem_init(&w->parked, 0, 0);
	sem_init(&w->resumed, 0, 0);
	link_init(&w->dead);
	link_init(&w->busy);
	link_init(&w->waiting);
	idle_init(&w->idle);
	pipes_init(&w->pipes, setup->pipes_max);
	err = descriptors_new(w);
	w->affinity = affinity_new(2 * (size_t)setup->sessions_max, 0, setup->secret);
	w->sources = sources_new(2 * (size_t)setup->sessions_max, setup->secret);
	w->assocs = assoc_table_new(setup->sessions_max, setup->secret);
	w->scratch = malloc((size_t)WORKER_BATCH * WORKER_DATAGRAM);
	if (err == 0 && (w->affinity == NULL || w->sources == NULL || w->assocs == NULL ||
			    w->scratch == NULL))
		err = -ENOMEM;
	if (err != 0) {
		worker_free(&w);
		return err;
	}
	worker_watchers_start(w);
	*ret = w;
	return 0;
}

int
worker_start(struct worker *w)
{
	int err;

	assert(atomic_load(&w->offered) != NULL);
	err = pthread_create(&w->thread, NULL, worker_main, w);
	w->started = err == 0;
	return -err;
}

void
worker_stop(struct worker *w)
{
	if (!w->started)
		return;
	atomic_store_explicit(&w->stopping, true, memory_order_relaxed);
	ev_async_send(w->loop, &w->wake);
	pthread_join(w->thread, NULL);
	w->started = false;
}

void
worker_free(struct worker **pw)
{
	struct worker *w = *pw;

	*pw = NULL;
	if (w == NULL)
		return;
	assert(!w->started);
	assoc_table_free(&w->assocs);
	affinity_free(&w->affinity);
	sources_free(&w->sources);
	pipes_fini(&w->pipes);
	if (w->loop != NULL)
		ev_loop_destroy(w->loop);
	watch_set_fini(&w->watched);
	sem_destroy(&w->parked);
	sem_destroy(&w->resumed);
	free(w->scratch);
	free(w);
}

void
worker_offer(struct worker *w, const struct view *v)
{
	atomic_store_explicit(&w->offered, v, memory_order_release);
	ev_async_send(w->loop, &w->wake);
}

uint64_t
worker_acked(const struct worker *w)
{
	return atomic_load_explicit(&w->acked, memory_order_acquire);
}

int64_t
worker_acked_boot_ns(const struct worker *w)
{
	return atomic_load_explicit(&w->acked_boot_ns, memory_order_relaxed);
}
