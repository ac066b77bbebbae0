/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections: TLS or none, then whatever talk.c makes of what is heard.
 *
 *     accepted, TLS first        accepted, no TLS          accepted, hung
 *            |                          |                        |
 *            v        handshake done    v       the port hangs   v
 *       HANDSHAKE -------------------> TALKING --------------> DEAF
 *            |   <------------------    |                        |
 *            |        STARTTLS          | last word said         |
 *            | refused                  v                        | peer gone
 *            +--------------------> LINGERING -------------------+--> freed
 *                                      peer gone, or 1 s
 *
 * LINGERING reads on after our FIN: closing with unread octets would send a reset, and a
 * reset may overtake the alert that says why.
 */
#include "conn.h"

#include "endpoint.h"
#include "talk.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_CHUNK     16384
#define READS_PER_TURN 16
#define HEARD_MAX      (2 * 65536) /* no whole message of any speech is longer */
#define UNSENT_MAX     262144      /* a peer that does not read is not listened to */
#define LINGER_S       1.0

enum phase {
	PHASE_HANDSHAKE,
	PHASE_TALKING,
	PHASE_DEAF,
	PHASE_LINGERING,
};

struct conn {
	struct endpoint *endpoint;
	struct conn *next, **link;
	int fd;
	enum phase phase;
	bool closing;     /* when the last octet is out */
	bool wants_write; /* TLS cannot go on before it has written */
	SSL *ssl;
	ev_io io;
	ev_timer timer; /* SLOW, DRIP: when to go on; LINGERING: when to give up */
	struct talk talk;
	struct octets heard, unsent;
};

static void
conn_free(struct conn *c)
{
	struct endpoint *e = c->endpoint;

	ev_io_stop(e->loop, &c->io);
	ev_timer_stop(e->loop, &c->timer);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	e->open--;
	SSL_free(c->ssl);
	close(c->fd);
	octets_fini(&c->heard);
	octets_fini(&c->unsent);
	free(c);
}

void
conn_reset(struct conn *c)
{
	const struct linger hard = {.l_onoff = 1, .l_linger = 0};

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	conn_free(c);
}

/* What a TLS call that returned @n <= 0 means: -EAGAIN, 0 for the end, -EIO. */
static ssize_t
tls_outcome(struct conn *c, int n)
{
	int error = SSL_get_error(c->ssl, n);

	ERR_clear_error();
	c->wants_write = error == SSL_ERROR_WANT_WRITE;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	return error == SSL_ERROR_ZERO_RETURN ? 0 : -EIO;
}

static ssize_t
conn_read(struct conn *c, uint8_t *bytes, size_t n)
{
	if (c->ssl != NULL) {
		int got = SSL_read(c->ssl, bytes, (int)n);

		return got > 0 ? got : tls_outcome(c, got);
	}
	ssize_t got = recv(c->fd, bytes, n, 0);
	return got >= 0 ? got : -errno;
}

static ssize_t
conn_write(struct conn *c, const uint8_t *bytes, size_t n)
{
	if (c->ssl != NULL) {
		int put = SSL_write(c->ssl, bytes, n > 65536 ? 65536 : (int)n);

		if (put > 0)
			return put;
		ssize_t outcome = tls_outcome(c, put);
		return outcome == 0 ? -EPIPE : outcome;
	}
	ssize_t put = send(c->fd, bytes, n, MSG_NOSIGNAL);
	return put >= 0 ? put : -errno;
}

static void
conn_linger(struct conn *c)
{
	if (c->ssl != NULL && SSL_is_init_finished(c->ssl))
		SSL_shutdown(c->ssl);
	ERR_clear_error();
	shutdown(c->fd, SHUT_WR);
	c->phase = PHASE_LINGERING;
	ev_timer_stop(c->endpoint->loop, &c->timer);
	ev_timer_set(&c->timer, LINGER_S, 0.);
	ev_timer_start(c->endpoint->loop, &c->timer);
}

static int
conn_begin_tls(struct conn *c)
{
	/* What came after the request for TLS came in the clear and counts for nothing.
	 */
	octets_consume(&c->heard, c->heard.len);
	c->ssl = SSL_new(c->endpoint->ctx);
	if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1)
		return -ENOMEM;
	SSL_set_accept_state(c->ssl);
	c->phase = PHASE_HANDSHAKE;
	return 0;
}

/* Nothing is done before the time has come; see on_timer(). */
static void
conn_sleep(struct conn *c, double seconds)
{
	ev_io_stop(c->endpoint->loop, &c->io);
	ev_timer_set(&c->timer, seconds, 0.);
	ev_timer_start(c->endpoint->loop, &c->timer);
}

/* 0: go on, -EAGAIN: wait, otherwise the connection is done for. */
static ssize_t
flush(struct conn *c)
{
	bool drips = c->endpoint->sickness == SICKNESS_DRIP;

	while (c->unsent.len > 0) {
		ssize_t n = conn_write(c, c->unsent.bytes, drips ? 1 : c->unsent.len);

		if (n < 0)
			return n;
		octets_consume(&c->unsent, (size_t)n);
		if (drips && c->unsent.len > 0) {
			conn_sleep(c, c->endpoint->slow_s);
			return -EAGAIN;
		}
	}
	if (c->closing)
		conn_linger(c);
	return 0;
}

/* Read and throw away; -EAGAIN while the peer is there. */
static ssize_t
discard(struct conn *c)
{
	uint8_t bytes[READ_CHUNK];

	for (int i = 0; i < READS_PER_TURN; i++) {
		ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);

		if (n <= 0)
			return n == 0 ? -ECONNRESET : -errno;
	}
	return -EAGAIN;
}

