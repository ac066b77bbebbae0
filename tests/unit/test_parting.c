/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parting - who is parted from hears an end and no reset, and is let go in time.
 */
#include "unit.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parting.h"

#define START (INT64_C(4711) * NS_PER_S)

static struct partings *
begin(int pair[2])
{
	struct partings *p = calloc(1, sizeof *p);

	assert_non_null(p);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	return p;
}

static bool
can_still_talk_to(int peer)
{
	return send(peer, "x", 1, MSG_NOSIGNAL) == 1;
}

static void
the_peer_may_finish_first(void **state)
{
	int pair[2];
	struct partings *p = begin(pair);
	char octet;

	(void)state;
	parting_leave(p, pair[0], START);
	assert_int_equal(read(pair[1], &octet, 1), 0); /* our half has ended */
	partings_end(p, START + PARTING_NS - 1);
	assert_true(can_still_talk_to(pair[1]));
	partings_end(p, START + PARTING_NS);
	assert_false(can_still_talk_to(pair[1]));
	assert_int_equal(p->count, 0);
	close(pair[1]);
	free(p);
}

/* More than there is room for: the oldest goes at once, none is lost. */
static void
too_many_part_sooner(void **state)
{
	int pair[2], first;
	struct partings *p = begin(pair);
	struct rlimit files;
	int copy;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_cur < PARTINGS_MAX + 32)
		skip();
	first = pair[1];
	parting_leave(p, pair[0], START);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (int i = 1; i < PARTINGS_MAX; i++) {
		copy = dup(pair[0]);
		assert_true(copy >= 0);
		parting_leave(p, copy, START + i);
	}
	assert_true(can_still_talk_to(first));
	parting_leave(p, pair[0], START + PARTINGS_MAX);
	assert_int_equal(p->count, PARTINGS_MAX);
	assert_false(can_still_talk_to(first));
	partings_end(p, START + PARTING_NS + PARTINGS_MAX - 1);
	assert_int_equal(p->count, 1);
	assert_true(can_still_talk_to(pair[1]));
	assert_true(partings_yield(p));
	assert_false(can_still_talk_to(pair[1]));
	assert_false(partings_yield(p));
	close(first);
	close(pair[1]);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_peer_may_finish_first),
	    cmocka_unit_test(too_many_part_sooner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
