/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker_loop - see worker_loop.h.
 *
 * Order of a turn: check (read the clock) -> events -> prepare (new view, what is due,
 * sweeps, duties, burials; then the loop may block).  Work that can be long, as closing
 * all sessions of a member, is cut into slices of 2 ms; while some is left, or much comes
 * from sessions (look()), the idle watcher keeps the loop from blocking.
 */
#include "worker_loop.h"

#include <assert.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "chores.h"
#include "pace.h"
#include "rights.h"
#include "seat.h"
#include "worker.h"
#include "worker_view.h"

#define BUSY_EVENTS 8 /* to end and begin libev's watch costs as much as a few events */

/* While libev watches the sessions' set, each event of a session also wakes libev's own,
 * which costs a busy worker two hundredths of its time.  So from a look that found much
 * until one that finds nothing the worker looks each turn by itself, and does not block.
 */
static void
look(struct worker *w)
{
	int n = watch_set_look(&w->watched);

	if (n >= BUSY_EVENTS)
		ev_io_stop(w->loop, &w->watched_io);
	else if (n <= 0)
		ev_io_start(w->loop, &w->watched_io);
}

static void
on_check(EV_P_ ev_check *check, int revents)
{
	struct worker *w = container_of(check, struct worker, check);

	(void)loop;
	(void)revents;
	w->now_ns = clock_mono_ns();
	if (!ev_is_active(&w->watched_io))
		look(w);
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
on_prepare(EV_P_ ev_prepare *prepare, int revents)
{
	struct worker *w = container_of(prepare, struct worker, prepare);
	bool finished;
	int64_t turn_ns;

	(void)revents;
	worker_take_view(w);
	finished = chores_do(w);
	worker_unpause(w);
	chores_bury(w);
	arm(w);
	if (finished && ev_is_active(&w->watched_io))
		ev_idle_stop(loop, &w->spin);
	else
		ev_idle_start(loop, &w->spin);
	turn_ns = clock_mono_ns() - w->now_ns;
	if (turn_ns > w->turn_max_ns)
		w->turn_max_ns = turn_ns;
	worker_rest(w);
	if (atomic_load_explicit(&w->stopping, memory_order_relaxed))
		ev_break(loop, EVBREAK_ALL);
}

static void
on_sessions(EV_P_ ev_io *io, int revents)
{
	struct worker *w = container_of(io, struct worker, watched_io);

	(void)loop;
	(void)revents;
	look(w);
}

static void
on_second(EV_P_ ev_timer *timer, int revents)
{
	struct worker *w = container_of(timer, struct worker, second);

	(void)loop;
	(void)revents;
	atomic_store_explicit(&w->lag_ns, w->turn_max_ns, memory_order_relaxed);
	w->turn_max_ns = 0;
	pipes_trim(&w->pipes);
	worker_look_for_sweeps(w);
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

void *
worker_main(void *arg)
{
	struct worker *w = arg;
	char name[16];
	sigset_t all;

	/* The main thread's; one that is caught here as it is blocked there is lost by an
	 * upgrade. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	snprintf(name, sizeof name, "worker-%u", w->setup.index);
	pthread_setname_np(pthread_self(), name); /* for top -H */
	/* Only to use clients' addresses as its own (IP_TRANSPARENT), and their ports
	 * below 1024; everything else privileged happens in the main thread. */
	rights_keep(1u << CAP_NET_RAW | 1u << CAP_NET_BIND_SERVICE);
	w->now_ns = clock_mono_ns();
	worker_take_view(w);
	ev_run(w->loop, 0);
	end_all_sessions(w);
	pace_end(w);
	worker_for_gates(w, gate_close);
	return NULL;
}

void
worker_watchers_start(struct worker *w)
{
	ev_check_init(&w->check, on_check);
	ev_set_priority(&w->check, EV_MAXPRI);
	ev_check_start(w->loop, &w->check);
	ev_prepare_init(&w->prepare, on_prepare);
	ev_prepare_start(w->loop, &w->prepare);
	ev_io_init(&w->watched_io, on_sessions, w->watched.fd, EV_READ);
	ev_io_start(w->loop, &w->watched_io);
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
