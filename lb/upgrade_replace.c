/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upgrade_replace - the second run of the new program: in our place.
 *
 * From parking the workers on nobody is served, so everything here is short, and
 * everything that may fail leaves all as it was.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "lb.h"
#include "upgrade_parts.h"
#include "upgrade_state.h"

#define PARK_NS     NS_PER_S
#define LOG_REST_NS (200 * NS_PER_MS)

/* execve() with what the state names; returns only when it failed. */
static void
replace(struct lb *lb, int state_fd, const struct upgrade_state *s, struct sbuf *why)
{
	struct upgrade *u = &lb->upgrade;
	char option[] = "--takeover", value[16];
	char **argv = upgrade_arguments(u, option, value);
	int err = -ENOMEM;

	snprintf(value, sizeof value, "%d", state_fd);
	if (argv != NULL) {
		descriptors_keep(s->fds, s->n_fds);
		descriptors_keep(&state_fd, 1);
		execve(u->program, argv, environ);
		err = -errno;
		descriptors_close_on_exec(s->fds, s->n_fds);
	}
	sbuf_addf(why, "%s: %s", u->program, strerror(-err));
	free(argv);
}

int
upgrade_take_state(
    struct lb *lb, int64_t parked_ns, struct upgrade_state *ret, struct sbuf *why)
{
	int fd, err = upgrade_state_collect(lb, parked_ns, ret, why);

	if (err != 0)
		return err;
	fd = upgrade_state_file(&ret->codec);
	if (fd < 0)
		sbuf_addf(why, "a memory file for the state: %s", strerror(-fd));
	return fd;
}

int
upgrade_park(struct lb *lb, struct sbuf *why)
{
	int err = worker_park(lb->workers, lb->n_workers, ++lb->upgrade.parks, PARK_NS);

	if (err != 0)
		sbuf_addf(why, "a worker did not come to rest within a second");
	return err;
}

/* execve() would wait for a writer that the disk holds, and all sessions with it. */
static int
rest_log(struct lb *lb, struct sbuf *why)
{
	if (session_log_rest(lb->log, LOG_REST_NS))
		return 0;
	sbuf_addf(why, "the writer of the session log hangs: %s",
	    lb->model->lb.log_sessions != NULL ? lb->model->lb.log_sessions
					       : "in the file before");
	return -EBUSY;
}

/* Parked and at rest: state, execve().  Returns only when it failed. */
static void
hand_over_parked(struct lb *lb, int64_t parked_ns, struct sbuf *why)
{
	struct upgrade_state s;
	int fd;

	lb_stats_write(lb);
	fd = upgrade_take_state(lb, parked_ns, &s, why);
	if (fd >= 0) {
		replace(lb, fd, &s, why);
		close(fd);
	}
	upgrade_state_fini(&s);
}

void
upgrade_replace(struct lb *lb, struct sbuf *why)
{
	int64_t parked_ns;

	/* Once before the pause, which is short then: what waits is written, and a writer
	 * that hangs costs nobody anything. */
	if (rest_log(lb, why) != 0)
		return;
	session_log_resume(lb->log);
	parked_ns = clock_mono_ns();
	if (upgrade_park(lb, why) != 0)
		return;
	if (rest_log(lb, why) == 0)
		hand_over_parked(lb, parked_ns, why);
	session_log_resume(lb->log);
	worker_resume(lb->workers, lb->n_workers);
}
