/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_connect - one socket, and perhaps another.
 *
 * A second one that we cannot open for want of something of ours is no fault of anybody:
 * the first goes on.
 */
#include "probe_connect.h"

#include <errno.h>
#include <unistd.h>

#include <edge/base.h>

#include "probe_octets.h"
#include "reach.h"

#define SECOND_NS (500 * NS_PER_MS)

/* Nothing is said.  Through an outlet stands a balancer between: it calls a member only
 * for a connection that stands. */
static bool
is_glance(const struct probe_run *p)
{
	return p->kind->proto == PROTO_TCP && !p->kind->tls && p->kind->ask == NULL &&
	       p->question->outlet == NULL;
}

static int
socket_for(struct probe_run *p)
{
	const struct probe_question *q = p->question;
	enum proto proto = p->kind->proto;
	int fd;

	if (p->kind->open != NULL)
		return p->kind->open(p);
	if (is_glance(p))
		return reach_glance(&q->addr, q->port, &q->source);
	if (q->outlet == NULL)
		return reach_open(&q->addr, q->port, proto, &q->source);
	fd = q->outlet->take(q->outlet, addr_family(&q->addr), proto);
	return fd < 0 ? fd : reach_with(fd, &q->addr, q->port, proto, &q->source);
}

static int
open_socket(struct probe_run *p)
{
	int fd = socket_for(p);

	/* Whoever was asked before has had its time, when nothing else is left. */
	if ((fd == -EMFILE || fd == -ENFILE) && partings_yield(&p->pulse->partings))
		fd = socket_for(p);
	if (fd >= 0)
		probe_tell(p, STEP_OPENED, NULL, ++p->sockets);
	return fd;
}

void
probe_connect(struct probe_run *p)
{
	p->phase = PROBE_CONNECTING;
	p->fd = open_socket(p);
	if (p->fd < 0) {
		p->outcome.reason = reach_reason(-p->fd, &p->outcome.detail);
		if (p->kind->helper) {
			p->outcome.reason = REASON_LOCAL;
			p->outcome.detail = (uint64_t)-p->fd;
		}
		p->fd = -1;
		p->deadline = p->pulse->now; /* the verdict comes with the next turn */
		return;
	}
	p->second_at =
	    p->kind->proto == PROTO_TCP ? clock_mono_ns() + SECOND_NS : INT64_MAX;
	probe_watch(p, EV_WRITE); /* a UDP socket is so at once */
}

int64_t
probe_connect_second_at(const struct probe_run *p)
{
	return p->phase == PROBE_CONNECTING ? p->second_at : INT64_MAX;
}

void
probe_connect_second(struct probe_run *p)
{
	p->second_at = INT64_MAX;
	p->second = open_socket(p);
	if (p->second < 0) {
		p->second = -1;
		return;
	}
	ev_io_set(&p->second_io, p->second, EV_WRITE);
	ev_io_start(p->pulse->loop, &p->second_io);
}

void
probe_disconnect(struct probe_run *p)
{
	ev_io_stop(p->pulse->loop, &p->io);
	tls_close(&p->tls);
	if (p->fd >= 0 && p->phase != PROBE_CONNECTING && is_glance(p))
		reach_leave(p->fd);
	else if (p->fd >= 0 && p->phase != PROBE_CONNECTING &&
		 p->kind->proto == PROTO_TCP)
		parting_leave(&p->pulse->partings, p->fd, p->pulse->now);
	else if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	probe_connect_settle(p);
}

void
probe_connect_settle(struct probe_run *p)
{
	ev_io_stop(p->pulse->loop, &p->second_io);
	if (p->second >= 0)
		close(p->second);
	p->second = -1;
}

/* It was answered first: from now on it is the only one. */
static void
on_second(EV_P_ ev_io *w, int revents)
{
	struct probe_run *p = container_of(w, struct probe_run, second_io);
	int first = p->fd;

	ev_io_stop(EV_A_ & p->io);
	ev_io_stop(EV_A_ w);
	p->fd = p->second;
	p->second = -1;
	close(first);
	probe_watch(p, EV_WRITE);
	ev_invoke(EV_A_ & p->io, revents);
}

void
probe_connect_init(struct probe_run *p)
{
	p->second = -1;
	ev_io_init(&p->second_io, on_second, -1, EV_WRITE);
	ev_set_priority(&p->second_io, IO_PRIORITY);
}
