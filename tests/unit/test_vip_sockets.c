/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vip_sockets - beside a helper that answers well, wrongly, or not at all.
 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "vantage/vantage.h"
#include "vip_sockets.h"

struct lab {
	char dir[64], path[PROGRAM_PATH_MAX];
	struct pulse pulse;
	struct vip_sockets sockets;
	int listening, helper;
	unsigned lost;
};

static void
on_lost(void *owner)
{
	((struct lab *)owner)->lost++;
}

static void
turn(struct lab *l)
{
	ev_run(l->pulse.loop, EVRUN_NOWAIT);
}

static int
set_up(void **state)
{
	struct lab *l = calloc(1, sizeof *l);
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	assert_non_null(l);
	snprintf(l->dir, sizeof l->dir, "/tmp/edge-vip-XXXXXX");
	assert_non_null(mkdtemp(l->dir));
	assert_true(vantage_path(l->path, l->dir));
	memcpy(un.sun_path, l->path, sizeof un.sun_path);
	l->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(l->listening, (struct sockaddr *)&un, sizeof un), 0);
	assert_int_equal(listen(l->listening, 4), 0);
	l->helper = -1;
	pulse_start(&l->pulse, ev_loop_new(EVFLAG_AUTO));
	vip_sockets_init(&l->sockets, &l->pulse, l->dir, on_lost, l);
	*state = l;
	return 0;
}

static int
tear_down(void **state)
{
	struct lab *l = *state;

	vip_sockets_close(&l->sockets);
	pulse_stop(&l->pulse);
	ev_loop_destroy(l->pulse.loop);
	if (l->helper >= 0)
		close(l->helper);
	close(l->listening);
	unlink(l->path);
	rmdir(l->dir);
	free(l);
	return 0;
}

/* Wants TCP over IPv4; the helper has been asked. */
static void
begin(struct lab *l)
{
	vip_sockets_want(&l->sockets, FAMILY_V4, PROTO_TCP);
	for (int i = 0; i < 3; i++)
		turn(l);
	l->helper = accept4(l->listening, NULL, NULL, SOCK_NONBLOCK);
	assert_true(l->helper >= 0);
}

static int
questions(struct lab *l)
{
	struct vantage_question q;
	int n = 0;

	while (recv(l->helper, &q, sizeof q, 0) == (ssize_t)sizeof q) {
		assert_int_equal(q.magic, VANTAGE_MAGIC);
		assert_int_equal(q.family, FAMILY_V4);
		assert_int_equal(q.proto, PROTO_TCP);
		n++;
	}
	return n;
}

/* @n octets and @n_fds times the same socket, at most two. */
static void
hand_over(struct lab *l, void *octets, size_t n, int fd, size_t n_fds)
{
	union {
		struct cmsghdr align;
		uint8_t octets[CMSG_SPACE(2 * sizeof(int))];
	} rights = {0};
	const int fds[2] = {fd, fd};
	struct iovec iov = {.iov_base = octets, .iov_len = n};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (n_fds > 0) {
		m.msg_control = &rights;
		m.msg_controllen = CMSG_SPACE(n_fds * sizeof fd);
		rights.align.cmsg_level = SOL_SOCKET;
		rights.align.cmsg_type = SCM_RIGHTS;
		rights.align.cmsg_len = CMSG_LEN(n_fds * sizeof fd);
		memcpy(CMSG_DATA(&rights.align), fds, n_fds * sizeof fd);
	}
	assert_int_equal(sendmsg(l->helper, &m, 0), n);
	turn(l);
}

/* @type 0: without a descriptor. */
static void
answer(struct lab *l, uint32_t magic, int error, int type)
{
	struct vantage_answer a = {
	    .magic = magic, .family = FAMILY_V4, .proto = PROTO_TCP, .error = error};
	int fd = type == 0 ? -1 : socket(AF_INET, type | SOCK_NONBLOCK, 0);

	hand_over(l, &a, sizeof a, fd, fd >= 0);
	if (fd >= 0)
		close(fd);
}

static const char *
lack(struct lab *l)
{
	return vip_sockets_lack(&l->sockets, FAMILY_V4, PROTO_TCP);
}

static void
a_stock_is_kept(void **state)
{
	struct lab *l = *state;
	struct probe_outlet *o = &l->sockets.outlet;
	int fd;

	assert_string_equal(lack(l), "edge-vantage is not there");
	begin(l);
	assert_int_equal(questions(l), VIP_STOCK);
	assert_string_equal(lack(l), "edge-vantage gives no sockets");
	answer(l, VANTAGE_MAGIC, 0, SOCK_STREAM);
	assert_non_null(lack(l)); /* a probe may need a second one */
	answer(l, VANTAGE_MAGIC, 0, SOCK_STREAM);
	assert_null(lack(l));
	fd = o->take(o, FAMILY_V4, PROTO_TCP);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	assert_int_equal(questions(l), 1);
	close(o->take(o, FAMILY_V4, PROTO_TCP));
	assert_int_equal(o->take(o, FAMILY_V4, PROTO_TCP), -EAGAIN);
	assert_int_equal(o->take(o, FAMILY_V6, PROTO_TCP), -EAGAIN);
	assert_int_equal(l->lost, 0);
}

