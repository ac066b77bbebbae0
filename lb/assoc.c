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

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "dial.h"
#include "mix.h"
#include "seat.h"
#include "turn.h"
#include "worker.h"

/* Not a round number, so that no other timeout shares its queue and make_room() finds
 * associations at its head. */
#define UNANSWERED_NS    (2 * NS_PER_S + 1)
#define BATCHES_PER_TURN 8

struct assoc {
	struct seat seat;
	struct watch watch;
	struct duty duty; /* dead */
	struct assoc *chain;
	int fd; /* the member leg; -1 when closed */
	bool answered, kept;
	int64_t idle_ns;
	struct sockaddr_storage client;
	socklen_t n_client;
};

struct assoc_table {
	struct assoc **slots;
	size_t n_slots; /* a power of two */
	uint64_t secret;
	size_t unanswered, unanswered_max;
};

struct assoc_table *
assoc_table_new(size_t maximum, uint64_t secret)
{
	struct assoc_table *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->n_slots = 64;
	while (t->n_slots < maximum)
		t->n_slots *= 2;
	t->secret = secret;
	t->unanswered_max = maximum / 4 + 1;
	t->slots = calloc(t->n_slots, sizeof(struct assoc *));
	if (t->slots == NULL)
		assoc_table_free(&t);
	return t;
}

void
assoc_table_free(struct assoc_table **pt)
{
	struct assoc_table *t = *pt;

	*pt = NULL;
	if (t == NULL)
		return;
	free(t->slots);
	free(t);
}

static struct worker *
worker_of(const struct assoc *a)
{
	return a->seat.gate->worker;
}

static struct assoc **
assoc_slot(
    struct assoc_table *t, const struct gate *g, const struct addr *source, uint16_t port)
{
	uint64_t h = mix(mix_addr(t->secret ^ g->listener->id, source) + port);
	struct assoc **pa = &t->slots[h & (t->n_slots - 1)];

	while (*pa != NULL && ((*pa)->seat.gate != g || (*pa)->seat.source_port != port ||
				  !addr_equal(&(*pa)->seat.source, source)))
		pa = &(*pa)->chain;
	return pa;
}

/* --- the end ------------------------------------------------------------------------ */

static void
on_dead(struct duty *duty)
{
	free(container_of(duty, struct assoc, duty));
}

/* The single exit. */
static void
assoc_close(struct assoc *a, enum close_reason reason)
{
	struct worker *w = worker_of(a);
	struct assoc **pa =
	    assoc_slot(w->assocs, a->seat.gate, &a->seat.source, a->seat.source_port);

	assert(*pa == a);
	*pa = a->chain;
	if (!a->answered)
		w->assocs->unanswered--;
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	seat_close(&a->seat, reason, !a->answered);
	a->duty.run = on_dead;
	worker_bury(w, &a->duty);
}

static void
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
	if (a->answered) {
		seat_touch(&a->seat);
		return;
	}
	a->answered = true;
	worker_of(a)->assocs->unanswered--;
	seat_settle(&a->seat);
	seat_wait(&a->seat, a->idle_ns);
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
	close(a->fd);
	a->fd = -1;
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

/* ICMP says that nobody listens there: the next datagram finds another member. */
static bool
assoc_is_refused(struct assoc *a, int err)
{
	if (err != ECONNREFUSED && err != EHOSTUNREACH)
		return false;
	seat_count(&a->seat, LB_FIELD_CONNECT_FAILURES, 1);
	worker_evidence(worker_of(a), a->seat.endpoint,
	    err == ECONNREFUSED ? REASON_CONNECT_REFUSED : REASON_UNREACHABLE);
	assoc_close(a, CLOSE_MEMBER_RESET);
	return true;
}

/* One datagram of the member leg; false when there is no more, or the leg is closed. */
static bool
assoc_read(struct assoc *a)
{
	struct worker *w = worker_of(a);
	struct sockaddr_storage from;
	socklen_t n_from = sizeof from;
	ssize_t n = recvfrom(a->fd, w->scratch, WORKER_DATAGRAM, MSG_DONTWAIT,
	    (struct sockaddr *)&from, &n_from);

	if (n < 0)
		return !assoc_is_refused(a, errno) && errno == EINTR;
	if (a->kept && !is_of_member(a, &from))
		return true;
	assoc_heard(a);
	if (a->kept && turn_sends_client_away(w->scratch, (size_t)n)) {
		pass_farewell(a, w->scratch, (size_t)n);
		return false;
	}
	pass_to_client(a, w->scratch, (size_t)n);
	return true;
}

static void
on_member(struct watch *watch, uint32_t events)
{
	struct assoc *a = container_of(watch, struct assoc, watch);

	(void)events;
	if (a->fd < 0)
		return; /* closed in this turn */
	/* Edge-triggered, so until it is empty; a member cannot keep us here, because
	 * what it sends faster than we read is dropped at the socket's own limit, and
	 * the duty below takes up where this stops. */
	for (int i = 0; i < BATCHES_PER_TURN * WORKER_BATCH; i++)
		if (!assoc_read(a))
			return;
	worker_busy(worker_of(a), &a->duty);
}

static void
on_busy(struct duty *duty)
{
	struct assoc *a = container_of(duty, struct assoc, duty);

	on_member(&a->watch, 0);
}

/* --- client to member --------------------------------------------------------------- */

