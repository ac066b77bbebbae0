/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * assoc - see assoc.h.
 *
 * A/V over UDP, client source kept (design section 8).  The client's first Allocate comes
 * to the VIP; the 401 that answers it sends the client away, from the same port to the
 * member's own address.  From that moment this host must not get between them:
 *
 *    client C:p --Allocate--> VIP --> [assoc, leg bound to C:p] --Allocate--> member
 *    client C:p <----401----- VIP <-- [assoc closed first]      <----401----- member
 *    client C:p --Allocate----------------------------------------------> member
 *    client C:p <------------------- forwarded, not ours ---------------- member
 *
 * So the association closes before the 401 is passed on, and the packet filter (nft.c)
 * gives the leg only datagrams whose transaction id went out through it: a client that
 * repeats itself to the VIP in the middle of its direct conversation loses nothing.
 */
#include "assoc.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/base.h>

#include "assoc_room.h"
#include "assoc_table.h"
#include "dial.h"
#include "turn.h"

#define BATCHES_PER_TURN 8

/* A client has one question under way, mostly. */
#define LEG_BATCH 4

/* Datagrams of one system call; their octets are in the worker's scratch. */
struct batch {
	struct sockaddr_storage from[WORKER_BATCH];
	struct iovec iov[WORKER_BATCH];
	struct mmsghdr m[WORKER_BATCH];
};

static int
batch_read(struct batch *b, struct worker *w, int fd, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		b->iov[i].iov_base = w->scratch + (size_t)i * WORKER_DATAGRAM;
		b->iov[i].iov_len = WORKER_DATAGRAM;
		b->m[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &b->from[i],
					       .msg_namelen = sizeof b->from[i],
					       .msg_iov = &b->iov[i],
					       .msg_iovlen = 1}};
	}
	return recvmmsg(fd, b->m, n, MSG_DONTWAIT, NULL);
}

static struct worker *
worker_of(const struct assoc *a)
{
	return a->seat.gate->worker;
}

/* --- the end ------------------------------------------------------------------------ */

static void
on_dead(struct duty *duty)
{
	free(container_of(duty, struct assoc, duty));
}

