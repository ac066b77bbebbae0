/* SPDX-License-Identifier: BSD-2-Clause */
/* relay: bulk through a pipe, between two real TCP connections. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay_pair.h"

#define READ  65536
#define BULK  (3 << 20)
#define SMALL 16384 /* a side's buffers, so that it takes less than comes */

static uint8_t scratch[READ], sent[BULK], got[BULK];

static void
connected(struct leg *leg, int *far_end)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t n = sizeof at;
	int listening = socket(AF_INET, SOCK_STREAM, 0), small = SMALL;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listening, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&at, &n), 0);
	setsockopt(listening, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	assert_int_equal(listen(listening, 1), 0);
	*far_end = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(*far_end, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	assert_int_equal(connect(*far_end, (struct sockaddr *)&at, sizeof at), 0);
	fcntl(*far_end, F_SETFL, O_NONBLOCK);
	leg_init(leg, on_ready);
	leg->fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
	assert_true(leg->fd >= 0);
	leg->readable = leg->writable = true;
	close(listening);
}

static void
pair_open(struct pair *p)
{
	connected(&p->client, &p->client_end);
	connected(&p->member, &p->member_end);
	pipes_init(&p->pipes, 1);
}

static struct relay_moved
to_member(struct pair *p)
{
	struct relay_means with = {scratch, sizeof scratch, &p->pipes, 4 * READ};

	return relay_move(&p->client, &p->member, &with);
}

static size_t
put(int fd, size_t at, size_t until)
{
	ssize_t n = at < until ? send(fd, sent + at, until - at, MSG_NOSIGNAL) : 0;

	return n > 0 ? at + (size_t)n : at;
}

static size_t
take(int fd, size_t at, size_t most)
{
	size_t room = sizeof got - at < most ? sizeof got - at : most;
	ssize_t n = room != 0 ? recv(fd, got + at, room, 0) : 0;

	return n > 0 ? at + (size_t)n : at;
}

/* Sends until the relay has octets in a pipe that the member does not take; the member
 * takes only what lets the relay find out that this is bulk.  How many were sent. */
static size_t
fill_pipe(struct pair *p, size_t *ret_got)
{
	size_t at = 0;

	*ret_got = 0;
	for (int i = 0; i < 10000 && p->client.pipe == NULL; i++) {
		at = put(p->client_end, at, sizeof sent / 2);
		leg_note(&p->client, EPOLLIN);
		leg_note(&p->member, EPOLLOUT);
		assert_int_equal(to_member(p).error, 0);
		if (p->client.held != NULL)
			*ret_got = take(p->member_end, *ret_got, SMALL);
	}
	assert_non_null(p->client.pipe);
	assert_true(pipes_inside(p->client.pipe) > 0);
	return at;
}

/* The member takes what comes until all @n are there. */
static void
all_arrive(struct pair *p, size_t n_got, size_t n)
{
	struct pollfd far = {.fd = p->member_end, .events = POLLIN};

	while (n_got < n) {
		size_t before = n_got;

		leg_note(&p->client, EPOLLIN);
		leg_note(&p->member, EPOLLOUT);
		assert_int_equal(to_member(p).error, 0);
		assert_true(poll(&far, 1, 10000) > 0);
		n_got = take(p->member_end, n_got, n - n_got);
		assert_true(n_got > before);
	}
	assert_memory_equal(sent, got, n);
}

static void
bulk_goes_through_a_pipe_and_loses_nothing(void **state)
{
	struct pair p;
	size_t n_sent = 0, n_got = 0;
	unsigned stalled = 0;

	(void)state;
	pair_open(&p);
	while (n_got < sizeof sent) {
		n_sent = put(p.client_end, n_sent, sizeof sent);
		leg_note(&p.client, EPOLLIN);
		assert_int_equal(to_member(&p).error, 0);
		assert_true(p.client.pipe == NULL || p.client.held == NULL);
		stalled += p.client.pipe != NULL;
		/* The far side takes a little, and there is room again. */
		n_got = take(p.member_end, n_got, 50000);
		leg_note(&p.member, EPOLLOUT);
	}
	assert_true(stalled > 3);
	assert_memory_equal(sent, got, sizeof sent);
	assert_null(p.client.pipe);
	pair_close(&p);
}

static void
what_is_in_a_pipe_stops_reading(void **state)
{
	struct pair p;
	size_t inside, n_sent, n_got;

	(void)state;
	pair_open(&p);
	n_sent = fill_pipe(&p, &n_got);
	inside = pipes_inside(p.client.pipe);
	n_sent = put(p.client_end, n_sent, sizeof sent);
	leg_note(&p.client, EPOLLIN);
	assert_int_equal(to_member(&p).octets, 0);
	assert_int_equal(pipes_inside(p.client.pipe), inside);
	all_arrive(&p, n_got, n_sent);
	assert_null(p.client.pipe);
	pair_close(&p);
}

static void
an_end_is_passed_on_after_what_is_in_the_pipe(void **state)
{
	struct pair p;
	struct pollfd far;
	size_t n_sent, n_got;
	char octet;

	(void)state;
	pair_open(&p);
	far = (struct pollfd){.fd = p.member_end, .events = POLLIN};
	n_sent = fill_pipe(&p, &n_got);
	shutdown(p.client_end, SHUT_WR);
	leg_note(&p.client, EPOLLIN | EPOLLRDHUP);
	assert_int_equal(to_member(&p).error, 0);
	assert_false(p.member.shut);
	all_arrive(&p, n_got, n_sent);
	leg_note(&p.client, EPOLLIN);
	to_member(&p);
	assert_true(p.member.shut);
	assert_true(poll(&far, 1, 10000) > 0);
	assert_int_equal(recv(p.member_end, &octet, 1, 0), 0);
	pair_close(&p);
}

static void
who_gets_no_pipe_copies(void **state)
{
	struct pair p;
	struct pipe *taken;
	size_t n_sent = 0;

	(void)state;
	pair_open(&p);
	taken = pipes_take(&p.pipes);
	while (p.client.held == NULL) {
		n_sent = put(p.client_end, n_sent, sizeof sent);
		leg_note(&p.client, EPOLLIN);
		assert_int_equal(to_member(&p).error, 0);
		assert_null(p.client.pipe);
	}
	pipes_give(&taken);
	/* What is held goes first; then there is a pipe for what follows. */
	all_arrive(&p, 0, n_sent);
	pair_close(&p);
}

/* A splice stops before urgent data and never says so; a read passes it by. */
static void
urgent_data_does_not_stop_bulk(void **state)
{
	struct pair p;
	size_t n_before, n_sent, n_got;

	(void)state;
	pair_open(&p);
	n_sent = fill_pipe(&p, &n_got);
	all_arrive(&p, n_got, n_sent);
	n_before = n_sent;
	assert_int_equal(send(p.client_end, "!", 1, MSG_OOB), 1);
	n_sent = put(p.client_end, n_sent, sizeof sent);
	p.client.bulk = true;
	p.client.to_the_last = false; /* the event comes behind the octets */
	leg_note(&p.client, EPOLLIN);
	leg_note(&p.member, EPOLLOUT);
	assert_true(to_member(&p).octets > 0);
	leg_note(&p.client, EPOLLIN | EPOLLPRI);
	all_arrive(&p, n_before, n_sent);
	pair_close(&p);
}

static void
a_member_that_breaks_is_named_and_the_pipe_is_closed(void **state)
{
	static const struct linger at_once = {.l_onoff = 1};
	struct pair p;
	struct relay_moved m;
	size_t n_got;

	(void)state;
	pair_open(&p);
	fill_pipe(&p, &n_got);
	setsockopt(p.member_end, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(p.member_end);
	p.member_end = dup(p.client_end);
	leg_note(&p.member, EPOLLOUT | EPOLLHUP | EPOLLERR);
	m = to_member(&p);
	assert_int_equal(m.error, -ECONNRESET);
	assert_ptr_equal(m.broken, &p.member);
	assert_true(p.member.readable && p.member.cut);
	assert_int_equal(p.pipes.n, 1);
	leg_close(&p.client, true);
	assert_int_equal(p.pipes.n, 0);
	pair_close(&p);
}

/* The event may come behind it. */
static void
a_client_that_breaks_in_bulk_has_not_ended(void **state)
{
	static const struct linger at_once = {.l_onoff = 1};
	struct pair p;
	struct pollfd near;
	struct relay_moved m;
	size_t n_sent, n_got;

	(void)state;
	pair_open(&p);
	n_sent = fill_pipe(&p, &n_got);
	all_arrive(&p, n_got, n_sent);
	setsockopt(p.client_end, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(p.client_end);
	p.client_end = dup(p.member_end);
	near = (struct pollfd){.fd = p.client.fd};
	assert_int_equal(poll(&near, 1, 10000), 1);
	p.client.bulk = p.client.readable = p.member.writable = true;
	m = to_member(&p);
	assert_int_equal(m.error, -ECONNRESET);
	assert_ptr_equal(m.broken, &p.client);
	assert_false(p.member.shut);
	assert_int_equal(p.pipes.n, p.pipes.n_ready);
	pair_close(&p);
}

/* What comes until there is an end (0) or an error (-errno). */
static ssize_t
last_of(int fd, size_t *ret_n)
{
	struct pollfd far = {.fd = fd, .events = POLLIN};

	*ret_n = 0;
	for (;;) {
		ssize_t n;

		assert_true(poll(&far, 1, 10000) > 0);
		n = recv(fd, got, sizeof got, 0);
		if (n <= 0)
			return n < 0 ? -errno : 0;
		*ret_n += (size_t)n;
	}
}

static void
a_reset_is_not_passed_on_as_an_end(void **state)
{
	struct pair p;
	size_t n;

	(void)state;
	pair_open(&p);
	fill_pipe(&p, &n);
	leg_close(&p.member, true);
	assert_int_equal(last_of(p.member_end, &n), -ECONNRESET);
	pair_close(&p);
}

static void
who_was_told_the_end_gets_all_up_to_it(void **state)
{
	struct pair p;
	size_t n, n_sent;

	(void)state;
	pair_open(&p);
	n_sent = put(p.member.fd, 0, sizeof sent);
	assert_true(n_sent < sizeof sent); /* more than it takes at once */
	shutdown(p.member.fd, SHUT_WR);
	p.member.shut = true;
	leg_close(&p.member, true);
	assert_int_equal(last_of(p.member_end, &n), 0);
	assert_int_equal(n, n_sent);
	pair_close(&p);
}

static void
an_upgrade_finds_no_octets_in_a_pipe(void **state)
{
	struct pair p;
	struct saved_leg saved;
	struct leg next;
	size_t inside, n_sent, n_got;

	(void)state;
	pair_open(&p);
	n_sent = fill_pipe(&p, &n_got);
	inside = pipes_inside(p.client.pipe);
	assert_int_equal(leg_save(&p.client, &saved), 0);
	assert_null(p.client.pipe);
	assert_int_equal(p.pipes.n_ready, 1);
	assert_int_equal(saved.n_held, inside);
	leg_init(&next, on_ready);
	assert_int_equal(leg_restore(&next, &saved), 0);
	p.client.fd = -1;
	leg_close(&p.client, false);
	p.client = next;
	all_arrive(&p, n_got, n_sent);
	pair_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bulk_goes_through_a_pipe_and_loses_nothing),
	    cmocka_unit_test(what_is_in_a_pipe_stops_reading),
	    cmocka_unit_test(an_end_is_passed_on_after_what_is_in_the_pipe),
	    cmocka_unit_test(who_gets_no_pipe_copies),
	    cmocka_unit_test(urgent_data_does_not_stop_bulk),
	    cmocka_unit_test(a_member_that_breaks_is_named_and_the_pipe_is_closed),
	    cmocka_unit_test(a_client_that_breaks_in_bulk_has_not_ended),
	    cmocka_unit_test(a_reset_is_not_passed_on_as_an_end),
	    cmocka_unit_test(who_was_told_the_end_gets_all_up_to_it),
	    cmocka_unit_test(an_upgrade_finds_no_octets_in_a_pipe),
	};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof sent; i++)
		sent[i] = (uint8_t)(random() >> 5);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
