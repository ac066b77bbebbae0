/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker - see worker.h.
 *
 * Order of a turn: check (read the clock) -> events -> prepare (new view, what is due,
 * sweeps, duties, burials; then the loop may block).  Work that can be long, as closing
 * all sessions of a member, is cut into slices of 2 ms; while some is left the idle
 * watcher keeps the loop from blocking.
 */
#include "worker.h"

#include <assert.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/notice.h>

#include "assoc.h"
#include "chores.h"
#include "pace.h"
#include "rights.h"
#include "seat.h"

#define EVENTS      64
#define EVIDENCE_NS (100 * NS_PER_MS)

/* --- called by sessions ------------------------------------------------------------- */

int
worker_watch(struct worker *w, int fd, struct watch *watch)
{
	struct epoll_event ev = {
	    .events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET,
	    .data.ptr = watch,
	};

	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &ev) == 0 ? 0 : -errno;
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

static void
for_gates(struct worker *w, void (*what)(struct gate *))
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
		for_gates(w, gate_pause);
	}
	w->paused_until_ns = w->now_ns + ns;
}

static void
worker_unpause(struct worker *w)
{
	if (w->paused_until_ns == 0 || w->now_ns < w->paused_until_ns ||
	    worker_is_full(w))
		return;
	w->paused_until_ns = 0;
	atomic_store_explicit(&w->paused_now, false, memory_order_relaxed);
	for_gates(w, gate_resume);
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

/* --- views -------------------------------------------------------------------------- */

static void
gate_enter_view(
    struct gate *g, struct worker *w, const struct view_listener *vl, bool anew)
{
	g->view = vl;
	if (anew)
		g->pick = (struct pick_state){0};
	gate_open(g, w);
}

static void
gate_leave_view(struct gate *g)
{
	g->view = NULL;
	if (g->listener->proto == PROTO_TCP || g->sessions == 0)
		gate_close(g);
}

/* Sessions must end where the member is disabled or drained for too long; where it is
 * down, those that do not stay. */
static void
look_for_sweeps(struct worker *w, const struct view *v)
{
	for (size_t i = 0; i < v->n_listeners; i++) {
		for (size_t k = 0; k < v->listeners[i].n_choices; k++) {
			const struct view_choice *c = &v->listeners[i].choices[k];
			struct live_endpoint_share *share =
			    &c->endpoint->share[w->setup.index];

			share->sweep_ends = c->down;
			share->sweep_all = c->disabled || c->drain_end_ns <= w->now_ns;
		}
	}
}

static void
take_view(struct worker *w)
{
	const struct view *v = atomic_load_explicit(&w->offered, memory_order_acquire);
	const struct view *old = w->view;
	bool anew;

	if (v == old)
		return;
	anew = old == NULL || old->conf_hash != v->conf_hash;
	w->view = v;
	for (size_t i = 0; i < v->n_listeners; i++)
		gate_enter_view(v->listeners[i].listener->share[w->setup.index].gate, w,
		    &v->listeners[i], anew);
	for (size_t i = 0; old != NULL && i < old->n_listeners; i++)
		if (view_find(v, old->listeners[i].listener) == NULL)
			gate_leave_view(
			    old->listeners[i].listener->share[w->setup.index].gate);
	affinity_set_timeout(w->affinity, v->affinity_ns);
	look_for_sweeps(w, v);
	atomic_store_explicit(&w->acked, v->generation, memory_order_release);
	ev_async_send(w->setup.main_loop, w->setup.main_wake);
}

/* --- the loop ----------------------------------------------------------------------- */

static void
on_check(EV_P_ ev_check *check, int revents)
{
	struct worker *w = container_of(check, struct worker, check);

	(void)loop;
	(void)revents;
	w->now_ns = clock_mono_ns();
}

static void
arm(struct worker *w)
{
	int64_t next = idle_next_ns(&w->idle);

	if (pace_next_ns(w) < next)
		next = pace_next_ns(w);
	if (w->paused_until_ns != 0 && w->paused_until_ns < next)
		next = w->paused_until_ns > w->now_ns ? w->paused_until_ns
						      : w->now_ns + 100 * NS_PER_MS;
	if (next == IDLE_NEVER || (ev_is_active(&w->due) && w->armed_ns <= next))
		return;
	w->armed_ns = next;
	ev_timer_stop(w->loop, &w->due);
	/* A timer that fires early costs a turn; one millisecond late costs nothing. */
	ev_timer_set(&w->due,
	    next > w->now_ns ? (double)(next - w->now_ns) / NS_PER_S + 1e-3 : 0., 0.);
	ev_timer_start(w->loop, &w->due);
}

static void
park(struct worker *w)
{
	unsigned attempt = atomic_load_explicit(&w->parking, memory_order_acquire);

	if (attempt == 0)
		return;
	atomic_store_explicit(&w->parked_for, attempt, memory_order_release);
	sem_post(&w->parked);
	/* A post may be left over from an attempt that was given up. */
	while (atomic_load_explicit(&w->parking, memory_order_acquire) == attempt)
		sem_wait(&w->resumed);
	w->now_ns = clock_mono_ns();
}

static void
on_prepare(EV_P_ ev_prepare *prepare, int revents)
{
	struct worker *w = container_of(prepare, struct worker, prepare);
	bool finished;
	int64_t turn_ns;

	(void)revents;
	take_view(w);
	finished = chores_do(w);
	worker_unpause(w);
	chores_bury(w);
	arm(w);
	if (finished)
		ev_idle_stop(loop, &w->spin);
	else
		ev_idle_start(loop, &w->spin);
	turn_ns = clock_mono_ns() - w->now_ns;
	if (turn_ns > w->turn_max_ns)
		w->turn_max_ns = turn_ns;
	park(w);
	if (atomic_load_explicit(&w->stopping, memory_order_relaxed))
		ev_break(loop, EVBREAK_ALL);
}

static void
on_sessions(EV_P_ ev_io *io, int revents)
{
	struct worker *w = container_of(io, struct worker, epoll_io);
	struct epoll_event events[EVENTS];
	int n = epoll_wait(w->epoll_fd, events, EVENTS, 0);

	(void)loop;
	(void)revents;
	for (int i = 0; i < n; i++) {
		struct watch *watch = events[i].data.ptr;

		watch->ready(watch, events[i].events);
	}
}

static void
on_second(EV_P_ ev_timer *timer, int revents)
{
	struct worker *w = container_of(timer, struct worker, second);

	(void)loop;
	(void)revents;
	atomic_store_explicit(&w->lag_ns, w->turn_max_ns, memory_order_relaxed);
	w->turn_max_ns = 0;
	look_for_sweeps(w, w->view);
}

static void
on_nothing_async(EV_P_ ev_async *async, int revents)
{
	(void)loop;
	(void)async;
	(void)revents;
}

static void
on_nothing_timer(EV_P_ ev_timer *timer, int revents)
{
	(void)loop;
	(void)timer;
	(void)revents;
}

static void
on_nothing_idle(EV_P_ ev_idle *idle, int revents)
{
	(void)loop;
	(void)idle;
	(void)revents;
}

static void
end_all_sessions(struct worker *w)
{
	for (size_t i = 0; i < w->idle.n; i++) {
		struct idle_entry *e;

		while ((e = idle_oldest(&w->idle.queues[i])) != NULL) {
			struct seat *seat = container_of(e, struct seat, idle);

			seat->end(seat, CLOSE_STOP);
		}
	}
	chores_bury(w);
	assert(w->sessions == 0);
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	char name[16];

	snprintf(name, sizeof name, "worker-%u", w->setup.index);
	pthread_setname_np(pthread_self(), name); /* for top -H */
	/* IP_TRANSPARENT is all a worker needs a capability for, and this is enough for
	 * that; everything privileged happens in the main thread. */
	rights_keep(1u << CAP_NET_RAW);
	w->now_ns = clock_mono_ns();
	take_view(w);
	ev_run(w->loop, 0);
	end_all_sessions(w);
	pace_end(w);
	for_gates(w, gate_close);
	return NULL;
}

static void
watchers_start(struct worker *w)
{
	ev_check_init(&w->check, on_check);
	ev_set_priority(&w->check, EV_MAXPRI);
	ev_check_start(w->loop, &w->check);
	ev_prepare_init(&w->prepare, on_prepare);
	ev_prepare_start(w->loop, &w->prepare);
	ev_io_init(&w->epoll_io, on_sessions, w->epoll_fd, EV_READ);
	ev_io_start(w->loop, &w->epoll_io);
	ev_timer_init(&w->second, on_second, 1., 1.);
	ev_set_priority(&w->second, EV_MINPRI);
	ev_timer_start(w->loop, &w->second);
	ev_timer_init(&w->due, on_nothing_timer, 0., 0.);
	ev_set_priority(&w->due, EV_MINPRI);
	ev_idle_init(&w->spin, on_nothing_idle);
	ev_set_priority(&w->spin, EV_MINPRI);
	ev_async_init(&w->wake, on_nothing_async);
	ev_async_start(w->loop, &w->wake);
}

static int
descriptors_new(struct worker *w)
{
	int spare;

	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll_fd < 0)
		return -errno;
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
	watchers_start(w);
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
	if (w->loop != NULL)
		ev_loop_destroy(w->loop);
	if (w->epoll_fd >= 0)
		close(w->epoll_fd);
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

static int
wait_parked(struct worker *w, unsigned attempt, const struct timespec *end)
{
	/* A post may be of an attempt before, which this worker was too late for. */
	while (atomic_load_explicit(&w->parked_for, memory_order_acquire) != attempt)
		if (sem_clockwait(&w->parked, CLOCK_MONOTONIC, end) != 0 &&
		    errno != EINTR)
			return -errno;
	return 0;
}

int
worker_park(
    struct worker *const *workers, unsigned n, unsigned attempt, int64_t timeout_ns)
{
	int64_t end_ns = clock_mono_ns() + timeout_ns;
	struct timespec end = {end_ns / NS_PER_S, end_ns % NS_PER_S};
	int err = 0;

	for (unsigned i = 0; i < n; i++) {
		atomic_store_explicit(
		    &workers[i]->parking, attempt, memory_order_release);
		ev_async_send(workers[i]->loop, &workers[i]->wake);
	}
	for (unsigned i = 0; err == 0 && i < n; i++)
		err = wait_parked(workers[i], attempt, &end);
	if (err != 0)
		worker_resume(workers, n);
	return err;
}

void
worker_resume(struct worker *const *workers, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		atomic_store_explicit(&workers[i]->parking, 0, memory_order_release);
		sem_post(&workers[i]->resumed);
	}
}
