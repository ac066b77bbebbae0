/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer - us, a stranger who took the name first, a listener that is busy, and a file that
 * was left behind.
 */
#include "unit.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/peer.h>

#include "stranger.h"

struct place {
	char dir[32];
	struct sockaddr_un un;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	strcpy(p->dir, "/tmp/edge-peer.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	p->un.sun_family = AF_UNIX;
	snprintf(p->un.sun_path, sizeof p->un.sun_path, "%s/sock", p->dir);
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

static int
listening(const struct place *p)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&p->un, sizeof p->un), 0);
	assert_int_equal(listen(fd, 0), 0);
	return fd;
}

static int
called(const struct place *p)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	if (connect(fd, (const struct sockaddr *)&p->un, sizeof p->un) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
we_trust_ourselves(void **state)
{
	const struct place *p = *state;
	int us = listening(p), to_us = called(p);

	assert_true(to_us >= 0);
	assert_true(peer_is_trusted(to_us, "nobody"));
	close(to_us);
	close(us);
}

static void
a_stranger_is_trusted_by_name_only(void **state)
{
	const struct place *p = *state;
	const struct passwd *who = getpwuid(STRANGER);
	pid_t stranger = stranger_listens(&p->un);
	int to_him;

	if (stranger == 0)
		skip();
	to_him = called(p);
	assert_true(to_him >= 0);
	assert_false(peer_is_trusted(to_him, "edgepool-nobody-of-this-name"));
	assert_false(peer_is_trusted(to_him, "root"));
	if (who != NULL)
		assert_true(peer_is_trusted(to_him, who->pw_name));
	close(to_him);
	stranger_ends(stranger);
}

static void
who_is_busy_listens_all_the_same(void **state)
{
	const struct place *p = *state;
	int us = listening(p), calls[16], n = 0;

	while (n < 16 && (calls[n] = called(p)) >= 0)
		n++;
	assert_true(n < 16); /* the backlog is full */
	assert_true(peer_listens(&p->un, SOCK_SEQPACKET));
	while (n > 0)
		close(calls[--n]);
	close(us);
}

static void
a_file_left_behind_does_not(void **state)
{
	const struct place *p = *state;
	int us;

	assert_false(peer_listens(&p->un, SOCK_SEQPACKET));
	us = listening(p);
	assert_true(peer_listens(&p->un, SOCK_SEQPACKET));
	close(us);
	assert_int_equal(access(p->un.sun_path, F_OK), 0);
	assert_false(peer_listens(&p->un, SOCK_SEQPACKET));
}

#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PLACE_TEST(we_trust_ourselves),
	    PLACE_TEST(a_stranger_is_trusted_by_name_only),
	    PLACE_TEST(who_is_busy_listens_all_the_same),
	    PLACE_TEST(a_file_left_behind_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
