/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child - programs that run, fail to, say much, and leave something behind.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

static const char *const env[] = {"PATH=/usr/bin:/bin", "EDGE_PORT=443", NULL};

/* Hears it to its end; its exit status. */
static int
finish(struct child *c)
{
	int status;

	while (c->output >= 0) {
		struct pollfd p = {.fd = c->output, .events = POLLIN};

		assert_true(poll(&p, 1, 20000) == 1);
		child_hear(c);
	}
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	return status;
}

static int
shell(struct child *c, const char *script)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};

	return child_start(c, argv, env);
}

static void
it_says_a_line_and_ends(void **state)
{
	struct child c;
	int status;

	(void)state;
	assert_int_equal(shell(&c, "echo port $EDGE_PORT; echo more; exit 3"), 0);
	assert_int_equal(getpgid(c.pid), c.pid);
	status = finish(&c);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	assert_true(c.has_line);
	assert_int_equal(c.n, strlen("port 443"));
	assert_memory_equal(c.line, "port 443", c.n);
	child_fini(&c);
}

static void
what_it_says_is_bounded(void **state)
{
	struct child c;

	(void)state;
	assert_int_equal(shell(&c, "head -c 300000 /dev/zero"), 0);
	assert_int_equal(finish(&c), 0);
	assert_true(c.has_line);
	assert_int_equal(c.n, CHILD_LINE_MAX);
	child_fini(&c);
}

static void
it_has_nothing_of_ours(void **state)
{
	int fd = open("/dev/null", O_RDONLY); /* on purpose without O_CLOEXEC */
	struct child c;

	(void)state;
	assert_true(fd > 2);
	signal(SIGPIPE, SIG_IGN);
	setenv("EDGE_SECRET", "1", 1);
	assert_int_equal(
	    shell(&c, "test -z \"$EDGE_SECRET\" && test \"$(cat)\" = '' && "
		      "test \"$(pwd)\" = / && grep -q 'SigIgn:.0*$' /proc/self/status && "
		      "for fd in /proc/$$/fd/*; do test ${fd##*/} -le 2 || test ! -e $fd "
		      "|| exit 9; done"),
	    0);
	assert_int_equal(finish(&c), 0);
	child_fini(&c);
	close(fd);
}

static void
what_cannot_be_executed_is_told(void **state)
{
	static const struct {
		const char *path;
		int error;
	} wrong[] = {{"/nonexistent", ENOENT}, {"/dev/null", EACCES}, {"/etc", EACCES}};
	struct child c;

	(void)state;
	for (size_t i = 0; i < countof(wrong); i++) {
		const char *const argv[] = {wrong[i].path, NULL};

		assert_int_equal(child_start(&c, argv, env), -wrong[i].error);
		assert_int_equal(c.pid, 0);
		assert_int_equal(waitpid(-1, NULL, 0) > 0, 1); /* nothing else is left */
	}
	assert_int_equal(waitpid(-1, NULL, 0), -1);
}

static void
its_children_end_with_it(void **state)
{
	struct child c;
	int status;

	(void)state;
	/* Its output ends only when nobody holds it any more. */
	assert_int_equal(shell(&c, "sleep 1000 & sleep 1000"), 0);
	child_kill(&c);
	status = finish(&c);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	child_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_says_a_line_and_ends),
	    cmocka_unit_test(what_it_says_is_bounded),
	    cmocka_unit_test(it_has_nothing_of_ours),
	    cmocka_unit_test(what_cannot_be_executed_is_told),
	    cmocka_unit_test(its_children_end_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
