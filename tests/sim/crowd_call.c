/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crowd_call - the clients of edge-crowd: rounds, in each of which every session asks
 * once.
 */
#include "crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define AGAIN_S    1 /* an unanswered datagram is repeated */
#define HEAD       4
#define OCTETS_MAX (HEAD + CROWD_MESSAGE + 1)

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The @n-th address behind @first. */
static struct sockaddr_in6
address_behind(struct sockaddr_in6 first, uint32_t n)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&first;
	uint32_t last;

	if (first.sin6_family == AF_INET) {
		in->sin_addr.s_addr = htonl(ntohl(in->sin_addr.s_addr) + n);
		return first;
	}
	memcpy(&last, first.sin6_addr.s6_addr + 12, sizeof last);
	last = htonl(ntohl(last) + n);
	memcpy(first.sin6_addr.s6_addr + 12, &last, sizeof last);
	return first;
}

struct client {
	int fd;           /* -1: none yet, or ended */
	bool sent, ended; /* the message; all that this session had to do */
	size_t got;
	double sent_at;
	char letter; /* of the member; 0: none answered */
};

struct crowd {
	struct sockaddr_in6 to, from;
	uint32_t addresses, sessions, at_once;
	bool tcp, hold;
	int epoll;
	struct client *clients;
	uint32_t asked, busy, done, failed, round; /* of this round */
	double began;
};

/* A datagram has the shape of MS-TURN, which is recognised by its transaction: a head,
 * and the message for it. */
static size_t
message_of(const struct crowd *c, uint32_t n, char octets[OCTETS_MAX])
{
	static const char head[HEAD] = {0, 3, 0, 0};
	size_t at = c->tcp ? 0 : HEAD;

	memcpy(octets, head, HEAD);
	snprintf(octets + at, OCTETS_MAX - at, "%08x%08x", c->round, n);
	return at + CROWD_MESSAGE;
}

/* What is read before the session is done: the letter comes once on a stream. */
static size_t
expected(const struct crowd *c)
{
	return c->round == 0 ? CROWD_MESSAGE + 1 : CROWD_MESSAGE;
}

static void
client_end(struct crowd *c, struct client *k, bool well)
{
	k->ended = true;
	c->busy--;
	if (well)
		c->done++;
	else
		c->failed++;
	if (well && c->hold)
		return;
	close(k->fd);
	k->fd = -1;
}

static void
client_send(struct crowd *c, uint32_t n)
{
	struct client *k = &c->clients[n];
	char octets[OCTETS_MAX];
	size_t count = message_of(c, n, octets);

	k->sent = true;
	k->sent_at = now();
	if (send(k->fd, octets, count, MSG_NOSIGNAL) != (ssize_t)count && c->tcp)
		client_end(c, k, false);
}

static void
client_begin(struct crowd *c, uint32_t n)
{
	struct sockaddr_in6 from = address_behind(c->from, n % c->addresses);
	struct client *k = &c->clients[n];

	c->busy++;
	k->fd = crowd_socket(&from, c->tcp ? SOCK_STREAM : SOCK_DGRAM);
	if (connect(k->fd, (const struct sockaddr *)&c->to, crowd_length(&c->to)) != 0 &&
	    errno != EINPROGRESS)
		crowd_die("connect");
	crowd_watch(c->epoll, k->fd, c->tcp ? EPOLLIN | EPOLLOUT | EPOLLET : EPOLLIN, n);
	if (!c->tcp)
		client_send(c, n);
}

/* A datagram that answers an earlier question, or the same once more, is no fault. */
static bool
is_right_datagram(struct crowd *c, uint32_t n, const char *octets, size_t count)
{
	char message[OCTETS_MAX];
	size_t size = message_of(c, n, message);

	if (count != size + 1 || memcmp(octets, message, size) != 0)
		return false;
	c->clients[n].letter = octets[size];
	return true;
}

/* The letter and the message, piece by piece. */
static bool
is_right(struct crowd *c, uint32_t n, const char *octets, size_t count)
{
	struct client *k = &c->clients[n];
	char message[OCTETS_MAX];
	size_t lead = expected(c) - CROWD_MESSAGE;

	message_of(c, n, message);
	for (size_t i = 0; i < count; i++, k->got++) {
		if (k->got < lead)
			k->letter = octets[i];
		else if (k->got >= expected(c) || octets[i] != message[k->got - lead])
			return false;
	}
	return true;
}

static void
client_read_datagrams(struct crowd *c, uint32_t n)
{
	struct client *k = &c->clients[n];
	char octets[64];
	ssize_t count;

	/* An error is of the datagram before: this one is repeated. */
	while (k->fd >= 0 && ((count = recv(k->fd, octets, sizeof octets, 0)) >= 0 ||
				 errno == ECONNREFUSED))
		if (!k->ended && count >= 0 &&
		    is_right_datagram(c, n, octets, (size_t)count))
			client_end(c, k, true);
}

