/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker_park - workers that come to rest, so that their sessions are the main thread's.
 */
#include <errno.h>

#include <edge/clock.h>

#include "worker.h"
#include "worker_loop.h"

void
worker_rest(struct worker *w)
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