static void
what_it_cannot_give_is_named(void **state)
{
	struct lab *l = *state;

	begin(l);
	answer(l, VANTAGE_MAGIC, EAFNOSUPPORT, 0);
	assert_string_equal(lack(l), "edge-vantage has no way in this family");
	assert_int_equal(l->lost, 0);
}

static void
who_does_not_answer_is_waited_for_a_second(void **state)
{
	struct lab *l = *state;

	assert_false(vip_sockets_coming(&l->sockets, FAMILY_V4, PROTO_TCP));
	begin(l);
	assert_true(vip_sockets_coming(&l->sockets, FAMILY_V4, PROTO_TCP));
	l->pulse.now += 2 * NS_PER_S;
	assert_false(vip_sockets_coming(&l->sockets, FAMILY_V4, PROTO_TCP));
	answer(l, VANTAGE_MAGIC, 0, SOCK_STREAM);
	assert_true(vip_sockets_coming(&l->sockets, FAMILY_V4, PROTO_TCP));
	answer(l, VANTAGE_MAGIC, 0, SOCK_STREAM);
	assert_false(vip_sockets_coming(&l->sockets, FAMILY_V4, PROTO_TCP));
}

static void
its_end_empties_the_stock(void **state)
{
	struct lab *l = *state;

	begin(l);
	answer(l, VANTAGE_MAGIC, 0, SOCK_STREAM);
	answer(l, VANTAGE_MAGIC, 0, SOCK_STREAM);
	assert_null(lack(l));
	close(l->helper);
	l->helper = -1;
	turn(l);
	assert_int_equal(l->lost, 1);
	assert_string_equal(lack(l), "edge-vantage is not there");
}

static void
nothing_wanted_nothing_held(void **state)
{
	struct lab *l = *state;

	begin(l);
	vip_sockets_close(&l->sockets);
	assert_int_equal(l->lost, 1);
	assert_int_equal(recv(l->helper, l->dir, 0, MSG_PEEK), 0);
	vip_sockets_want(&l->sockets, FAMILY_V4, PROTO_TCP);
	for (int i = 0; i < 3; i++)
		turn(l);
	assert_true(accept4(l->listening, NULL, NULL, 0) >= 0);
}

/* Each of these ends the link: who answers so is not edge-vantage. */
static void
nonsense_ends_it(struct lab *l, uint32_t magic, int error, int type)
{
	begin(l);
	answer(l, magic, error, type);
	assert_int_equal(l->lost, 1);
	assert_string_equal(lack(l), "edge-vantage is not there");
}

static void
another_magic(void **state)
{
	nonsense_ends_it(*state, 1, 0, SOCK_STREAM);
}

static void
a_socket_of_another_type(void **state)
{
	nonsense_ends_it(*state, VANTAGE_MAGIC, 0, SOCK_DGRAM);
}

static void
a_promise_without_a_socket(void **state)
{
	nonsense_ends_it(*state, VANTAGE_MAGIC, 0, 0);
}

static void
an_error_with_a_socket(void **state)
{
	nonsense_ends_it(*state, VANTAGE_MAGIC, EMFILE, SOCK_STREAM);
}

static void
more_than_was_asked_for(void **state)
{
	struct lab *l = *state;

	begin(l);
	for (int i = 0; i < VIP_STOCK; i++)
		answer(l, VANTAGE_MAGIC, 0, SOCK_STREAM);
	assert_int_equal(l->lost, 0);
	answer(l, VANTAGE_MAGIC, 0, SOCK_STREAM);
	assert_int_equal(l->lost, 1);
}

static size_t
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* Nothing that was handed over stays open, in whatever it was wrapped. */
static void
nothing_stays(struct lab *l, size_t n, size_t n_fds)
{
	struct vantage_answer a = {
	    .magic = VANTAGE_MAGIC, .family = FAMILY_V4, .proto = PROTO_TCP};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	size_t before;

	begin(l);
	before = descriptors();
	hand_over(l, &a, n, fd, n_fds);
	assert_int_equal(l->lost, 1);
	assert_int_equal(descriptors(), before - 1); /* the link's */
	close(fd);
}

static void
two_sockets_in_one_answer(void **state)
{
	nothing_stays(*state, sizeof(struct vantage_answer), 2);
}

static void
a_socket_in_half_an_answer(void **state)
{
	nothing_stays(*state, sizeof(struct vantage_answer) / 2, 1);
}

static void
a_socket_in_no_answer(void **state)
{
	nothing_stays(*state, 0, 1);
}

#define LAB_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LAB_TEST(a_stock_is_kept),
	    LAB_TEST(what_it_cannot_give_is_named),
	    LAB_TEST(who_does_not_answer_is_waited_for_a_second),
	    LAB_TEST(its_end_empties_the_stock),
	    LAB_TEST(nothing_wanted_nothing_held),
	    LAB_TEST(another_magic),
	    LAB_TEST(a_socket_of_another_type),
	    LAB_TEST(a_promise_without_a_socket),
	    LAB_TEST(an_error_with_a_socket),
	    LAB_TEST(more_than_was_asked_for),
	    LAB_TEST(two_sockets_in_one_answer),
	    LAB_TEST(a_socket_in_half_an_answer),
	    LAB_TEST(a_socket_in_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
