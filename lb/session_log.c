/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session_log - see session_log.h; the file is log_output.c.
 *
 * Orders go to the writer under a lock that is never held while the disk is asked.
 */
#include "session_log.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/log.h>

#include "log_output.h"
#include "rights.h"

#define LOOK_MS 100 /* rings are looked at so often: workers wake nobody */

enum order { ORDER_GO, ORDER_REST, ORDER_END };

struct session_log {
	unsigned n_rings;
	struct log_ring **rings; /* all or none; made before the thread is */
	int wake_fd;
	bool started;
	pthread_t thread;

	pthread_mutex_t lock; /* for what follows; never held while the disk is asked */
	pthread_cond_t changed;
	enum order order;
	unsigned rests, resting; /* the rest asked for last, and the one under way */
	unsigned ended;
	char *path; /* NULL: none */
	unsigned opening;
};

/* The writer's own. */
struct writer {
	struct session_log *l;
	unsigned opening; /* the one that output is of */
	struct log_output output;
};

/* --- the writer ----------------------------------------------------------------------
 */

static void
wait_for_more(struct writer *w)
{
	struct log_output *o = &w->output;
	struct pollfd p[2] = {
	    {.fd = w->l->wake_fd, .events = POLLIN},
	    /* A pipe that is full; nobody else is worth waking for. */
	    {.fd = o->full ? o->fd : -1, .events = POLLOUT},
	};
	uint64_t ignored;

	if (poll(p, 2, o->path == NULL ? -1 : LOOK_MS) <= 0)
		return;
	if (p[0].revents != 0 && read(p[0].fd, &ignored, sizeof ignored) < 0)
		return; /* somebody else's turn has taken it */
	if (p[1].revents != 0)
		o->full = false;
}

/* The path wanted, when it is to be opened anew.  Lines from before go to the new one. */
static void
take_path(struct writer *w)
{
	struct session_log *l = w->l;
	char *path = NULL;
	bool anew;

	pthread_mutex_lock(&l->lock);
	anew = l->opening != w->opening;
	if (anew && l->path != NULL)
		path = strdup(l->path);
	w->opening = l->opening;
	pthread_mutex_unlock(&l->lock);
	if (!anew)
		return;
	if (path == NULL)
		log_output_write(&w->output, l->rings, l->n_rings);
	log_output_use(&w->output, path);
}

static enum order
order_now(struct session_log *l, unsigned *ret_rest)
{
	enum order order;

	pthread_mutex_lock(&l->lock);
	order = l->order;
	*ret_rest = l->rests;
	pthread_mutex_unlock(&l->lock);
	return order;
}

/* Not longer than this one: what came since is to be written before the next. */
static void
rest(struct session_log *l, unsigned this_one)
{
	pthread_mutex_lock(&l->lock);
	l->resting = this_one;
	pthread_cond_broadcast(&l->changed);
	while (l->order == ORDER_REST && l->rests == this_one)
		pthread_cond_wait(&l->changed, &l->lock);
	pthread_mutex_unlock(&l->lock);
}

static void
writer_start(void)
{
	sigset_t all;

	/* Signals are for the main thread; SIGPIPE is an error of write(). */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_setname_np(pthread_self(), "session-log");
	rights_keep(0);
}

static void *
writer_main(void *arg)
{
	struct session_log *l = arg;
	struct writer w = {.l = l, .output = {.fd = -1}};
	enum order order;
	unsigned this_rest;

	writer_start();
	do {
		order = order_now(l, &this_rest);
		take_path(&w);
		log_output_write(&w.output, l->rings, l->n_rings);
		if (order == ORDER_REST)
			rest(l, this_rest);
		else if (order == ORDER_GO)
			wait_for_more(&w);
	} while (order != ORDER_END);
	log_output_fini(&w.output);
	pthread_mutex_lock(&l->lock);
	l->ended = 1;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

/* --- called by the main thread -------------------------------------------------------
 */

int
session_log_new(unsigned workers, struct session_log **ret)
{
	struct session_log *l = calloc(1, sizeof *l);
	pthread_condattr_t attr;

	if (l == NULL)
		return -ENOMEM;
	l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->wake_fd < 0) {
		free(l);
		return -errno;
	}
	l->n_rings = workers;
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->changed, &attr);
	pthread_condattr_destroy(&attr);
	*ret = l;
	return 0;
}

