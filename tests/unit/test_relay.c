/* SPDX-License-Identifier: BSD-2-Clause */
/* relay: octets through two real socket pairs, a client's and a member's. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay_pair.h"

static uint8_t scratch[65536];

static void
connected(struct leg *leg, int *far_end)
{
	int fds[2], small = 4096;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	leg_init(leg, on_ready);
	leg->fd = fds[0];
	leg->readable = leg->writable = true;
	*far_end = fds[1];
}

static void
pair_open(struct pair *p)
{
	connected(&p->client, &p->client_end);
	connected(&p->member, &p->member_end);
	pipes_init(&p->pipes, 0);
}

static struct relay_moved
move(struct pair *p, struct leg *from, struct leg *to)
{
	struct relay_means with = {scratch, sizeof scratch, &p->pipes, 1 << 20};

	return relay_move(from, to, &with);
}

static struct relay_moved
to_member(struct pair *p)
{
	return move(p, &p->client, &p->member);
}

static void
octets_pass_and_nothing_is_held(void **state)
{
	struct pair p;
	char got[16];
	struct relay_moved m;

	(void)state;
	pair_open(&p);
	assert_int_equal(write(p.client_end, "hello", 5), 5);
	m = to_member(&p);
	assert_int_equal(m.octets, 5);
	assert_int_equal(m.error, 0);
	assert_null(p.client.held);
	assert_int_equal(read(p.member_end, got, sizeof got), 5);
	assert_memory_equal(got, "hello", 5);
	assert_false(p.client.readable); /* a short read: the next edge will tell */
	pair_close(&p);
}

static void
a_slow_reader_stops_the_other_side_and_loses_nothing(void **state)
{
	static uint8_t sent[200000], got[sizeof sent];
	struct pair p;
	size_t n_sent = 0, n_got = 0;
	bool held = false;

	(void)state;
	pair_open(&p);
	for (size_t i = 0; i < sizeof sent; i++)
		sent[i] = (uint8_t)(random() >> 5);
	while (n_got < sizeof sent) {
		ssize_t n = write(p.client_end, sent + n_sent, sizeof sent - n_sent);

		if (n > 0)
			n_sent += (size_t)n;
		leg_note(&p.client, EPOLLIN);
		assert_int_equal(to_member(&p).error, 0);
		held = held || p.client.held != NULL;
		/* The far side takes a little, and there is room again. */
		n = read(p.member_end, got + n_got, 3000);
		if (n > 0)
			n_got += (size_t)n;
		leg_note(&p.member, EPOLLOUT);
	}
	assert_true(held);
	assert_null(p.client.held);
	assert_memory_equal(sent, got, sizeof sent);
	pair_close(&p);
}

static void
an_end_is_passed_on_after_what_came_before_it(void **state)
{
	static uint8_t sent[100000], got[sizeof sent];
	struct pair p;
	size_t n_sent = 0, n_got = 0;
	ssize_t n;

	(void)state;
	pair_open(&p);
	while ((n = write(p.client_end, sent + n_sent, sizeof sent - n_sent)) > 0)
		n_sent += (size_t)n;
	shutdown(p.client_end, SHUT_WR);
	leg_note(&p.client, EPOLLIN | EPOLLRDHUP);
	for (int i = 0; i < 1000 && !p.member.shut; i++) {
		assert_int_equal(to_member(&p).error, 0);
		while ((n = read(p.member_end, got, sizeof got)) > 0)
			n_got += (size_t)n;
		leg_note(&p.member, EPOLLOUT);
	}
	while ((n = read(p.member_end, got, sizeof got)) > 0)
		n_got += (size_t)n;
	assert_int_equal(n, 0); /* the end */
	assert_int_equal(n_got, n_sent);
	/* The other direction still lives. */
	assert_int_equal(write(p.member_end, "answer", 6), 6);
	assert_int_equal(move(&p, &p.member, &p.client).octets, 6);
	assert_int_equal(read(p.client_end, got, sizeof got), 6);
	pair_close(&p);
}