static ssize_t
handshake(struct conn *c)
{
	int n = SSL_accept(c->ssl);

	if (n != 1) {
		if (tls_outcome(c, n) == -EAGAIN)
			return -EAGAIN;
		conn_linger(c); /* the alert is on its way */
		return 0;
	}
	c->wants_write = false;
	c->phase = PHASE_TALKING;
	c->talk.secure = true;
	c->talk.begun = false;
	if (c->endpoint->sickness == SICKNESS_CLOSE_EARLY)
		conn_linger(c);
	return 0;
}

static ssize_t
hear(struct conn *c)
{
	switch (talk_hear(&c->talk, c->endpoint->sickness, &c->heard, &c->unsent)) {
	case TALK_ON:
		if (c->heard.len > HEARD_MAX)
			return -EMSGSIZE;
		return flush(c);
	case TALK_CLOSE:
		c->closing = true;
		return flush(c);
	case TALK_START_TLS:
		if (flush(c) != 0)
			return -EIO;
		return conn_begin_tls(c);
	}
	assert(0);
	return -EIO;
}

static ssize_t
converse(struct conn *c)
{
	uint8_t bytes[READ_CHUNK];

	ssize_t err = flush(c);
	if (err != 0 && err != -EAGAIN)
		return err;
	for (int i = 0; i < READS_PER_TURN; i++) {
		if (c->phase != PHASE_TALKING || c->closing || c->unsent.len > UNSENT_MAX)
			return 0;
		ssize_t n = conn_read(c, bytes, sizeof bytes);
		if (n == 0) {
			c->closing = true;
			return flush(c);
		}
		if (n < 0)
			return n;
		octets_append(&c->heard, bytes, (size_t)n);
		err = hear(c);
		if (err != 0 && err != -EAGAIN)
			return err;
	}
	/* TLS may hold octets the socket no longer announces. */
	ev_feed_event(c->endpoint->loop, &c->io, EV_READ);
	return 0;
}

static ssize_t
conn_turn(struct conn *c)
{
	switch (c->phase) {
	case PHASE_HANDSHAKE:
		return handshake(c);
	case PHASE_TALKING:
		return converse(c);
	case PHASE_DEAF:
	case PHASE_LINGERING:
		return discard(c);
	}
	assert(0);
	return -EIO;
}

static void
watch(struct conn *c)
{
	int events = c->wants_write ? EV_WRITE : 0;

	if (ev_is_active(&c->timer) && c->phase == PHASE_TALKING)
		return; /* asleep */
	if (c->phase != PHASE_TALKING || (c->unsent.len <= UNSENT_MAX && !c->closing))
		events |= EV_READ;
	if (c->phase == PHASE_TALKING && c->unsent.len > 0)
		events |= EV_WRITE;
	if (ev_is_active(&c->io) && events == (c->io.events & (EV_READ | EV_WRITE)))
		return;
	ev_io_stop(c->endpoint->loop, &c->io);
	ev_io_set(&c->io, c->fd, events);
	ev_io_start(c->endpoint->loop, &c->io);
}

/* A turn, and another while it leads to a new phase: TLS may have read ahead. */
static void
conn_advance(struct conn *c)
{
	enum phase before;

	do {
		before = c->phase;
		ssize_t err = conn_turn(c);
		if (err != 0 && err != -EAGAIN) {
			conn_free(c);
			return;
		}
	} while (c->phase != before);
	watch(c);
}

static void
on_ready(EV_P_ ev_io *w, int revents)
{
	struct conn *c = (struct conn *)(void *)((char *)w - offsetof(struct conn, io));
	struct endpoint *e = c->endpoint;
	bool speaking = c->phase == PHASE_HANDSHAKE || c->phase == PHASE_TALKING;

	(void)EV_A;
	if (speaking && e->sickness == SICKNESS_HANG) {
		c->phase = PHASE_DEAF;
		c->wants_write = false;
	}
	if (speaking && e->sickness == SICKNESS_SLOW && (revents & EV_READ) != 0) {
		conn_sleep(c, e->slow_s);
		return;
	}
	conn_advance(c);
}

static void
on_timer(EV_P_ ev_timer *w, int revents)
{
	struct conn *c =
	    (struct conn *)(void *)((char *)w - offsetof(struct conn, timer));

	(void)EV_A;
	(void)revents;
	if (c->phase == PHASE_LINGERING)
		conn_free(c);
	else
		conn_advance(c);
}

static void
conn_link(struct conn *c)
{
	struct endpoint *e = c->endpoint;

	c->next = e->conns;
	c->link = &e->conns;
	if (c->next != NULL)
		c->next->link = &c->next;
	e->conns = c;
	e->open++;
	e->accepted++;
}

void
conn_start(struct endpoint *e, int take_fd, const struct sockaddr_storage *peer)
{
	struct conn *c = calloc(1, sizeof *c);
	socklen_t len = sizeof c->talk.local;
	const int on = 1;

	if (c == NULL) {
		close(take_fd);
		return;
	}
	c->endpoint = e;
	c->fd = take_fd;
	c->talk.speech = kind_speech(e->kind);
	c->talk.manner = &e->member->manner;
	c->talk.peer = *peer;
	getsockname(c->fd, (struct sockaddr *)&c->talk.local, &len);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	journal_put(&e->member->journal, e->kind, peer, &c->talk.local);
	ev_timer_init(&c->timer, on_timer, 0., 0.);
	ev_io_init(&c->io, on_ready, c->fd, EV_READ);
	conn_link(c);
	c->phase = PHASE_TALKING;
	if (e->sickness == SICKNESS_HANG)
		c->phase = PHASE_DEAF;
	else if (kind_starts_tls(e->kind) && e->sickness != SICKNESS_GARBAGE &&
		 conn_begin_tls(c) != 0) {
		conn_free(c);
		return;
	}
	ev_io_start(e->loop, &c->io);
}
