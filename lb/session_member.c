/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session_member - finding a member that answers.
 *
 * A member that fails before it took the client's first octet costs the client nothing:
 * another one is tried, and gets what was read meanwhile.
 */
#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <edge/base.h>

#include "dial.h"
#include "pace.h"
#include "session.h"
#include "session_life.h"

static void
session_connected(struct session *s)
{
	session_enter(s, SESSION_RELAYING);
	seat_settle(&s->seat);
	s->member.writable = true;
	worker_busy(session_worker(s), &s->duty);
}

/* Begins to connect to the member found.  0, or -errno when it failed at once. */
static int
session_dial(struct session *s, enum fault *ret_fault)
{
	struct worker *w = session_worker(s);
	struct dial how = seat_dial(&s->seat);
	struct dialled d = dial_tcp(&how);
	int err;

	*ret_fault = d.fault;
	if (d.fd < 0)
		return d.error;
	s->member.fd = d.fd;
	err = worker_watch(w, d.fd, &s->member.watch);
	if (err != 0) {
		*ret_fault = FAULT_SHORTAGE;
		return err;
	}
	session_enter(s, SESSION_CONNECTING);
	return 0;
}

static void
session_count_failure(struct session *s, enum reason reason)
{
	seat_count(&s->seat, LB_FIELD_CONNECT_FAILURES, 1);
	worker_evidence(session_worker(s), s->seat.endpoint, reason);
}

static enum reason
reason_of(int err)
{
	switch (err) {
	case -ECONNREFUSED:
		return REASON_CONNECT_REFUSED;
	case -ETIMEDOUT:
		return REASON_CONNECT_TIMEOUT;
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		return REASON_UNREACHABLE;
	}
	return REASON_CONNECT_ERROR;
}

void
session_await_turn(struct session *s)
{
	bool anew = s->state != SESSION_WAITING;

	session_enter(s, SESSION_WAITING);
	pace_enter(s->seat.gate, &s->turn, anew);
}

/* A connection could not even begin.  False: the session waits. */
static bool
session_failed_to_dial(struct session *s, enum fault fault, int err)
{
	session_part(s, &s->member, false);
	switch (fault) {
	case FAULT_MEMBER:
		session_count_failure(s, reason_of(err));
		return true;
	case FAULT_LOCAL:
		return true;
	case FAULT_PORTS:
		seat_count_ports(&s->seat);
		seat_take_back(&s->seat);
		return true;
	case FAULT_SHORTAGE:
		/* Nobody is to blame, and nobody new is let in for a moment, so that the
		 * backlog and the clients' own retransmissions pace them. */
		seat_take_back(&s->seat);
		worker_pause(session_worker(s), SESSION_SHORTAGE_NS);
		session_await_turn(s);
		return false;
	}
	assert(false);
	return false;
}

void
session_find_member(struct session *s)
{
	for (;;) {
		enum close_reason reason;
		enum fault fault;
		int err;

		if (seat_tries(&s->seat) > session_worker(s)->view->connect_retries) {
			session_close(s, CLOSE_NO_MEMBER);
			return;
		}
		if (!seat_find_member(&s->seat, &reason)) {
			if (reason == CLOSE_RATE)
				session_await_turn(s);
			else
				session_close(s, reason);
			return;
		}
		if (seat_tries(&s->seat) > 1)
			seat_count(&s->seat, LB_FIELD_RETRIES, 1);
		err = session_dial(s, &fault);
		if (err == 0 || !session_failed_to_dial(s, fault, err))
			return;
	}
}

void
session_take_turn(struct queue_entry *e)
{
	session_find_member(container_of(e, struct session, turn));
}

void
session_next_member(struct session *s, enum reason reason)
{
	session_count_failure(s, reason);
	session_part(s, &s->member, true);
	leg_init(&s->member, s->member.watch.ready);
	if (s->client.to_the_last && s->client.fd >= 0) {
		/* Perhaps a client that gave up: do not bother another member. */
		int err = 0;
		socklen_t n = sizeof err;

		getsockopt(s->client.fd, SOL_SOCKET, SO_ERROR, &err, &n);
		if (err != 0) {
			session_close(s, CLOSE_CLIENT_RESET);
			return;
		}
	}
	session_find_member(s);
}

/* Where it may have failed, and after a retry, the socket itself is asked. */
void
session_check_connect(struct session *s, uint32_t events)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(int), n_ss = sizeof ss;
	int err = 0;

	leg_note(&s->member, events);
	if (seat_tries(&s->seat) == 1 && !(events & (EPOLLERR | EPOLLHUP))) {
		session_connected(s);
		return;
	}
	if (getsockopt(s->member.fd, SOL_SOCKET, SO_ERROR, &err, &n) != 0)
		err = errno;
	if (err != 0)
		session_next_member(s, reason_of(-err));
	else if (getpeername(s->member.fd, (struct sockaddr *)&ss, &n_ss) == 0)
		session_connected(s);
}
