/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_octets - in[] and out[] of a probe to and from its socket, with TLS or without.
 *
 * Whatever goes wrong here ends the probe: what a failed read means does not depend on
 * the phase.
 */
#include "probe_octets.h"

#include <errno.h>
#include <sys/socket.h>

void
probe_watch(struct probe_run *p, int events)
{
	if (ev_is_active(&p->io) && p->io.events == events)
		return;
	ev_io_stop(p->pulse->loop, &p->io);
	ev_io_set(&p->io, p->fd, events);
	ev_set_priority(&p->io, IO_PRIORITY);
	ev_io_start(p->pulse->loop, &p->io);
}

void
probe_tell(struct probe_run *p, enum probe_step step, const void *octets, size_t n)
{
	if (p->on_step != NULL)
		p->on_step(p, step, octets, n);
}

static enum tls_result
plain_result(ssize_t got, enum proto proto, int *error)
{
	/* An empty datagram is noise, the end of a stream is none. */
	if (got > 0 || (got == 0 && proto == PROTO_UDP))
		return TLS_OK;
	if (got == 0)
		return TLS_CLOSED;
	*error = errno;
	return *error == EAGAIN || *error == EINTR ? TLS_WANT_READ : TLS_ERRNO;
}

bool
probe_take(struct probe_run *p)
{
	enum tls_result result;
	size_t room = sizeof p->in - p->n_in, n = 0;
	int error = 0;

	if (p->tls != NULL) {
		result = tls_read(p->tls, p->in + p->n_in, room, &n);
		error = tls_error(p->tls);
	} else {
		ssize_t got = recv(p->fd, p->in + p->n_in, room, 0);

		result = plain_result(got, p->kind->proto, &error);
		n = got > 0 ? (size_t)got : 0;
	}
	switch (result) {
	case TLS_OK:
		probe_tell(p, STEP_RECEIVED, p->in + p->n_in, n);
		p->n_in += n;
		return true;
	case TLS_WANT_READ:
		probe_watch(p, EV_READ);
		return false;
	case TLS_WANT_WRITE:
		probe_watch(p, EV_WRITE);
		return false;
	case TLS_CLOSED:
		probe_fail(p, REASON_CLOSED_EARLY, 0);
		return false;
	case TLS_ALERT:
		probe_fail(p, REASON_TLS_ALERT, (uint64_t)error);
		return false;
	case TLS_FAILED:
		probe_fail(p, REASON_TLS_FAILED, (uint64_t)error);
		return false;
	case TLS_ERRNO:
		probe_fail_errno(p, error);
		return false;
	}
	return false;
}

bool
probe_give(struct probe_run *p)
{
	while (p->sent < p->n_out) {
		const uint8_t *from = p->out + p->sent;
		size_t left = p->n_out - p->sent, n = 0;
		enum tls_result result;
		int error = 0;

		if (p->tls != NULL) {
			result = tls_write(p->tls, from, left, &n);
		} else {
			ssize_t put = send(p->fd, from, left, MSG_NOSIGNAL);

			result = plain_result(put, p->kind->proto, &error);
			if (result == TLS_WANT_READ)
				result = TLS_WANT_WRITE;
			n = put > 0 ? (size_t)put : 0;
		}
		if (result == TLS_WANT_WRITE) {
			probe_watch(p, EV_READ | EV_WRITE);
			return false;
		}
		/* A datagram that cannot go carries the news of the one before. */
		if (result != TLS_OK && p->kind->proto == PROTO_UDP) {
			probe_fail_errno(p, error);
			return false;
		}
		if (result != TLS_OK)
			break;
		probe_tell(p, STEP_SENT, from, n);
		p->sent += n;
	}
	probe_watch(p, EV_READ);
	return true;
}
