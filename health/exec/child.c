/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child - fork, exec, its output, its end.
 *
 * fork() and not posix_spawn(): a death signal, resource limits and close_range() stand
 * between.  This process is small and has one thread, so it costs little and may.
 */
#include "child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a program may say in one turn; more makes us readable again. */
#define HEAR_MAX 4096

/* In the child, after fork(): never returns.  What went wrong goes to @trouble. */
static _Noreturn void
become(pid_t parent, int output, int trouble, const char *const *argv,
    const char *const *env)
{
	const struct rlimit none = {0, 0};
	sigset_t empty;
	int nowhere = open("/dev/null", O_RDWR), err;
	ssize_t told;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent) /* it died before it could take us along */
		_exit(127);
	setpgid(0, 0);
	sigemptyset(&empty);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigprocmask(SIG_SETMASK, &empty, NULL);
	setrlimit(RLIMIT_CORE, &none);
	umask(077);
	if (nowhere >= 0 && chdir("/") == 0 && dup2(nowhere, 0) == 0 &&
	    dup2(output, 1) == 1 && dup2(nowhere, 2) == 2 &&
	    close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0)
		/* execve() changes neither; its prototype is older than const. */
		execve(argv[0], (char *const *)(uintptr_t)argv,
		    (char *const *)(uintptr_t)env);
	err = errno;
	told = write(trouble, &err, sizeof err);
	(void)told;
	_exit(127);
}

/* Until the exec succeeded, which closes the other end, or failed and said why. */
static int
await_exec(int trouble)
{
	ssize_t got;
	int err = 0;

	do
		got = read(trouble, &err, sizeof err);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof err ? -err : 0;
}

static void
close_both(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

int
child_start(struct child *c, const char *const *argv, const char *const *env)
{
	int output[2], trouble[2], err;
	pid_t parent = getpid(), pid;

	*c = (struct child){.output = -1};
	if (pipe2(output, O_CLOEXEC) != 0)
		return -errno;
	if (fcntl(output[0], F_SETFL, O_NONBLOCK) != 0 ||
	    pipe2(trouble, O_CLOEXEC) != 0) {
		err = -errno;
		close_both(output);
		return err;
	}
	pid = fork();
	if (pid == 0)
		become(parent, output[1], trouble[1], argv, env);
	err = pid < 0 ? -errno : 0;
	close(output[1]);
	close(trouble[1]);
	if (err == 0) {
		setpgid(pid, pid); /* whoever of us two is first */
		err = await_exec(trouble[0]);
	}
	close(trouble[0]);
	if (err != 0) {
		close(output[0]);
		return err;
	}
	c->pid = pid;
	c->output = output[0];
	return 0;
}

static void
take(struct child *c, const char *octets, size_t n)
{
	const char *feed = memchr(octets, '\n', n);
	size_t part = feed != NULL ? (size_t)(feed - octets) : n;
	size_t room = sizeof c->line - c->n;

	if (c->has_line)
		return;
	c->has_line = feed != NULL || part >= room;
	part = part < room ? part : room;
	memcpy(c->line + c->n, octets, part);
	c->n += part;
}

bool
child_hear(struct child *c)
{
	char octets[HEAR_MAX];
	ssize_t got = c->output < 0 ? 0 : read(c->output, octets, sizeof octets);

	if (got > 0) {
		take(c, octets, (size_t)got);
		return true;
	}
	if (c->output >= 0 && (got == 0 || (errno != EAGAIN && errno != EINTR))) {
		close(c->output);
		c->output = -1;
	}
	return false;
}

void
child_kill(const struct child *c)
{
	assert(c->pid > 0);
	kill(-c->pid, SIGKILL);
}

void
child_fini(struct child *c)
{
	if (c->output >= 0)
		close(c->output);
	*c = (struct child){.output = -1};
}