static bool
assoc_dial(struct assoc *a)
{
	struct worker *w = worker_of(a);
	struct dialled d = dial_udp(a->seat.gate->view, a->seat.endpoint, &a->seat.source,
	    a->seat.source_port, &w->sources_turn);

	a->fd = d.fd;
	return d.fd >= 0 && worker_watch(w, d.fd, &a->watch) == 0;
}

/* Room for one more: the oldest unanswered goes when they are too many, or when the
 * worker is full. */
static void
make_room(struct worker *w)
{
	struct idle_entry *e;
	struct seat *seat;

	if (w->assocs->unanswered < w->assocs->unanswered_max && !worker_is_full(w))
		return;
	e = idle_oldest(idle_queue(&w->idle, UNANSWERED_NS));
	if (e == NULL)
		return;
	seat = container_of(e, struct seat, idle);
	if (seat->end == assoc_end)
		seat->end(seat, CLOSE_RECYCLED);
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
	make_room(w);
	a = calloc(1, sizeof *a);
	if (a == NULL)
		return NULL;
	if (!seat_open(&a->seat, g, source, port, assoc_end, assoc_end)) {
		free(a);
		return NULL;
	}
	a->watch.ready = on_member;
	a->duty.run = on_busy;
	link_init(&a->duty.link);
	a->fd = -1;
	a->kept = g->view->source == SOURCE_KEEP;
	a->idle_ns = g->view->idle_ns;
	a->client = *client;
	a->n_client = n_client;
	*assoc_slot(w->assocs, g, source, port) = a;
	w->assocs->unanswered++;
	if (!seat_find_member(&a->seat, &reason)) {
		assoc_close(a, reason);
		return NULL;
	}
	if (!assoc_dial(a)) {
		assoc_close(a, CLOSE_LOCAL);
		return NULL;
	}
	seat_wait(&a->seat, UNANSWERED_NS);
	return a;
}

/* False when the association ended instead: an ICMP error about the datagram before is
 * told to whoever comes first, and sends nothing. */
static bool
pass_to_member(struct assoc *a, const uint8_t *octets, size_t n)
{
	const struct live_endpoint *to = a->seat.endpoint;

	if (a->answered)
		seat_touch(&a->seat);
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
	a = *assoc_slot(g->worker->assocs, g, &source, port);
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
	struct worker *w = g->worker;

	for (int batch = 0; batch < BATCHES_PER_TURN && g->open; batch++) {
		struct sockaddr_storage from[WORKER_BATCH];
		struct iovec iov[WORKER_BATCH];
		struct mmsghdr m[WORKER_BATCH];
		int n;

		for (int i = 0; i < WORKER_BATCH; i++) {
			iov[i].iov_base = w->scratch + (size_t)i * WORKER_DATAGRAM;
			iov[i].iov_len = WORKER_DATAGRAM;
			m[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &from[i],
						    .msg_namelen = sizeof from[i],
						    .msg_iov = &iov[i],
						    .msg_iovlen = 1}};
		}
		n = recvmmsg(fd, m, WORKER_BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++)
			assoc_datagram(g, &from[i], m[i].msg_hdr.msg_namelen,
			    iov[i].iov_base, m[i].msg_len);
		if (n < WORKER_BATCH)
			return;
	}
}

/* --- upgrade ------------------------------------------------------------------------ */

bool
assoc_save(struct seat *seat, struct saved_assoc *ret)
{
	const struct assoc *a = container_of(seat, struct assoc, seat);
	struct sockaddr_in6 in6 = {0};

	if (seat->end != assoc_end)
		return false;
	if (a->client.ss_family == AF_INET6)
		memcpy(&in6, &a->client, sizeof in6);
	*ret = (struct saved_assoc){
	    .fd = a->fd,
	    .answered = a->answered,
	    .kept = a->kept,
	    .idle_ns = a->idle_ns,
	    .scope = in6.sin6_scope_id,
	};
	seat_save(seat, &ret->seat);
	return true;
}

static void
client_restore(struct assoc *a, uint32_t scope)
{
	struct sockaddr_in6 in6;

	a->n_client = addr_to_sockaddr(&a->seat.source, a->seat.source_port, &a->client);
	if (a->client.ss_family != AF_INET6)
		return;
	memcpy(&in6, &a->client, sizeof in6);
	in6.sin6_scope_id = scope;
	memcpy(&a->client, &in6, sizeof in6);
}

int
assoc_restore(const struct saved_assoc *from, const struct restoring *r)
{
	struct assoc *a = calloc(1, sizeof *a), **slot;

	if (a == NULL)
		return -ENOMEM;
	seat_restore(&a->seat, &from->seat, r, assoc_end, assoc_end);
	a->watch.ready = on_member;
	a->duty.run = on_busy;
	link_init(&a->duty.link);
	a->fd = from->fd;
	a->answered = from->answered;
	a->kept = from->kept;
	a->idle_ns = from->idle_ns;
	client_restore(a, from->scope);
	slot = assoc_slot(
	    worker_of(a)->assocs, a->seat.gate, &a->seat.source, a->seat.source_port);
	if (*slot != NULL)
		return -EEXIST;
	*slot = a;
	if (!a->answered)
		worker_of(a)->assocs->unanswered++;
	return restoring_watch(r, worker_of(a), a->fd, &a->watch);
}
