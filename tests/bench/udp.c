/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp - clients with one datagram under way each: the next goes out when the answer came.
 *
 * A datagram without an answer within a second is lost, and the client goes on with the
 * next one; an answer that comes after that is not counted.  All answers of a client
 * should come from one member: those of whom they do not are counted.
 */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS  1024
#define LOST_NS INT64_C(1000000000)
#define LOOK_NS (LOST_NS / 10)

struct udp_client {
	int fd;
	bool waiting, misrouted;
	uint8_t who; /* the member that answered last */
	uint64_t number;
	int64_t sent_ns;
};

struct udp_load {
	const struct plan *plan;
	struct tally *tally;
	struct udp_client *clients;
	uint8_t *datagram;
	int epoll;
	unsigned waiting;
	int64_t now_ns;
};

static void
udp_ask(struct udp_load *l, struct udp_client *c)
{
	c->number++;
	memcpy(l->datagram + BENCH_NUMBER, &c->number, sizeof c->number);
	l->datagram[BENCH_WHO] = 0;
	if (send(c->fd, l->datagram, l->plan->octets, 0) < 0)
		bench_die("send");
	c->sent_ns = l->now_ns;
	if (!c->waiting)
		l->waiting++;
	c->waiting = true;
}

static void
udp_answer(struct udp_load *l, struct udp_client *c, bool more)
{
	ssize_t n = recv(c->fd, l->datagram, l->plan->octets, 0);
	uint64_t number;

	if (n != (ssize_t)l->plan->octets) {
		if (n < 0 && errno == EAGAIN)
			return;
		l->tally->failed++;
		return;
	}
	memcpy(&number, l->datagram + BENCH_NUMBER, sizeof number);
	if (!c->waiting || number != c->number)
		return;
	if (c->who != 0 && c->who != l->datagram[BENCH_WHO] && !c->misrouted) {
		c->misrouted = true;
		l->tally->misrouted++;
	}
	c->who = l->datagram[BENCH_WHO];
	c->waiting = false;
	l->waiting--;
	l->tally->done++;
	if (more)
		udp_ask(l, c);
}

static void
udp_lost(struct udp_load *l, bool more)
{
	for (unsigned i = 0; i < l->plan->clients; i++) {
		struct udp_client *c = &l->clients[i];

		if (!c->waiting || l->now_ns - c->sent_ns < LOST_NS)
			continue;
		l->tally->failed++;
		c->waiting = false;
		l->waiting--;
		if (more)
			udp_ask(l, c);
	}
}

static void
udp_init(struct udp_load *l)
{
	const struct plan *p = l->plan;

	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->clients = calloc(p->clients, sizeof *l->clients);
	l->datagram = calloc(1, p->octets);
	if (l->epoll < 0 || l->clients == NULL || l->datagram == NULL)
		bench_die("udp");
	l->now_ns = bench_now_ns();
	for (unsigned i = 0; i < p->clients; i++) {
		struct udp_client *c = &l->clients[i];

		c->fd = bench_socket(p, p->first + l->tally->used, SOCK_DGRAM);
		bench_connect(p, p->first + l->tally->used++, c->fd);
		bench_watch(l->epoll, c->fd, EPOLLIN, c);
		udp_ask(l, c);
	}
}

void
udp_run(const struct plan *p, struct tally *t)
{
	struct udp_load l = {.plan = p, .tally = t};
	int64_t begun_ns = bench_now_ns(), looked_ns = begun_ns, asked_ns = begun_ns;
	bool more = true;

	udp_init(&l);
	for (;;) {
		struct epoll_event events[EVENTS];
		int n;

		more = more && !bench_is_over(p, begun_ns, l.now_ns, &asked_ns);
		if (!more && l.waiting == 0)
			break;
		n = epoll_wait(l.epoll, events, EVENTS, 50);
		l.now_ns = bench_now_ns();
		for (int i = 0; i < n; i++)
			udp_answer(&l, events[i].data.ptr, more);
		if (l.now_ns - looked_ns >= LOOK_NS) {
			udp_lost(&l, more);
			looked_ns = l.now_ns;
		}
	}
	t->octets = t->done * p->octets;
	t->seconds = (double)(bench_now_ns() - begun_ns) / 1e9;
	for (unsigned i = 0; i < p->clients; i++)
		close(l.clients[i].fd);
	close(l.epoll);
	free(l.clients);
	free(l.datagram);
}
