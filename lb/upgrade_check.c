/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upgrade_check - the first run of the new program: a child with --takeover-check and a
 * copy of the state.  Whatever is wrong with it (no program, a library missing, another
 * state, a configuration it refuses, a crash) shows here, beside the traffic.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <edge/base.h>

#include "lb.h"
#include "upgrade_parts.h"

#define CHECK_FD    3 /* where the child finds the state */
#define CHECK_LIMIT 30.

void
upgrade_check_close(struct lb *lb)
{
	struct upgrade *u = &lb->upgrade;

	ev_child_stop(lb->loop, &u->child);
	ev_timer_stop(lb->loop, &u->limit);
	if (u->output_fd < 0)
		return;
	ev_io_stop(lb->loop, &u->output_io);
	close(u->output_fd);
	u->output_fd = -1;
}

static bool
says_yes(const struct upgrade *u)
{
	const char *line = strstr(u->output, UPGRADE_YES);

	return line != NULL && (line == u->output || line[-1] == '\n');
}

static void
describe_end(struct upgrade *u, int status, struct sbuf *why)
{
	sbuf_addf(why, "%s cannot take over: ", u->program);
	if (u->late)
		sbuf_addf(why, "its check did not end within %.0f s", CHECK_LIMIT);
	else if (WIFSIGNALED(status))
		sbuf_addf(why, "its check was ended by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == 0)
		sbuf_addf(why, "it did not answer the check: is it an edge-lb?");
	else
		sbuf_addf(why, "its check ended with %d", WEXITSTATUS(status));
	if (u->n_output > 0)
		sbuf_addf(why, "\n%s", u->output);
	while (why->length > 0 && why->text[why->length - 1] == '\n')
		why->text[--why->length] = '\0';
}

static void
read_output(struct upgrade *u)
{
	for (;;) {
		char more[256];
		ssize_t n = read(u->output_fd, more, sizeof more);
		size_t room = sizeof u->output - 1 - u->n_output;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		if ((size_t)n < room)
			room = (size_t)n;
		memcpy(u->output + u->n_output, more, room);
		u->n_output += room;
	}
}

static void
on_output(EV_P_ ev_io *io, int revents)
{
	struct upgrade *u = container_of(io, struct upgrade, output_io);
	size_t before = u->n_output;

	(void)revents;
	read_output(u);
	if (u->n_output == before)
		ev_io_stop(loop, io); /* its end, or more than anybody wants to read */
}

static void
on_checked(EV_P_ ev_child *child, int revents)
{
	struct upgrade *u = container_of(child, struct upgrade, child);
	struct lb *lb = container_of(u, struct lb, upgrade);
	int status = child->rstatus;
	struct sbuf why;

	(void)loop;
	(void)revents;
	read_output(u);
	upgrade_check_close(lb);
	sbuf_init(&why, UPGRADE_TEXT);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !says_yes(u))
		describe_end(u, status, &why);
	upgrade_checked(lb, &why);
	sbuf_fini(&why);
}

static void
on_limit(EV_P_ ev_timer *timer, int revents)
{
	struct upgrade *u = container_of(timer, struct upgrade, limit);

	(void)loop;
	(void)revents;
	u->late = true;
	kill(u->child.pid, SIGKILL); /* on_checked() tells the rest */
}

/* Between its beginning and its exec the child has copies of all our descriptors, and a
 * socket that a worker closes meanwhile would stay in the worker's epoll set and speak of
 * a session that is freed.  So the workers are parked, and the child closes the copies
 * itself: exec would do that only after posix_spawn() has returned to us. */
static int
spawn(struct upgrade *u, int state_fd, int output_fd, pid_t *ret)
{
	char option[] = "--takeover-check", value[] = {'0' + CHECK_FD, '\0'};
	char **argv = upgrade_arguments(u, option, value);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int err = ENOMEM;

	if (argv == NULL)
		return -ENOMEM;
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	if (posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) ==
		0 &&
	    posix_spawn_file_actions_adddup2(&actions, output_fd, 1) == 0 &&
	    posix_spawn_file_actions_adddup2(&actions, output_fd, 2) == 0 &&
	    posix_spawn_file_actions_adddup2(&actions, state_fd, CHECK_FD) == 0 &&
	    posix_spawn_file_actions_addclosefrom_np(&actions, CHECK_FD + 1) == 0)
		err = posix_spawn(ret, u->program, &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(argv);
	return -err;
}

static void
watch_child(struct lb *lb, pid_t pid, int output_fd)
{
	struct upgrade *u = &lb->upgrade;

	memset(u->output, 0, sizeof u->output);
	u->n_output = 0;
	u->late = false;
	u->output_fd = output_fd;
	ev_io_init(&u->output_io, on_output, output_fd, EV_READ);
	ev_io_start(lb->loop, &u->output_io);
	ev_child_init(&u->child, on_checked, pid, 0);
	ev_child_start(lb->loop, &u->child);
	ev_timer_init(&u->limit, on_limit, CHECK_LIMIT, 0.);
	ev_timer_start(lb->loop, &u->limit);
}

int
upgrade_check_start(struct lb *lb, int state_fd, struct sbuf *why)
{
	int out[2], err;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) != 0) {
		err = -errno;
		sbuf_addf(why, "a pipe for the check: %s", strerror(-err));
		return err;
	}
	err = spawn(&lb->upgrade, state_fd, out[1], &pid);
	close(out[1]);
	if (err == 0) {
		watch_child(lb, pid, out[0]);
		return 0;
	}
	close(out[0]);
	sbuf_addf(why, "%s cannot be run: %s", lb->upgrade.program, strerror(-err));
	return err;
}
