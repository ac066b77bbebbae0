/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session - the life of a TCP session.
 *
 * A member that fails before it took the client's first octet costs the client nothing:
 * another one is tried, and gets what was read meanwhile.  From the first octet on the
 * session is bound to its member.
 *
 * Half-close works both ways: an end is passed on when everything before it was, and the
 * other direction goes on under an idle limit of its own.
 */
#include "session.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "dial.h"
#include "pace.h"
#include "relay.h"
#include "seat.h"
#include "worker.h"

#define ACCEPTS_PER_TURN 64
/* No client waits longer; its queue is let grow only to lb.limits.queue_timeout. */
#define WAITING_NS  (600 * NS_PER_S)
#define SHORTAGE_NS (100 * NS_PER_MS)
#define RELAY_READ  65536
/* A session is young until it was silent for so long, and only then gets TCP's limits.
 * Not a round number, so that no other timeout shares its queue. */
#define YOUNG_NS     (2 * NS_PER_S + 2)
#define YOUNG_OF_NS  (60 * NS_PER_S)  /* shorter idle timeouts are kept to the second */
#define RELAY_BUDGET (4 * RELAY_READ) /* per direction and turn: others wait too */

/*
 *          member found            connected           one side ended
 *  ACCEPTED ---------> CONNECTING ----------> RELAYING --------------> ENDING
 *     |                 |  ^    |                 | |                    |
 *     |                 +--+    |                 | | other side too,    | other side
 * too, |   refused, late: next   | none left       | | broken, idle       | broken, idle
 *     |                 ^       |                 | |                    |
 *     |                 +-------+-----------------+ |                    |
 *     |                         | broken before the |                    |
 *     | no member, limit        v first octet: next v                    |
 *     +---------------------> CLOSED <--------------+--------------------+
 *
 * Where a member could take it but for its rate, a session is WAITING instead, until
 * session_take_turn() looks again; a client that ends meanwhile has given up.
 *
 * CLOSED is entered by session_close() only, which is the single exit.
 */
enum session_state {
	SESSION_ACCEPTED,
	SESSION_WAITING,
	SESSION_CONNECTING,
	SESSION_RELAYING,
	SESSION_ENDING,
	SESSION_CLOSED,
};

static const unsigned session_edges[] = {
    [SESSION_ACCEPTED] =
	1u << SESSION_WAITING | 1u << SESSION_CONNECTING | 1u << SESSION_CLOSED,
    [SESSION_WAITING] =
	1u << SESSION_WAITING | 1u << SESSION_CONNECTING | 1u << SESSION_CLOSED,
    [SESSION_CONNECTING] = 1u << SESSION_WAITING | 1u << SESSION_CONNECTING |
			   1u << SESSION_RELAYING | 1u << SESSION_CLOSED,
    [SESSION_RELAYING] = 1u << SESSION_WAITING | 1u << SESSION_CONNECTING |
			 1u << SESSION_ENDING | 1u << SESSION_CLOSED,
    [SESSION_ENDING] = 1u << SESSION_CLOSED,
    [SESSION_CLOSED] = 0,
};

struct session {
	struct seat seat;
	struct leg client, member;
	struct duty duty;        /* more to relay, or dead */
	struct queue_entry turn; /* WAITING */
	enum session_state state;
	bool heard; /* an octet of the member was passed on */
	bool asked; /* an octet of the client was */
	int64_t idle_ns, half_close_ns;
};

_Static_assert(sizeof(struct session) <= 512, "an idle session stays below 1 KiB in all");

static struct session *
session_of(struct seat *seat)
{
	return container_of(seat, struct session, seat);
}

static struct worker *
worker_of(const struct session *s)
{
	return s->seat.gate->worker;
}

/* What a session that lives on needs of TCP: limits for peers that have vanished. */
static void
session_grow_up(struct session *s)
{
	const struct patience *p = &worker_of(s)->view->patience;

	patience_limit(s->client.fd, p);
	patience_limit(s->member.fd, p);
	seat_wait(&s->seat, s->idle_ns);
}

static bool
is_young(const struct session *s)
{
	return s->state == SESSION_RELAYING && seat_waits_ns(&s->seat) == YOUNG_NS;
}

/* The one place that changes the state, with what belongs to it. */
static void
session_enter(struct session *s, enum session_state next)
{
	assert(session_edges[s->state] & 1u << next);
	s->state = next;
	switch (next) {
	case SESSION_WAITING:
		seat_wait(&s->seat, WAITING_NS);
		break;
	case SESSION_CONNECTING:
		seat_wait(&s->seat, worker_of(s)->view->connect_timeout_ns);
		break;
	case SESSION_RELAYING:
		if (s->idle_ns >= YOUNG_OF_NS)
			seat_wait(&s->seat, YOUNG_NS);
		else
			session_grow_up(s);
		break;
	case SESSION_ENDING:
		seat_wait(&s->seat, s->half_close_ns);
		break;
	case SESSION_ACCEPTED:
	case SESSION_CLOSED:
		break;
	}
}

static void
on_dead(struct duty *duty)
{
	free(container_of(duty, struct session, duty));
}

