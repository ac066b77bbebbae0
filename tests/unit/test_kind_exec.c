/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kind_exec - whom the prober believes: who answers for programs decides what is up.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/program.h>

#include "kind_exec.h"
#include "wire.h"

#include "stranger.h"

struct place {
	char dir[32];
	struct sockaddr_un un;
	struct pulse pulse;
	struct probe_run probe;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	strcpy(p->dir, "/tmp/edge-exec.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	p->un.sun_family = AF_UNIX;
	assert_true(program_path(p->un.sun_path, p->dir, WIRE_NAME, WIRE_SUFFIX));
	p->pulse.run_dir = p->dir;
	p->probe.pulse = &p->pulse;
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;

	unlink(p->un.sun_path);
	rmdir(p->dir);
	free(p);
	return 0;
}

static void
nobody_is_there(void **state)
{
	struct place *p = *state;

	assert_int_equal(kind_exec_open(&p->probe), -ENOENT);
	assert_string_equal(p->probe.outcome.said, "edge-health-exec is not there");
}

static void
ours_is_believed(void **state)
{
	struct place *p = *state;
	int us = socket(AF_UNIX, SOCK_SEQPACKET, 0), fd;

	assert_int_equal(bind(us, (struct sockaddr *)&p->un, sizeof p->un), 0);
	assert_int_equal(listen(us, 4), 0);
	fd = kind_exec_open(&p->probe);
	assert_true(fd >= 0);
	close(fd);
	close(us);
}

static void
a_stranger_in_its_place_is_not(void **state)
{
	struct place *p = *state;
	pid_t stranger = stranger_listens(&p->un);

	if (stranger == 0)
		skip();
	assert_int_equal(kind_exec_open(&p->probe), -EPERM);
	assert_string_equal(
	    p->probe.outcome.said, "a stranger answers in the place of edge-health-exec");
	stranger_ends(stranger);
}

#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PLACE_TEST(nobody_is_there),
	    PLACE_TEST(ours_is_believed),
	    PLACE_TEST(a_stranger_in_its_place_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
