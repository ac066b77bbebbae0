/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command - runs a target's check or reload program.
 *
 * The program leads a process group of its own, so that a deadline reaches what it
 * started too.  Its output comes through a pipe that is read while we wait: a program
 * that says much is never blocked by us, and only the beginning is kept.
 */
#include "command.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <edge/clock.h>

#define TICK_MS       500
#define WAIT_MS       20 /* between looks at a program that closed its output */
#define ARGUMENTS_MAX 64

extern char **environ;

bool
command_wants_file(const char *const *argv)
{
	for (; *argv != NULL; argv++)
		if (strstr(*argv, "%s") != NULL)
			return true;
	return false;
}

static char *
expand(const char *argument, const char *file)
{
	const char *mark = strstr(argument, "%s");
	char *text;

	if (mark == NULL || file == NULL)
		return strdup(argument);
	if (asprintf(
		&text, "%.*s%s%s", (int)(mark - argument), argument, file, mark + 2) < 0)
		return NULL;
	return text;
}

static void
arguments_free(char **argv)
{
	for (size_t i = 0; argv[i] != NULL; i++)
		free(argv[i]);
}

/* Our loop blocks the signals it reads from a descriptor; the program must not inherit
 * that. */
static int
spawn(char **argv, int out, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int err;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	err = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(&actions, out, 2);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	if (err == 0)
		err = posix_spawnp(ret, argv[0], &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

/* Keeps the beginning of what the program says, drops the rest.  False at its end. */
static bool
take_output(int fd, struct command_result *r)
{
	size_t have = strlen(r->output);
	char octets[512];
	ssize_t n = read(fd, octets, sizeof octets);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	for (ssize_t i = 0; i < n && have < sizeof r->output - 1; i++) {
		bool plain = octets[i] >= ' ' && octets[i] != 127;

		r->output[have++] = plain ? octets[i] : ' ';
	}
	r->output[have] = '\0';
	while (n == 0 && have > 0 && r->output[have - 1] == ' ')
		r->output[--have] = '\0';
	return n > 0;
}

/* Waits for the end of @pid; at the deadline kills its group and takes that end. */
static int
await(pid_t pid, int fd, int64_t timeout_ns, void (*tick)(void *owner), void *owner,
    struct command_result *r)
{
	int64_t begin = clock_mono_ns(), ticked = begin;
	bool open = true;

	for (;;) {
		struct pollfd p = {.fd = open ? fd : -1, .events = POLLIN};
		int64_t now;
		pid_t ended;

		poll(&p, 1, open ? TICK_MS : WAIT_MS);
		if (open && p.revents != 0)
			open = take_output(fd, r);
		ended = waitpid(pid, &r->status, r->timed_out ? 0 : WNOHANG);
		if (ended == pid || (ended < 0 && errno != EINTR))
			break;
		now = clock_mono_ns();
		if (tick != NULL && now - ticked >= TICK_MS * NS_PER_MS) {
			ticked = now;
			tick(owner);
		}
		if (now - begin >= timeout_ns) {
			r->timed_out = true;
			kill(-pid, SIGKILL);
		}
	}
	while (open && take_output(fd, r) && strlen(r->output) < sizeof r->output - 1) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		if (poll(&p, 1, 0) <= 0)
			break;
	}
	if (r->timed_out)
		return -ETIME;
	return WIFEXITED(r->status) && WEXITSTATUS(r->status) == 0 ? 0 : -ECHILD;
}

int
command_run(const char *const *argv, const char *file, int64_t timeout_ns,
    void (*tick)(void *owner), void *owner, struct command_result *ret)
{
	char *arguments[ARGUMENTS_MAX + 1] = {NULL};
	int out[2];
	pid_t pid;
	int err = 0;

	*ret = (struct command_result){0};
	for (size_t i = 0; argv[i] != NULL && err == 0; i++) {
		if (i == ARGUMENTS_MAX)
			err = -E2BIG;
		else if ((arguments[i] = expand(argv[i], file)) == NULL)
			err = -ENOMEM;
	}
	if (err == 0 && pipe2(out, O_CLOEXEC | O_NONBLOCK) != 0)
		err = -errno;
	if (err == 0) {
		err = spawn(arguments, out[1], &pid);
		close(out[1]);
		if (err == 0)
			err = await(pid, out[0], timeout_ns, tick, owner, ret);
		close(out[0]);
	}
	arguments_free(arguments);
	return err;
}

void
command_explain(const struct command_result *r, int err, char *ret)
{
	size_t size = COMMAND_OUTPUT_MAX + 64;

	if (err == -ETIME)
		snprintf(ret, size, "no end in time, killed");
	else if (err != -ECHILD)
		snprintf(ret, size, "%s", strerror(-err));
	else if (WIFSIGNALED(r->status))
		snprintf(ret, size, "signal %d: %s", WTERMSIG(r->status), r->output);
	else
		snprintf(ret, size, "exit %d: %s", WEXITSTATUS(r->status), r->output);
}