/* The other side learns of a broken connection as it would without us: by a reset. */
static bool
reason_resets(enum close_reason reason)
{
	return reason == CLOSE_CLIENT_RESET || reason == CLOSE_MEMBER_RESET ||
	       reason == CLOSE_MEMBER_DOWN;
}

static void
session_close(struct session *s, enum close_reason reason)
{
	struct worker *w = worker_of(s);
	bool answered = s->state == SESSION_RELAYING || s->state == SESSION_ENDING;

	if (s->state == SESSION_WAITING)
		pace_leave(s->seat.gate, &s->turn);
	session_enter(s, SESSION_CLOSED);
	leg_close(&s->client, reason_resets(reason));
	leg_close(&s->member, reason_resets(reason));
	seat_close(&s->seat, reason, !answered);
	s->duty.run = on_dead;
	worker_bury(w, &s->duty);
}

/* --- finding a member --------------------------------------------------------------- */

static void
session_connected(struct session *s)
{
	session_enter(s, SESSION_RELAYING);
	seat_settle(&s->seat);
	s->member.writable = true;
	worker_busy(worker_of(s), &s->duty);
}

/* Descriptors or ports are short: nobody is to blame, and nobody new is let in for a
 * moment, so that the backlog and the clients' own retransmissions pace them. */
static void
session_shortage(struct session *s)
{
	worker_pause(worker_of(s), SHORTAGE_NS);
	session_close(s, CLOSE_LOCAL);
}

