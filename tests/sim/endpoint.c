/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listening sockets and what sickness does to them.  What is said on a connection is
 * conn.c's and talk.c's business.
 *
 * A port that refuses is really closed, so the kernel answers as for a dead service.
 * Connections that stand stay: a service that died takes them along with `drop`.
 */
#include "endpoint.h"

#include "address.h"
#include "conn.h"
#include "dgram.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One turn of the loop must not belong to one port. */
#define ACCEPTS_PER_TURN 64
#define PAUSE_S          0.1

static bool
is_datagram(const struct endpoint *e)
{
	return kind_speech(e->kind) == SPEECH_TURN_DATAGRAM;
}

static struct endpoint *
endpoint_of_pause(ev_timer *w)
{
	return (struct endpoint *)(void *)((char *)w - offsetof(struct endpoint, pause));
}

static struct endpoint *
endpoint_of_io(ev_io *w)
{
	return (struct endpoint *)(void *)((char *)w - offsetof(struct endpoint, io));
}

static void
on_pause_over(EV_P_ ev_timer *w, int revents)
{
	struct endpoint *e = endpoint_of_pause(w);

	(void)revents;
	if (e->fd >= 0)
		ev_io_start(EV_A_ & e->io);
}

static void
on_connection(EV_P_ ev_io *w, int revents)
{
	struct endpoint *e = endpoint_of_io(w);

	(void)revents;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage peer = {0};
		socklen_t len = sizeof peer;
		int fd = accept4(
		    e->fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
			ev_io_stop(EV_A_ w);
			ev_timer_set(&e->pause, PAUSE_S, 0.);
			ev_timer_start(EV_A_ & e->pause);
			return;
		}
		if (fd < 0 && errno == EAGAIN)
			return;
		if (fd >= 0)
			conn_start(e, fd, &peer);
	}
}

static void
on_datagram(EV_P_ ev_io *w, int revents)
{
	(void)EV_A;
	(void)revents;
	dgram_serve(endpoint_of_io(w));
}

static int
open_socket(struct endpoint *e)
{
	int type = is_datagram(e) ? SOCK_DGRAM : SOCK_STREAM;
	int family = e->address.ss_family;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1;

	if (fd < 0)
		return -errno;
	if ((type == SOCK_STREAM &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) ||
	    (family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
	    (type == SOCK_DGRAM && dgram_prepare(fd, family) != 0) ||
	    bind(fd, (struct sockaddr *)&e->address, address_len(&e->address)) != 0 ||
	    (type == SOCK_STREAM && listen(fd, SOMAXCONN) != 0)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

static int
endpoint_open(struct endpoint *e, char *why, size_t why_len)
{
	char text[ADDRESS_TEXT];

	if (e->fd >= 0)
		return 0;
	int fd = open_socket(e);
	if (fd < 0) {
		snprintf(why, why_len, "%s %s: %s", kind_word(e->kind),
		    address_format(&e->address, text), strerror(-fd));
		return fd;
	}
	/* Port 0 was a wish for any: from here on it is this one. */
	socklen_t len = sizeof e->address;
	getsockname(fd, (struct sockaddr *)&e->address, &len);
	e->fd = fd;
	ev_io_init(&e->io, is_datagram(e) ? on_datagram : on_connection, fd, EV_READ);
	ev_io_start(e->loop, &e->io);
	return 0;
}

static void
endpoint_close(struct endpoint *e)
{
	if (e->fd < 0)
		return;
	ev_io_stop(e->loop, &e->io);
	ev_timer_stop(e->loop, &e->pause);
	close(e->fd);
	e->fd = -1;
}

int
endpoint_start(struct endpoint *e, char *why, size_t why_len)
{
	e->fd = -1;
	ev_timer_init(&e->pause, on_pause_over, PAUSE_S, 0.);
	return endpoint_fall_ill(e, SICKNESS_WELL, 0, why, why_len);
}

int
endpoint_fall_ill(
    struct endpoint *e, enum sickness s, double slow_s, char *why, size_t why_len)
{
	SSL_CTX *ctx = NULL;
	int err;

	if (!sickness_suits(s, e->kind)) {
		snprintf(why, why_len, "%s cannot be %s", kind_word(e->kind),
		    sickness_word(s));
		return -EINVAL;
	}
	err = identity_context(&e->member->identity, e->kind, s, &ctx, why, why_len);
	if (err != 0)
		return err;
	if (s != SICKNESS_REFUSE)
		err = endpoint_open(e, why, why_len);
	if (err != 0) {
		SSL_CTX_free(ctx);
		return err;
	}
	if (s == SICKNESS_REFUSE)
		endpoint_close(e);
	SSL_CTX_free(e->ctx);
	e->ctx = ctx;
	e->sickness = s;
	e->slow_s = slow_s > 0 ? slow_s : e->member->slow_s;
	return 0;
}

void
endpoint_drop(struct endpoint *e)
{
	while (e->conns != NULL)
		conn_reset(e->conns);
}

void
endpoint_stop(struct endpoint *e)
{
	endpoint_drop(e);
	dgram_forget(e);
	endpoint_close(e);
	SSL_CTX_free(e->ctx);
	e->ctx = NULL;
}