static void
rings_free(struct session_log *l)
{
	for (unsigned i = 0; l->rings != NULL && i < l->n_rings; i++)
		log_ring_free(&l->rings[i]);
	free(l->rings);
	l->rings = NULL;
}

static int
start(struct session_log *l)
{
	int err = 0;

	l->rings = calloc(l->n_rings, sizeof(struct log_ring *));
	if (l->rings == NULL)
		return -ENOMEM;
	for (unsigned i = 0; err == 0 && i < l->n_rings; i++)
		if ((l->rings[i] = log_ring_new()) == NULL)
			err = -ENOMEM;
	if (err == 0)
		err = -pthread_create(&l->thread, NULL, writer_main, l);
	l->started = err == 0;
	if (err != 0)
		rings_free(l);
	return err;
}

static void
wake(struct session_log *l)
{
	eventfd_write(l->wake_fd, 1);
}

static void
give_order(struct session_log *l, enum order order)
{
	pthread_mutex_lock(&l->lock);
	l->order = order;
	l->rests += order == ORDER_REST;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
	wake(l);
}

/* True when the writer has set *@word to @value in time. */
static bool
wait_for(struct session_log *l, const unsigned *word, unsigned value, int64_t timeout_ns)
{
	int64_t end_ns = clock_mono_ns() + timeout_ns;
	struct timespec end = {end_ns / NS_PER_S, end_ns % NS_PER_S};
	bool is;
	int err = 0;

	pthread_mutex_lock(&l->lock);
	while (*word != value && err != ETIMEDOUT)
		err = pthread_cond_timedwait(&l->changed, &l->lock, &end);
	is = *word == value;
	pthread_mutex_unlock(&l->lock);
	return is;
}

size_t
session_log_free(struct session_log **pl, int64_t timeout_ns)
{
	struct session_log *l = *pl;
	size_t left;

	*pl = NULL;
	if (l == NULL)
		return 0;
	if (l->started) {
		give_order(l, ORDER_END);
		if (!wait_for(l, &l->ended, 1, timeout_ns)) {
			/* It still uses all of this; the process is about to end. */
			log_warning("the writer of the session log hangs: left behind");
			pthread_detach(l->thread);
			return session_log_waiting(l);
		}
		pthread_join(l->thread, NULL);
	}
	left = session_log_waiting(l);
	rings_free(l);
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
	close(l->wake_fd);
	free(l->path);
	free(l);
	return left;
}

int
session_log_use(struct session_log *l, const char *path)
{
	char *copy = NULL;
	int err;

	if (path == NULL && !l->started)
		return 0;
	if (path != NULL && (copy = strdup(path)) == NULL)
		return -ENOMEM;
	err = l->started ? 0 : start(l);
	if (err != 0) {
		free(copy);
		return err;
	}
	pthread_mutex_lock(&l->lock);
	free(l->path);
	l->path = copy;
	l->opening++;
	pthread_mutex_unlock(&l->lock);
	wake(l);
	return 0;
}

struct log_ring *
session_log_ring(struct session_log *l, unsigned i)
{
	assert(i < l->n_rings);
	return l->path != NULL ? l->rings[i] : NULL; /* we alone write path */
}

size_t
session_log_waiting(const struct session_log *l)
{
	size_t n = 0;

	for (unsigned i = 0; l->rings != NULL && i < l->n_rings; i++)
		n += log_ring_waiting(l->rings[i]);
	return n;
}

bool
session_log_rest(struct session_log *l, int64_t timeout_ns)
{
	if (!l->started)
		return true;
	give_order(l, ORDER_REST);
	if (wait_for(l, &l->resting, l->rests, timeout_ns))
		return true;
	give_order(l, ORDER_GO);
	return false;
}

void
session_log_resume(struct session_log *l)
{
	if (l->started)
		give_order(l, ORDER_GO);
}