static void
assoc_close_leg(struct assoc *a)
{
	watch_set_forget(&worker_of(a)->watched, a->fd);
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

/* The single exit. */
static void
assoc_close(struct assoc *a, enum close_reason reason)
{
	struct worker *w = worker_of(a);

	assoc_table_remove(w->assocs, a);
	assoc_close_leg(a);
	/* Who refused is not asked again only because it answered once. */
	seat_close(&a->seat, reason,
	    a->stage == ASSOC_UNANSWERED || reason == CLOSE_MEMBER_RESET);
	a->duty.run = on_dead;
	worker_bury(w, &a->duty);
}

void
assoc_end(struct seat *seat, enum close_reason reason)
{
	assoc_close(container_of(seat, struct assoc, seat), reason);
}

/* --- member to client --------------------------------------------------------------- */

static int
client_fd(const struct assoc *a)
{
	return a->seat.gate->io.fd;
}

static void
assoc_heard(struct assoc *a)
{
	if (a->stage != ASSOC_UNANSWERED) {
		seat_touch(&a->seat);
		return;
	}
	a->stage = ASSOC_ANSWERED;
	seat_settle(&a->seat);
	seat_wait(&a->seat, a->idle_ns + ASSOC_ANSWERED_ODD);
}

static void
pass_to_client(struct assoc *a, const uint8_t *octets, size_t n)
{
	/* The listener's socket is bound to the VIP: so is the source of this. */
	if (sendto(client_fd(a), octets, n, MSG_DONTWAIT | MSG_NOSIGNAL,
		(struct sockaddr *)&a->client, a->n_client) < 0)
		return; /* as lost as on any link */
	seat_count(&a->seat, LB_FIELD_PACKETS_OUT, 1);
	seat_count(&a->seat, LB_FIELD_OCTETS_OUT, n);
}

/* The leg closes before the client can read that it is sent away, but what it reads is
 * still counted. */
static void
pass_farewell(struct assoc *a, const uint8_t *octets, size_t n)
{
	assoc_close_leg(a);
	pass_to_client(a, octets, n);
	assoc_close(a, CLOSE_SENT_AWAY);
}

static bool
is_of_member(const struct assoc *a, const struct sockaddr_storage *from)
{
	struct addr addr;
	uint16_t port;

	return addr_from_sockaddr(from, &addr, &port) && port == a->seat.endpoint->port &&
	       addr_equal(&addr, &a->seat.endpoint->addr);
}

/* An ICMP error about a datagram before, told once by whatever call comes next.  True
 * when it says that the member does not listen: the association is closed, and the next
 * datagram finds another member. */
static bool
assoc_is_refused(struct assoc *a, int err)
{
	if (err == EAGAIN)
		return false;
	if (a->kept) /* a copy of the error waits with it */
		recv(a->fd, worker_of(a)->scratch, 0, MSG_ERRQUEUE | MSG_DONTWAIT);
	if (err != ECONNREFUSED && err != EHOSTUNREACH && err != ENETUNREACH)
		return false;
	seat_count(&a->seat, LB_FIELD_CONNECT_FAILURES, 1);
	worker_evidence(worker_of(a), a->seat.endpoint,
	    err == ECONNREFUSED ? REASON_CONNECT_REFUSED : REASON_UNREACHABLE);
	assoc_close(a, CLOSE_MEMBER_RESET);
	return true;
}

/* False when the association ended with it. */
static bool
assoc_answer(
    struct assoc *a, const struct sockaddr_storage *from, const uint8_t *octets, size_t n)
{
	/* Also where the leg is connected: what came between bind() and connect() is
	 * anybody's. */
	if (!is_of_member(a, from))
		return true;
	assoc_heard(a);
	if (a->kept && turn_sends_client_away(octets, n)) {
		pass_farewell(a, octets, n);
		return false;
	}
	pass_to_client(a, octets, n);
	return true;
}

/* What waits at the member leg, or a part of it; false when there is no more, or the
 * association ended.  @err: there is an ICMP error too, behind which more may wait. */
static bool
assoc_read(struct assoc *a, bool err)
{
	struct batch b;
	int n = batch_read(&b, worker_of(a), a->fd, LEG_BATCH);

	if (n < 0)
		return errno != EAGAIN && !assoc_is_refused(a, errno);
	for (int i = 0; i < n; i++)
		if (!assoc_answer(a, &b.from[i], b.iov[i].iov_base, b.m[i].msg_len))
			return false;
	return err || n == LEG_BATCH;
}

static void
on_member(struct watch *watch, uint32_t events)
{
	struct assoc *a = container_of(watch, struct assoc, watch);

	if (a->fd < 0)
		return; /* closed in this turn */
	/* Edge-triggered, so until it is empty; a member cannot keep us here, because
	 * what it sends faster than we read is dropped at the socket's own limit, and
	 * the duty below takes up where this stops. */
	for (int i = 0; i < BATCHES_PER_TURN * WORKER_BATCH / LEG_BATCH; i++)
		if (!assoc_read(a, events & EPOLLERR))
			return;
	worker_busy(worker_of(a), &a->duty);
}

static void
on_busy(struct duty *duty)
{
	struct assoc *a = container_of(duty, struct assoc, duty);

	on_member(&a->watch, EPOLLERR);
}

void
assoc_init(struct assoc *a)
{
	a->watch.ready = on_member;
	a->duty.run = on_busy;
	link_init(&a->duty.link);
	a->fd = -1;
}

/* --- client to member --------------------------------------------------------------- */

static bool
assoc_dial(struct assoc *a)
{
	struct worker *w = worker_of(a);
	struct dial how = seat_dial(&a->seat);
	struct dialled d = dial_udp(&how);

	if (d.fault == FAULT_PORTS)
		seat_count_ports(&a->seat);
	a->fd = d.fd;
	return d.fd >= 0 && worker_watch(w, d.fd, &a->watch) == 0;
}

/* NULL when nobody takes it; all is counted then. */
static struct assoc *
assoc_begin(struct gate *g, const struct addr *source, uint16_t port,
    const struct sockaddr_storage *client, socklen_t n_client)
{
	struct worker *w = g->worker;
	enum close_reason reason;
	struct assoc *a;

	if (g->view == NULL)
		return NULL; /* removed: no new ones */
	if (!seat_may_open(g, source) || !assoc_room_make(g)) {
		seat_refuse(g);
		return NULL;
	}
	a = calloc(1, sizeof *a);
	if (a == NULL) {
		seat_refuse(g);
		return NULL;
	}
	if (!seat_open(&a->seat, g, source, port, assoc_end, assoc_end)) {
		free(a);
		return NULL;
	}
	assoc_init(a);
	a->kept = g->view->source == SOURCE_KEEP;
	a->idle_ns = g->view->idle_ns;
	a->client = *client;
	a->n_client = n_client;
	assoc_table_add(w->assocs, a);
	if (!seat_find_member(&a->seat, &reason)) {
		assoc_close(a, reason);
		return NULL;
	}
	if (!assoc_dial(a)) {
		assoc_close(a, CLOSE_LOCAL);
		return NULL;
	}
	seat_wait(&a->seat, ASSOC_UNANSWERED_NS);
	return a;
}

static void
assoc_spoke(struct assoc *a)
{
	switch (a->stage) {
	case ASSOC_UNANSWERED:
		break;
	case ASSOC_ANSWERED:
		a->stage = ASSOC_SETTLED;
		worker_of(a)->assocs->unsettled--;
		seat_wait(&a->seat, a->idle_ns + ASSOC_SETTLED_ODD);
		break;
	case ASSOC_SETTLED:
		seat_touch(&a->seat);
		break;
	}
}

/* A client that repeats itself asks nothing more of the packet filter. */
static bool
may_ask(struct assoc *a, const uint8_t *octets, size_t n)
{
	const uint8_t *transaction = octets + ASSOC_TRANSACTION_AT;

	if (!a->kept || n < ASSOC_TRANSACTION_AT + ASSOC_TRANSACTION)
		return true;
	if (a->asked && memcmp(a->transaction, transaction, ASSOC_TRANSACTION) != 0 &&
	    !assoc_room_ask(a))
		return false;
	a->asked = true;
	memcpy(a->transaction, transaction, ASSOC_TRANSACTION);
	return true;
}

/* False when the association ended instead: an ICMP error about the datagram before is
 * told to whoever comes first, and sends nothing. */
static bool
pass_to_member(struct assoc *a, const uint8_t *octets, size_t n)
{
	const struct live_endpoint *to = a->seat.endpoint;

	if (!may_ask(a, octets, n)) {
		seat_refuse(a->seat.gate);
		return true;
	}
	assoc_spoke(a);
	if (sendto(a->fd, octets, n, MSG_DONTWAIT | MSG_NOSIGNAL,
		a->kept ? (const struct sockaddr *)&to->sa : NULL,
		a->kept ? to->sa_length : 0) < 0)
		return !assoc_is_refused(a, errno);
	seat_count(&a->seat, LB_FIELD_PACKETS_IN, 1);
	seat_count(&a->seat, LB_FIELD_OCTETS_IN, n);
	return true;
}

static void
assoc_datagram(struct gate *g, const struct sockaddr_storage *client, socklen_t n_client,
    const uint8_t *octets, size_t n)
{
	struct addr source;
	uint16_t port;
	struct assoc *a;

	if (!addr_from_sockaddr(client, &source, &port))
		return;
	a = assoc_find(g->worker->assocs, g, &source, port);
	if (a == NULL)
		a = assoc_begin(g, &source, port, client, n_client);
	if (a == NULL || pass_to_member(a, octets, n))
		return;
	a = assoc_begin(g, &source, port, client, n_client);
	if (a != NULL)
		pass_to_member(a, octets, n);
}

void
assoc_receive(struct gate *g, int fd)
{
	struct live_listener *l = g->listener;
	struct batch b;
	int n = WORKER_BATCH;

	/* A datagram may end the last association of a removed listener, and the gate
	 * must not go with it. */
	live_listener_get(l);
	for (int i = 0; i < BATCHES_PER_TURN && n == WORKER_BATCH && g->open; i++) {
		n = batch_read(&b, g->worker, fd, WORKER_BATCH);
		for (int k = 0; k < n; k++)
			assoc_datagram(g, &b.from[k], b.m[k].msg_hdr.msg_namelen,
			    b.iov[k].iov_base, b.m[k].msg_len);
	}
	live_listener_put(l);
}