static void
client_read(struct crowd *c, uint32_t n)
{
	struct client *k = &c->clients[n];
	char octets[64];
	ssize_t count;

	while (k->fd >= 0 && !k->ended &&
	       (count = recv(k->fd, octets, sizeof octets, 0)) != -1) {
		bool whole = k->got == expected(c);

		if (count == 0 || !is_right(c, n, octets, (size_t)count)) {
			client_end(c, k, count == 0 && whole);
			return;
		}
		if (k->got == expected(c) && c->hold)
			client_end(c, k, true);
		else if (k->got == expected(c))
			shutdown(k->fd, SHUT_WR);
	}
	if (k->fd >= 0 && !k->ended && errno != EAGAIN)
		client_end(c, k, false);
}

/* Nothing was asked: what there is to read is the end of the session. */
static void
notice_end(struct client *k)
{
	char octet;

	if (recv(k->fd, &octet, 1, MSG_PEEK) < 0 && errno == EAGAIN)
		return;
	k->letter = 0;
	close(k->fd);
	k->fd = -1;
}

static void
client_event(struct crowd *c, uint32_t n, uint32_t events)
{
	struct client *k = &c->clients[n];

	if (!c->tcp)
		client_read_datagrams(c, n);
	if (!c->tcp || k->fd < 0)
		return;
	if (k->ended) {
		notice_end(k);
		return;
	}
	if (!k->sent && events & EPOLLOUT)
		client_send(c, n);
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		client_read(c, n);
}

static void
repeat_datagrams(struct crowd *c)
{
	double t = now();

	for (uint32_t n = 0; !c->tcp && n < c->asked; n++)
		if (!c->clients[n].ended && c->clients[n].fd >= 0 &&
		    t - c->clients[n].sent_at > AGAIN_S)
			client_send(c, n);
}

/* Another session of this round asks; false when all did. */
static bool
next_asks(struct crowd *c)
{
	uint32_t n = c->asked;
	struct client *k = &c->clients[n];

	if (n == c->sessions)
		return false;
	c->asked++;
	if (c->round == 0) {
		client_begin(c, n);
		return true;
	}
	c->busy++;
	k->ended = false;
	k->got = 0;
	if (k->fd < 0)
		client_end(c, k, false);
	else
		client_send(c, n);
	return true;
}

static void
ask_all(struct crowd *c, double seconds)
{
	c->began = now();
	c->done = c->failed = c->busy = c->asked = 0;
	while (c->done + c->failed < c->sessions && now() < c->began + seconds) {
		struct epoll_event events[CROWD_EVENTS];
		int n;

		while (c->busy < c->at_once && next_asks(c))
			;
		n = epoll_wait(c->epoll, events, CROWD_EVENTS, 100);
		for (int i = 0; i < n; i++)
			client_event(c, (uint32_t)events[i].data.u64, events[i].events);
		repeat_datagrams(c);
	}
}

static void
print(const struct crowd *c)
{
	printf("{\"done\": %u, \"failed\": %u, \"late\": %u, \"seconds\": %.3f, \"who\": "
	       "\"",
	    c->done, c->failed, c->sessions - c->done - c->failed, now() - c->began);
	for (uint32_t n = 0; n < c->sessions; n++)
		putchar(c->clients[n].letter == 0 ? '-' : c->clients[n].letter);
	printf("\"}\n");
	fflush(stdout);
}

int
crowd_call(char **argv)
{
	struct crowd c = {
	    .to = crowd_address(argv[3], argv[4]),
	    .from = crowd_address(argv[5], "0"),
	    .addresses = (uint32_t)strtoul(argv[6], NULL, 10),
	    .sessions = (uint32_t)strtoul(argv[7], NULL, 10),
	    .at_once = (uint32_t)strtoul(argv[8], NULL, 10),
	    .tcp = strcmp(argv[2], "tcp") == 0,
	    .hold = strcmp(argv[9], "hold") == 0,
	    .epoll = epoll_create1(EPOLL_CLOEXEC),
	};
	char line[64];

	c.clients = calloc(c.sessions, sizeof *c.clients);
	if (c.clients == NULL || c.addresses == 0)
		crowd_die("call");
	for (uint32_t n = 0; n < c.sessions; n++)
		c.clients[n].fd = -1;
	ask_all(&c, strtod(argv[10], NULL));
	print(&c);
	while (c.hold && fgets(line, sizeof line, stdin) != NULL) {
		c.round++;
		ask_all(&c, strtod(argv[10], NULL));
		print(&c);
	}
	free(c.clients);
	return 0;
}
