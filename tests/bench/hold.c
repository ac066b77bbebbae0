/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hold - sessions that stay, as those of signed-in users.
 *
 * Each opens and has a message echoed; when all did, "ready" is printed.  From then on
 * each sends a message every so often (--every), spread evenly, until standard input
 * ends or the time is up.  Before the end every session has one more message echoed: only
 * that shows that it is still there.  What is echoed is compared octet by octet with what
 * was sent, which no other session and no other message of this one has sent.
 *
 * failed: sessions that broke, were late or echoed something else.  octets: echoed.  The
 * latency is that of the messages between "ready" and the end, whose longest is therefore
 * the longest time for which any session was kept silent.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS      256
#define PATIENCE_NS INT64_C(10000000000)
#define MESSAGE     300 /* as SIP keeps a session alive */

struct held {
	int fd; /* -1: none */
	unsigned number;
	uint32_t messages; /* begun */
	size_t length, sent, got;
	int64_t due_ns;  /* of the next message */
	int64_t late_ns; /* when the echo must be here; 0: nothing is under way */
};

struct hold_load {
	const struct plan *plan;
	struct tally *tally;
	struct held *held;
	int epoll;
	unsigned opened, echoing; /* begun; with a message under way */
	bool sampling;
	uint8_t *expected, *seen;
};

/* Octets that differ between sessions, between messages and along a message. */
static void
write_message(const struct held *h, uint8_t *octets)
{
	uint32_t x = h->number * 2654435761u ^ h->messages * 40503u ^ 1u;

	for (size_t i = 0; i < h->length; i++) {
		x = x * 1664525u + 1013904223u;
		octets[i] = (uint8_t)(x >> 24);
	}
	if (h->messages == 1)
		octets[0] = TALK_ECHO;
}

static void
held_fail(struct hold_load *l, struct held *h)
{
	if (h->late_ns != 0)
		l->echoing--;
	h->late_ns = 0;
	close(h->fd);
	h->fd = -1;
	l->tally->failed++;
}

static void
held_write(struct hold_load *l, struct held *h)
{
	ssize_t n;

	if (h->sent == h->length)
		return;
	write_message(h, l->expected);
	n = send(h->fd, l->expected + h->sent, h->length - h->sent, MSG_NOSIGNAL);
	if (n > 0)
		h->sent += (size_t)n;
	else if (errno != EAGAIN)
		held_fail(l, h);
}

static void
message_begin(struct hold_load *l, struct held *h, size_t length, int64_t now_ns)
{
	h->messages++;
	h->length = length;
	h->sent = h->got = 0;
	h->late_ns = now_ns + PATIENCE_NS;
	l->echoing++;
}

static void
held_read(struct hold_load *l, struct held *h)
{
	ssize_t n;

	while (h->fd >= 0 && (n = recv(h->fd, l->seen, l->plan->octets, 0)) != 0) {
		if (n < 0 && errno == EAGAIN)
			return;
		write_message(h, l->expected);
		if (n < 0 || h->late_ns == 0 || (size_t)n > h->sent - h->got ||
		    memcmp(l->seen, l->expected + h->got, (size_t)n) != 0)
			break;
		h->got += (size_t)n;
		if (h->got == h->length) {
			if (l->sampling)
				bench_sample(l->tally,
				    bench_now_ns() - (h->late_ns - PATIENCE_NS));
			h->late_ns = 0;
			l->tally->octets += h->length;
			l->echoing--;
			l->tally->done++;
		}
	}
	held_fail(l, h);
}

static void
held_event(struct hold_load *l, struct held *h, uint32_t events)
{
	if (h->fd >= 0 && (events & (EPOLLERR | EPOLLHUP)))
		held_fail(l, h);
	if (h->fd >= 0 && (events & EPOLLOUT))
		held_write(l, h);
	if (h->fd >= 0 && (events & EPOLLIN))
		held_read(l, h);
}

static void
hold_events(struct hold_load *l)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(l->epoll, events, EVENTS, 1);

	for (int i = 0; i < n; i++)
		held_event(l, events[i].data.ptr, events[i].events);
}

static void
look_for_late(struct hold_load *l, int64_t now_ns)
{
	for (unsigned i = 0; i < l->opened; i++)
		if (l->held[i].late_ns != 0 && now_ns > l->held[i].late_ns)
			held_fail(l, &l->held[i]);
}

static void
hold_open(struct hold_load *l)
{
	const struct plan *p = l->plan;
	unsigned n = (unsigned)p->sessions;

	while (l->opened < n || l->echoing != 0) {
		while (l->opened < n && l->echoing < p->clients) {
			struct held *h = &l->held[l->opened];

			h->number = l->opened++;
			h->fd = bench_socket(p, p->first + l->tally->used, SOCK_STREAM);
			message_begin(l, h, p->octets, bench_now_ns());
			bench_connect(p, p->first + l->tally->used++, h->fd);
			bench_watch(l->epoll, h->fd, EPOLLIN | EPOLLOUT | EPOLLET, h);
		}
		hold_events(l);
		look_for_late(l, bench_now_ns());
	}
}

static void
hold_on(struct hold_load *l, int64_t begun_ns)
{
	const struct plan *p = l->plan;
	int64_t every_ns = (int64_t)(p->every * 1e9), now_ns = begun_ns;
	int64_t end_ns = begun_ns + (int64_t)(p->seconds * 1e9);

	for (unsigned i = 0; i < l->opened; i++)
		l->held[i].due_ns =
		    begun_ns + (int64_t)((double)every_ns * i / l->opened);
	while (now_ns < end_ns && !bench_input_ended()) {
		for (unsigned i = 0; every_ns != 0 && i < l->opened; i++) {
			struct held *h = &l->held[i];

			if (h->fd < 0 || h->due_ns > now_ns || h->late_ns != 0)
				continue;
			h->due_ns += every_ns;
			message_begin(l, h, MESSAGE, now_ns);
			held_write(l, h);
		}
		hold_events(l);
		now_ns = bench_now_ns();
		look_for_late(l, now_ns);
	}
}

static void
hold_end(struct hold_load *l)
{
	while (l->echoing != 0) {
		hold_events(l);
		look_for_late(l, bench_now_ns());
	}
	for (unsigned i = 0; i < l->opened; i++) {
		if (l->held[i].fd < 0)
			continue;
		message_begin(l, &l->held[i], MESSAGE, bench_now_ns());
		held_write(l, &l->held[i]);
	}
	while (l->echoing != 0) {
		hold_events(l);
		look_for_late(l, bench_now_ns());
	}
	for (unsigned i = 0; i < l->opened; i++)
		if (l->held[i].fd >= 0)
			close(l->held[i].fd);
}

void
hold_run(const struct plan *p, struct tally *t)
{
	struct hold_load l = {.plan = p, .tally = t};
	size_t room = p->octets > MESSAGE ? p->octets : MESSAGE;
	int64_t begun_ns;

	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	l.held = calloc(p->sessions, sizeof *l.held);
	l.expected = malloc(room);
	l.seen = malloc(room);
	if (l.epoll < 0 || l.held == NULL || l.expected == NULL || l.seen == NULL)
		bench_die("hold");
	hold_open(&l);
	printf("ready\n");
	fflush(stdout);
	begun_ns = bench_now_ns();
	l.sampling = true;
	hold_on(&l, begun_ns);
	l.sampling = false;
	t->seconds = (double)(bench_now_ns() - begun_ns) / 1e9;
	hold_end(&l);
	close(l.epoll);
	free(l.held);
	free(l.expected);
	free(l.seen);
}