/* Begins to connect to the member found.  0, or -errno when it failed at once. */
static int
session_dial(struct session *s, enum fault *ret_fault)
{
	struct worker *w = worker_of(s);
	struct dialled d = dial_tcp(s->seat.gate->view, s->seat.endpoint, &s->seat.source,
	    s->seat.source_port, &w->sources_turn);
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
	worker_evidence(worker_of(s), s->seat.endpoint, reason);
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

static void
session_await_turn(struct session *s)
{
	session_enter(s, SESSION_WAITING);
	pace_enter(s->seat.gate, &s->turn);
}

/* Tries members until one is being connected to, or the session waits or is closed. */
static void
session_find_member(struct session *s)
{
	for (;;) {
		enum close_reason reason;
		enum fault fault;
		int err;

		if (seat_tries(&s->seat) > worker_of(s)->view->connect_retries) {
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
		if (err == 0)
			return;
		if (fault == FAULT_SHORTAGE) {
			session_shortage(s);
			return;
		}
		if (fault == FAULT_MEMBER)
			session_count_failure(s, reason_of(err));
		leg_close(&s->member, false);
	}
}

void
session_take_turn(struct queue_entry *e)
{
	session_find_member(container_of(e, struct session, turn));
}

/* The member failed before it cost the client anything. */
static void
session_next_member(struct session *s, enum reason reason)
{
	session_count_failure(s, reason);
	leg_close(&s->member, true);
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

/* --- relaying ----------------------------------------------------------------------- */

static void
session_broken(struct session *s, const struct leg *leg, int err)
{
	if (err == -ENOMEM || leg != &s->member) {
		session_close(s, err == -ENOMEM ? CLOSE_LOCAL : CLOSE_CLIENT_RESET);
		return;
	}
	if (!s->heard && !s->asked && s->state == SESSION_RELAYING && !s->client.ended) {
		session_next_member(s, REASON_CLOSED_EARLY);
		return;
	}
	if (!s->heard)
		worker_evidence(worker_of(s), s->seat.endpoint, REASON_CLOSED_EARLY);
	session_close(s, CLOSE_MEMBER_RESET);
}

static void
session_relay(struct session *s)
{
	struct worker *w = worker_of(s);
	struct relay_moved in, out;

	in = relay_move(&s->client, &s->member, w->scratch, RELAY_READ, RELAY_BUDGET);
	out = relay_move(&s->member, &s->client, w->scratch, RELAY_READ, RELAY_BUDGET);
	if (in.octets != 0) {
		s->asked = true;
		seat_count(&s->seat, LB_FIELD_OCTETS_IN, in.octets);
	}
	if (out.octets != 0) {
		s->heard = true;
		seat_count(&s->seat, LB_FIELD_OCTETS_OUT, out.octets);
	}
	if (in.error != 0 || out.error != 0) {
		/* What the member said before it broke was passed on above. */
		const struct relay_moved *m = in.error != 0 ? &in : &out;

		session_broken(s, m->broken, m->error);
		return;
	}
	if (s->client.shut && s->member.shut) {
		session_close(s, CLOSE_DONE);
		return;
	}
	/* Its end cannot be read behind octets that the member does not take. */
	if (s->client.broken && !s->member.writable) {
		session_close(s, CLOSE_CLIENT_RESET);
		return;
	}
	if (in.octets != 0 || out.octets != 0)
		seat_touch(&s->seat);
	if ((s->client.shut || s->member.shut) && s->state == SESSION_RELAYING)
		session_enter(s, SESSION_ENDING);
	if (in.more || out.more)
		worker_busy(w, &s->duty);
}

static void
on_busy(struct duty *duty)
{
	struct session *s = container_of(duty, struct session, duty);

	if (s->state == SESSION_RELAYING || s->state == SESSION_ENDING)
		session_relay(s);
}

/* --- events ------------------------------------------------------------------------- */

/* An edge of a socket that a retry has just closed may still be in the batch, so after
 * one only the socket itself is believed. */
static void
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
static void
session_end(struct seat *seat, enum close_reason reason)
{
	struct session *s = session_of(seat);

	if (s->state == SESSION_CONNECTING && reason == CLOSE_MEMBER_DOWN) {
		leg_close(&s->member, true);
		leg_init(&s->member, s->member.watch.ready);
		session_find_member(s);
	} else {
		session_close(s, reason);
	}
}

/* Waited too long: for the member's answer, or for any octet. */
static void
session_late(struct seat *seat, enum close_reason reason)
{
	struct session *s = session_of(seat);

	if (s->state == SESSION_CONNECTING)
		session_next_member(s, REASON_CONNECT_TIMEOUT);
	else if (is_young(s))
		session_grow_up(s);
	else
		session_close(s, reason);
}

/* --- accepting ---------------------------------------------------------------------- */

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

	if (s == NULL || !addr_from_sockaddr(ss, &source, &port) ||
	    !seat_open(&s->seat, g, &source, port, session_end, session_late)) {
		free(s);
		turn_away(fd);
		return;
	}
	s->state = SESSION_ACCEPTED;
	s->duty.run = on_busy;
	link_init(&s->duty.link);
	queue_entry_init(&s->turn);
	leg_init(&s->client, on_client);
	leg_init(&s->member, on_member);
	s->client.fd = fd;
	s->client.readable = s->client.writable = true;
	s->idle_ns = g->view->idle_ns;
	s->half_close_ns = g->worker->view->half_close_ns;
	if (worker_watch(g->worker, fd, &s->client.watch) != 0)
		session_close(s, CLOSE_LOCAL);
	else if (pace_has_waiting(g))
		session_await_turn(s);
	else
		session_find_member(s);
}

void
session_accept(struct gate *g, int listen_fd)
{
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage ss;
		socklen_t n = sizeof ss;
		int fd;

		if (worker_is_full(g->worker)) {
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
			worker_pause(g->worker, SHORTAGE_NS);
			return;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		/* A connection that broke before it was accepted: the next one. */
	}
}

/* --- upgrade ------------------------------------------------------------------------ */

/* Parked workers have no others: who is accepted is connecting, who is closed is buried.
 */
static enum saved_stage
stage_of(enum session_state state)
{
	switch (state) {
	case SESSION_CONNECTING:
		return STAGE_CONNECTING;
	case SESSION_RELAYING:
		return STAGE_RELAYING;
	case SESSION_ENDING:
		return STAGE_ENDING;
	case SESSION_WAITING:
		return STAGE_WAITING;
	case SESSION_ACCEPTED:
	case SESSION_CLOSED:
		break;
	}
	return STAGES;
}

bool
session_save(struct seat *seat, struct saved_session *ret)
{
	const struct session *s = container_of(seat, struct session, seat);

	if (seat->end != session_end)
		return false;
	*ret = (struct saved_session){
	    .stage = (uint8_t)stage_of(s->state),
	    .heard = s->heard,
	    .asked = s->asked,
	    .idle_ns = s->idle_ns,
	    .half_close_ns = s->half_close_ns,
	};
	leg_save(&s->client, &ret->client);
	leg_save(&s->member, &ret->member);
	seat_save(seat, &ret->seat);
	return true;
}

int
session_restore(const struct saved_session *from, const struct restoring *r)
{
	static const enum session_state states[STAGES] = {
	    [STAGE_CONNECTING] = SESSION_CONNECTING,
	    [STAGE_RELAYING] = SESSION_RELAYING,
	    [STAGE_ENDING] = SESSION_ENDING,
	    [STAGE_WAITING] = SESSION_WAITING,
	};
	struct session *s = calloc(1, sizeof *s);
	int err;

	if (s == NULL)
		return -ENOMEM;
	s->state = states[from->stage];
	s->duty.run = on_busy;
	link_init(&s->duty.link);
	queue_entry_init(&s->turn);
	leg_init(&s->client, on_client);
	leg_init(&s->member, on_member);
	s->heard = from->heard;
	s->asked = from->asked;
	s->idle_ns = from->idle_ns;
	s->half_close_ns = from->half_close_ns;
	seat_restore(&s->seat, &from->seat, r, session_end, session_late);
	err = leg_restore(&s->client, &from->client);
	if (err == 0)
		err = leg_restore(&s->member, &from->member);
	if (err == 0)
		err = restoring_watch(r, worker_of(s), s->client.fd, &s->client.watch);
	if (s->state == SESSION_WAITING)
		pace_rejoin(s->seat.gate, &s->turn, from->seat.since_ns);
	else if (err == 0)
		err = restoring_watch(r, worker_of(s), s->member.fd, &s->member.watch);
	return err;
}