static void
one_side_does_not_keep_the_loop(void **state)
{
	struct pair p;
	struct relay_means with = {scratch, 512, &p.pipes, 1024};
	struct relay_moved m;
	uint8_t chunk[2048] = {0};

	(void)state;
	pair_open(&p);
	while (write(p.client_end, chunk, sizeof chunk) > 0)
		continue;
	m = relay_move(&p.client, &p.member, &with);
	assert_true(m.more);
	assert_in_range(m.octets, 1024, 1535);
	assert_true(p.client.readable);
	pair_close(&p);
}

static void
who_broke_is_named(void **state)
{
	struct pair p;
	struct relay_moved m;

	(void)state;
	pair_open(&p);
	close(p.member_end);
	assert_int_equal(write(p.client_end, "x", 1), 1);
	m = to_member(&p);
	assert_int_equal(m.error, -EPIPE);
	assert_ptr_equal(m.broken, &p.member);
	p.member_end = dup(0);
	pair_close(&p);
}

/* @leg over TCP, which alone has resets. */
static void
connected_by_tcp(struct leg *leg, int *far_end)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof at;
	int listening = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(listening, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(listening, 1), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&at, &n), 0);
	*far_end = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(*far_end, (struct sockaddr *)&at, n), 0);
	leg_init(leg, on_ready);
	leg->fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
	assert_true(leg->fd >= 0);
	leg->writable = true;
	close(listening);
}

static void
a_reset_that_a_write_meets_is_no_end(void **state)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
	struct pair p;
	struct relay_moved m;
	struct pollfd poll_leg;
	char got[16];

	(void)state;
	connected(&p.client, &p.client_end);
	connected_by_tcp(&p.member, &p.member_end);
	pipes_init(&p.pipes, 0);
	assert_int_equal(write(p.client_end, "x", 1), 1);
	assert_int_equal(write(p.member_end, "last words", 10), 10);
	setsockopt(p.member_end, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(p.member_end);
	poll_leg = (struct pollfd){.fd = p.member.fd};
	assert_int_equal(poll(&poll_leg, 1, 5000), 1); /* the reset is there */

	m = to_member(&p);
	assert_int_equal(m.error, -ECONNRESET);
	assert_ptr_equal(m.broken, &p.member);
	assert_true(p.member.readable);
	leg_note(&p.member, EPOLLERR | EPOLLHUP);
	m = move(&p, &p.member, &p.client);
	assert_int_equal(m.octets, 10);
	assert_int_equal(m.error, -ECONNRESET);
	assert_ptr_equal(m.broken, &p.member);
	assert_false(p.client.shut);
	assert_int_equal(read(p.client_end, got, sizeof got), 10);
	assert_memory_equal(got, "last words", 10);
	p.member_end = dup(0);
	pair_close(&p);
}

/* Over TCP, where it matters: whoever waits for octets never waits for Nagle's algorithm.
 */
static bool
is_prompt(int fd)
{
	int on = 0;
	socklen_t n = sizeof on;

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &n), 0);
	return on != 0;
}

static void
only_first_octets_in_one_packet_need_no_hurry(void **state)
{
	static const uint8_t octets[513];
	static const struct {
		size_t n[2];
		bool prompt[2];
	} cases[] = {
	    {{100, 1}, {false, true}},
	    {{512, 0}, {false, false}},
	    {{513, 1}, {true, true}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pair p;

		connected(&p.client, &p.client_end);
		connected_by_tcp(&p.member, &p.member_end);
		pipes_init(&p.pipes, 0);
		for (int k = 0; k < 2; k++) {
			p.client.readable = true;
			assert_int_equal(
			    write(p.client_end, octets, cases[i].n[k]), cases[i].n[k]);
			to_member(&p);
			assert_int_equal(is_prompt(p.member.fd), cases[i].prompt[k]);
		}
		pair_close(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(octets_pass_and_nothing_is_held),
	    cmocka_unit_test(a_slow_reader_stops_the_other_side_and_loses_nothing),
	    cmocka_unit_test(an_end_is_passed_on_after_what_came_before_it),
	    cmocka_unit_test(one_side_does_not_keep_the_loop),
	    cmocka_unit_test(who_broke_is_named),
	    cmocka_unit_test(a_reset_that_a_write_meets_is_no_end),
	    cmocka_unit_test(only_first_octets_in_one_packet_need_no_hurry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
