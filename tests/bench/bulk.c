/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulk - octets as fast as they go, half of the sessions to the member, half from it.
 *
 * When the time is up every session ends its half, and the run waits until all that was
 * under way has arrived, so that what is counted is what was relayed.
 */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS      64
#define PIECE       (256 << 10)
#define PATIENCE_NS INT64_C(20000000000)

struct stream {
	int fd; /* -1: ended */
	bool up, asked, ended;
};

struct bulk_load {
	const struct plan *plan;
	struct tally *tally;
	struct stream *streams;
	int epoll;
	unsigned busy;
	char *piece;
};

static void
stream_close(struct bulk_load *l, struct stream *s, bool well)
{
	close(s->fd);
	s->fd = -1;
	l->busy--;
	if (well)
		l->tally->done++;
	else
		l->tally->failed++;
}

/* Level-triggered, one piece an event: every session gets its turn. */
static void
stream_event(struct bulk_load *l, struct stream *s, uint32_t events)
{
	ssize_t n;

	if (s->fd < 0)
		return;
	if (!s->asked && (events & EPOLLOUT)) {
		struct epoll_event ev = {.data.ptr = s};
		char word = s->up ? TALK_TAKE : TALK_GIVE;

		if (send(s->fd, &word, 1, MSG_NOSIGNAL) != 1)
			bench_die("send");
		s->asked = true;
		ev.events = EPOLLIN | (s->up ? (uint32_t)EPOLLOUT : 0);
		if (epoll_ctl(l->epoll, EPOLL_CTL_MOD, s->fd, &ev) != 0)
			bench_die("epoll_ctl");
		return;
	}
	if (s->up && !s->ended && (events & EPOLLOUT)) {
		n = send(s->fd, l->piece, PIECE, MSG_NOSIGNAL);
		if (n > 0)
			l->tally->octets += (uint64_t)n;
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		/* MSG_TRUNC: TCP throws the octets away without copying them here. */
		n = recv(s->fd, NULL, 4 * PIECE, MSG_TRUNC);
		if (n > 0)
			l->tally->octets += (uint64_t)n;
		else if (n == 0 || errno != EAGAIN)
			stream_close(l, s, n == 0 && s->ended);
	}
}

static void
streams_end(struct bulk_load *l)
{
	for (unsigned i = 0; i < l->plan->clients; i++) {
		struct stream *s = &l->streams[i];
		struct epoll_event ev = {.events = EPOLLIN, .data.ptr = s};

		if (s->fd < 0)
			continue;
		s->ended = true;
		shutdown(s->fd, SHUT_WR);
		if (epoll_ctl(l->epoll, EPOLL_CTL_MOD, s->fd, &ev) != 0)
			bench_die("epoll_ctl");
	}
}

static void
bulk_init(struct bulk_load *l)
{
	const struct plan *p = l->plan;

	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->streams = calloc(p->clients, sizeof *l->streams);
	l->piece = calloc(1, PIECE);
	if (l->epoll < 0 || l->streams == NULL || l->piece == NULL)
		bench_die("bulk");
	for (unsigned i = 0; i < p->clients; i++) {
		struct stream *s = &l->streams[i];

		s->up = i % 2 == 0;
		s->fd = bench_socket(p, p->first + l->tally->used, SOCK_STREAM);
		l->busy++;
		bench_connect(p, p->first + l->tally->used++, s->fd);
		bench_watch(l->epoll, s->fd, EPOLLIN | EPOLLOUT, s);
	}
}

void
bulk_run(const struct plan *p, struct tally *t)
{
	struct bulk_load l = {.plan = p, .tally = t};
	int64_t begun_ns = bench_now_ns(),
		end_ns = begun_ns + (int64_t)(p->seconds * 1e9);
	bool ended = false;

	bulk_init(&l);
	while (l.busy != 0) {
		struct epoll_event events[EVENTS];
		int n = epoll_wait(l.epoll, events, EVENTS, 100);

		for (int i = 0; i < n; i++)
			stream_event(&l, events[i].data.ptr, events[i].events);
		if (!ended && bench_now_ns() >= end_ns) {
			ended = true;
			streams_end(&l);
		}
		if (bench_now_ns() >= end_ns + PATIENCE_NS) {
			t->failed += l.busy;
			break;
		}
	}
	t->seconds = (double)(bench_now_ns() - begun_ns) / 1e9;
	close(l.epoll);
	free(l.streams);
	free(l.piece);
}
