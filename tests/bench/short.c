/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * short - TCP sessions of one question and one answer, each from a tuple of its own.
 *
 * Closed loop (no rate): the next begins when one ends.  Open loop (rate): they begin at
 * the times of a Poisson process whether or not others have ended; latency is counted
 * from that time, so that a stall is not hidden by the questions it kept from being
 * asked.
 *
 * A session ends as a client ends it: its half is closed, and it waits for the end of
 * the other.
 */
#include "bench.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS  256
#define LOOK_NS INT64_C(100000000)

struct talk {
	int fd; /* -1: free */
	bool asked, answered;
	size_t got;
	int64_t begun_ns;
	struct talk *next_free;
};

struct short_load {
	const struct plan *plan;
	struct tally *tally;
	int epoll;
	struct talk *talks, *free;
	unsigned busy;
	uint64_t random;
	char *message, *answer;
};

static double
uniform(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return ((double)(*random >> 11) + 0.5) / 9007199254740992.0;
}

static void
talk_begin(struct short_load *l, int64_t begun_ns)
{
	struct talk *k = l->free;
	const struct plan *p = l->plan;

	l->free = k->next_free;
	l->busy++;
	*k = (struct talk){.begun_ns = begun_ns};
	k->fd = bench_socket(p, p->first + l->tally->used, SOCK_STREAM);
	bench_connect(p, p->first + l->tally->used++, k->fd);
	bench_watch(l->epoll, k->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, k);
}

static void
talk_end(struct short_load *l, struct talk *k, bool well)
{
	close(k->fd);
	k->fd = -1;
	k->next_free = l->free;
	l->free = k;
	l->busy--;
	if (well)
		l->tally->done++;
	else
		l->tally->failed++;
}

static void
talk_read(struct short_load *l, struct talk *k)
{
	size_t size = l->plan->octets;
	ssize_t n;

	while ((n = recv(k->fd, l->answer, size, 0)) > 0)
		k->got += (size_t)n;
	if (n < 0 && errno != EAGAIN) {
		talk_end(l, k, false);
		return;
	}
	if (!k->answered && k->got >= size) {
		k->answered = true;
		bench_sample(l->tally, bench_now_ns() - k->begun_ns);
		shutdown(k->fd, SHUT_WR);
	}
	if (n == 0)
		talk_end(
		    l, k, k->got == size && memcmp(l->answer, l->message, size) == 0);
}

static void
talk_event(struct short_load *l, struct talk *k, uint32_t events)
{
	if (k->fd < 0)
		return;
	if (events & EPOLLERR) {
		talk_end(l, k, false);
		return;
	}
	if (!k->asked && (events & EPOLLOUT)) {
		k->asked = true;
		if (send(k->fd, l->message, l->plan->octets, MSG_NOSIGNAL) !=
		    (ssize_t)l->plan->octets) {
			talk_end(l, k, false);
			return;
		}
	}
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
		talk_read(l, k);
}

static void
give_up_old(struct short_load *l, int64_t now_ns)
{
	for (unsigned i = 0; i < l->plan->clients; i++)
		if (l->talks[i].fd >= 0 &&
		    now_ns - l->talks[i].begun_ns > (int64_t)(l->plan->patience * 1e9))
			talk_end(l, &l->talks[i], false);
}

static void
short_events(struct short_load *l, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(l->epoll, events, EVENTS, timeout_ms);

	for (int i = 0; i < n; i++)
		talk_event(l, events[i].data.ptr, events[i].events);
}

/* Begins what is due; when the next one is. */
static int64_t
begin_due(struct short_load *l, int64_t due_ns, int64_t now_ns)
{
	if (l->plan->rate <= 0) {
		while (l->free != NULL &&
		       (l->plan->sessions == 0 || l->tally->used < l->plan->sessions))
			talk_begin(l, now_ns);
		return now_ns;
	}
	while (due_ns <= now_ns && l->free != NULL) {
		talk_begin(l, due_ns);
		due_ns += (int64_t)(-log(uniform(&l->random)) / l->plan->rate * 1e9);
	}
	return due_ns;
}

static void
short_init(struct short_load *l)
{
	const struct plan *p = l->plan;

	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->talks = calloc(p->clients, sizeof *l->talks);
	l->message = malloc(p->octets);
	l->answer = malloc(p->octets);
	if (l->epoll < 0 || l->talks == NULL || l->message == NULL || l->answer == NULL)
		bench_die("short");
	memset(l->message, 'm', p->octets);
	l->message[0] = TALK_ECHO;
	for (unsigned i = 0; i < p->clients; i++) {
		l->talks[i] = (struct talk){.fd = -1, .next_free = l->free};
		l->free = &l->talks[i];
	}
}

void
short_run(const struct plan *p, struct tally *t)
{
	struct short_load l = {
	    .plan = p, .tally = t, .random = p->first * 2 + 88172645463325252u};
	int64_t begun_ns = bench_now_ns();
	int64_t due_ns = begun_ns, now_ns = begun_ns, looked_ns = begun_ns;
	int64_t asked_ns = begun_ns;
	bool ending = false;

	short_init(&l);
	for (;;) {
		ending = ending || bench_is_over(p, begun_ns, now_ns, &asked_ns) ||
			 (p->sessions != 0 && t->used >= p->sessions);
		if (!ending)
			due_ns = begin_due(&l, due_ns, now_ns);
		else if (l.busy == 0)
			break;
		/* Below a millisecond it polls: this core is the generator's. */
		short_events(&l, p->rate > 0 && !ending ? 0 : 100);
		now_ns = bench_now_ns();
		if (now_ns - looked_ns > LOOK_NS) {
			give_up_old(&l, now_ns);
			looked_ns = now_ns;
		}
	}
	t->octets = t->done * p->octets;
	t->seconds = (double)(bench_now_ns() - begun_ns) / 1e9;
	close(l.epoll);
	free(l.talks);
	free(l.message);
	free(l.answer);
}
