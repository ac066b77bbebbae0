/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session - the life of a TCP session: how it begins, and what each event means in each
 * of its states (session_life.h).
 */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <edge/base.h>

#include "assoc_room.h"
#include "pace.h"
#include "session_life.h"

#define ACCEPTS_PER_TURN 64

/* --- events ------------------------------------------------------------------------- */

static struct session *
session_of(struct seat *seat)
{
	return container_of(seat, struct session, seat);
}

static void
on_busy(struct duty *duty)
{
	struct session *s = container_of(duty, struct session, duty);

	if (s->state == SESSION_RELAYING || s->state == SESSION_ENDING)
		session_relay(s);
}

static void
on_member(struct watch *watch, uint32_t events)
{
	struct session *s = container_of(watch, struct session, member.watch);

	switch (s->state) {
	case SESSION_CONNECTING:
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			session_check_connect(s, events);
		break;
	case SESSION_RELAYING:
	case SESSION_ENDING:
		leg_note(&s->member, events);
		session_relay(s);
		break;
	case SESSION_ACCEPTED:
	case SESSION_WAITING:
	case SESSION_CLOSED:
		break;
	}
}

static void
on_client(struct watch *watch, uint32_t events)
{
	struct session *s = container_of(watch, struct session, client.watch);

	leg_note(&s->client, events);
	switch (s->state) {
	case SESSION_WAITING:
		/* No protocol of an Edge Server lets a client end first: it gave up, and
		 * may be back in the queue already. */
		if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			session_close(s, CLOSE_GAVE_UP);
		break;
	case SESSION_CONNECTING:
		if (events & EPOLLERR)
			session_close(s, CLOSE_CLIENT_RESET);
		break;
	case SESSION_RELAYING:
	case SESSION_ENDING:
		session_relay(s);
		break;
	case SESSION_ACCEPTED:
	case SESSION_CLOSED:
		break;
	}
}

/* A member that goes while it is being connected to has cost the client nothing. */
void
session_end(struct seat *seat, enum close_reason reason)
{
	struct session *s = session_of(seat);

	if (s->state == SESSION_CONNECTING && reason == CLOSE_MEMBER_DOWN) {
		session_part(s, &s->member, true);
		leg_init(&s->member, s->member.watch.ready);
		session_find_member(s);
	} else {
		session_close(s, reason);
	}
}

/* Waited too long: for the member's answer, or for any octet. */
void
session_late(struct seat *seat, enum close_reason reason)
{
	struct session *s = session_of(seat);

	if (s->state == SESSION_CONNECTING)
		session_next_member(s, REASON_CONNECT_TIMEOUT);
	else if (session_is_young(s))
		session_grow_up(s);
	else
		session_close(s, reason);
}

/* --- beginning ---------------------------------------------------------------------- */

void
session_init(struct session *s)
{
	s->duty.run = on_busy;
	link_init(&s->duty.link);
	queue_entry_init(&s->turn);
	leg_init(&s->client, on_client);
	leg_init(&s->member, on_member);
}

/* A reset costs the client nothing to learn: it was never served. */
static void
turn_away(int fd)
{
	struct leg leg = {.fd = fd};

	leg_close(&leg, true);
}

static void
session_begin(struct gate *g, int fd, const struct sockaddr_storage *ss)
{
	struct session *s = calloc(1, sizeof *s);
	struct addr source;
	uint16_t port;

	if (s == NULL)
		seat_refuse(g);
	if (s == NULL || !addr_from_sockaddr(ss, &source, &port) ||
	    !seat_open(&s->seat, g, &source, port, session_end, session_late)) {
		free(s);
		turn_away(fd);
		return;
	}
	s->state = SESSION_ACCEPTED;
	session_init(s);
	s->client.fd = fd;
	s->client.readable = s->client.writable = true;
	s->client.prompt = true; /* from listen.c */
	s->idle_ns = g->view->idle_ns;
	s->half_close_ns = g->worker->view->half_close_ns;
	if (worker_watch(g->worker, fd, &s->client.watch) != 0) {
		worker_pause(g->worker, SESSION_SHORTAGE_NS);
		session_close(s, CLOSE_LOCAL);
	} else if (pace_has_waiting(g)) {
		session_await_turn(s);
	} else {
		session_find_member(s);
	}
}

void
session_accept(struct gate *g, int listen_fd)
{
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage ss;
		socklen_t n = sizeof ss;
		int fd;

		if (worker_is_full(g->worker) && !assoc_room_yield(g->worker)) {
			worker_pause(g->worker, 0);
			return;
		}
		if (!pace_lets_in(g))
			return;
		fd = accept4(
		    listen_fd, (struct sockaddr *)&ss, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			session_begin(g, fd, &ss);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		    errno == ENOBUFS) {
			worker_pause(g->worker, SESSION_SHORTAGE_NS);
			return;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		/* A connection that broke before it was accepted: the next one. */
	}
}
