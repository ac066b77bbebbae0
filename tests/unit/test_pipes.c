/* SPDX-License-Identifier: BSD-2-Clause */
/* pipes: how many there are, and when. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pipes.h"

#define EACH 2 /* descriptors */

static int
descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void
there_are_no_more_than_the_limit(void **state)
{
	struct pipes pool;
	struct pipe *a, *b;
	int before = descriptors();

	(void)state;
	pipes_init(&pool, 2);
	assert_int_equal(descriptors(), before);
	a = pipes_take(&pool);
	b = pipes_take(&pool);
	assert_non_null(a);
	assert_non_null(b);
	assert_null(pipes_take(&pool));
	pipes_give(&a);
	assert_null(a);
	a = pipes_take(&pool);
	assert_non_null(a);
	assert_int_equal(descriptors(), before + 2 * EACH);
	pipes_give(&a);
	pipes_give(&b);
	pipes_give(&b); /* none */
	pipes_fini(&pool);
	assert_int_equal(descriptors(), before);
}

static void
the_one_used_last_is_taken_first(void **state)
{
	struct pipes pool;
	struct pipe *a, *b, *last;

	(void)state;
	pipes_init(&pool, 2);
	a = pipes_take(&pool);
	b = pipes_take(&pool);
	last = a;
	pipes_give(&b);
	pipes_give(&a);
	a = pipes_take(&pool);
	assert_ptr_equal(a, last);
	pipes_give(&a);
	pipes_fini(&pool);
}

static void
those_not_needed_for_a_while_are_closed(void **state)
{
	struct pipes pool;
	struct pipe *a, *b, *c;
	int before = descriptors();

	(void)state;
	pipes_init(&pool, 3);
	a = pipes_take(&pool);
	b = pipes_take(&pool);
	c = pipes_take(&pool);
	pipes_give(&a);
	pipes_give(&b);
	pipes_give(&c);
	pipes_trim(&pool);
	assert_int_equal(pool.n, 3); /* all were needed since the last time */
	a = pipes_take(&pool);
	pipes_give(&a);
	pipes_trim(&pool);
	assert_int_equal(pool.n, 1);
	pipes_trim(&pool);
	assert_int_equal(pool.n, 0);
	assert_int_equal(descriptors(), before);
	pipes_fini(&pool);
}

static void
what_is_given_back_full_is_closed(void **state)
{
	struct pipes pool;
	struct pipe *a;
	int fds[2], before;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	before = descriptors();
	pipes_init(&pool, 1);
	a = pipes_take(&pool);
	assert_int_equal(pipes_fill(a, fds[0], 100), -EAGAIN);
	assert_int_equal(write(fds[1], "octets", 6), 6);
	assert_int_equal(pipes_fill(a, fds[0], 100), 6);
	assert_int_equal(pipes_inside(a), 6);
	pipes_give(&a);
	assert_int_equal(pool.n, 0);
	assert_int_equal(descriptors(), before);
	a = pipes_take(&pool); /* there is room for a new one */
	assert_int_equal(pipes_inside(a), 0);
	pipes_give(&a);
	pipes_fini(&pool);
	close(fds[0]);
	close(fds[1]);
}

static void
octets_go_in_and_out(void **state)
{
	struct pipes pool;
	struct pipe *a;
	int fds[2];
	uint8_t got[16] = {0};

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	pipes_init(&pool, 1);
	a = pipes_take(&pool);
	assert_int_equal(write(fds[1], "first and second", 16), 16);
	assert_int_equal(pipes_fill(a, fds[0], 9), 9);
	assert_int_equal(pipes_pour(a, fds[0]), 9);
	assert_int_equal(pipes_inside(a), 0);
	assert_int_equal(read(fds[1], got, sizeof got), 9);
	assert_memory_equal(got, "first and", 9);
	assert_int_equal(pipes_fill(a, fds[0], 100), 7);
	pipes_read(a, got);
	assert_memory_equal(got, " second", 7);
	assert_int_equal(pipes_inside(a), 0);
	close(fds[1]);
	assert_int_equal(pipes_fill(a, fds[0], 100), 0);
	pipes_give(&a);
	pipes_fini(&pool);
	close(fds[0]);
}

/* Where descriptors are short, each piece of a bulk must not ask for one again. */
static void
what_the_kernel_refuses_is_asked_for_later(void **state)
{
	struct pipes pool;
	struct pipe *a, *b;
	struct rlimit all, few;
	int lowest;

	(void)state;
	pipes_init(&pool, 5);
	a = pipes_take(&pool);
	assert_non_null(a);
	lowest = dup(0); /* all below are in use */
	close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	few = all;
	few.rlim_cur = (rlim_t)lowest + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_null(pipes_take(&pool));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
	assert_null(pipes_take(&pool));
	pipes_give(&a);
	a = pipes_take(&pool);
	assert_non_null(a);
	pipes_trim(&pool);
	b = pipes_take(&pool);
	assert_non_null(b);
	pipes_give(&a);
	pipes_give(&b);
	pipes_fini(&pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(there_are_no_more_than_the_limit),
	    cmocka_unit_test(the_one_used_last_is_taken_first),
	    cmocka_unit_test(those_not_needed_for_a_while_are_closed),
	    cmocka_unit_test(what_is_given_back_full_is_closed),
	    cmocka_unit_test(octets_go_in_and_out),
	    cmocka_unit_test(what_the_kernel_refuses_is_asked_for_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
