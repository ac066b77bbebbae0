/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * member - all members of the benchmark's pool in one process: see bench.h for what they
 * say.  Its arguments are tcp=ADDR:PORT and udp=ADDR:PORT; "ready" is printed when all
 * are open.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS   512
#define BATCH    64
#define DATAGRAM 2048
#define PIECE    (256 << 10)
#define ACCEPTS  64

/* What an epoll entry points to. */
struct place {
	int fd;
	void (*ready)(struct place *, uint32_t events);
	int epoll;
	uint8_t who; /* UDP */
	char talk;   /* TCP: the first octet; 0 before it came */
};

static char piece[PIECE];

static struct place *
place_new(int epoll, int fd, uint32_t events, void (*ready)(struct place *, uint32_t))
{
	struct place *p = calloc(1, sizeof *p);

	if (p == NULL)
		bench_die("member");
	p->fd = fd;
	p->epoll = epoll;
	p->ready = ready;
	bench_watch(epoll, fd, events, p);
	return p;
}

static void
place_free(struct place *p)
{
	close(p->fd);
	free(p);
}

/* --- TCP ---------------------------------------------------------------------------- */

static void
give(struct place *p, uint32_t events)
{
	if (events & EPOLLIN) {
		if (recv(p->fd, NULL, PIECE, MSG_TRUNC) <= 0) {
			place_free(p);
			return;
		}
	}
	if (events & EPOLLOUT && send(p->fd, piece, PIECE, MSG_NOSIGNAL) < 0 &&
	    errno != EAGAIN)
		place_free(p);
}

/* The answer to what fits into a piece fits into the socket's buffer: a client of ours
 * sends no more before it has it. */
static void
echo(struct place *p, ssize_t n)
{
	if (send(p->fd, piece, (size_t)n, MSG_NOSIGNAL) != n)
		bench_die("echo");
}

static void
on_talk(struct place *p, uint32_t events)
{
	int flags = p->talk == TALK_TAKE ? MSG_TRUNC : 0;
	ssize_t n;

	if (p->talk == TALK_GIVE) {
		give(p, events);
		return;
	}
	n = recv(p->fd, piece, PIECE, flags);
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			place_free(p);
		return;
	}
	if (p->talk == 0)
		p->talk = piece[0];
	if (p->talk == TALK_ECHO)
		echo(p, n);
	if (p->talk == TALK_GIVE) {
		struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT, .data.ptr = p};

		epoll_ctl(p->epoll, EPOLL_CTL_MOD, p->fd, &ev);
	}
}

static void
on_accept(struct place *p, uint32_t events)
{
	(void)events;
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept4(p->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		place_new(p->epoll, fd, EPOLLIN, on_talk);
	}
}

/* --- UDP ---------------------------------------------------------------------------- */

static void
on_datagrams(struct place *p, uint32_t events)
{
	static uint8_t octets[BATCH][DATAGRAM];
	struct sockaddr_in from[BATCH];
	struct iovec iov[BATCH];
	struct mmsghdr m[BATCH];
	int n;

	(void)events;
	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){octets[i], DATAGRAM};
		m[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &from[i],
					    .msg_namelen = sizeof from[i],
					    .msg_iov = &iov[i],
					    .msg_iovlen = 1}};
	}
	n = recvmmsg(p->fd, m, BATCH, 0, NULL);
	for (int i = 0; i < n; i++) {
		iov[i].iov_len = m[i].msg_len;
		octets[i][BENCH_WHO] = p->who;
	}
	for (int sent = 0; sent < n;) {
		int k = sendmmsg(p->fd, m + sent, (unsigned)(n - sent), 0);

		if (k <= 0)
			return;
		sent += k;
	}
}

/* --- opening ------------------------------------------------------------------------ */

static void
place_open(int epoll, char *text)
{
	bool tcp = strncmp(text, "tcp=", 4) == 0;
	struct sockaddr_in at = {.sin_family = AF_INET};
	char *colon = strchr(text, ':');
	int one = 1, buffer = 8 << 20, fd;
	struct place *p;

	if (colon == NULL || (!tcp && strncmp(text, "udp=", 4) != 0)) {
		fprintf(stderr, "usage: edge-bench-member tcp|udp=ADDR:PORT ...\n");
		exit(2);
	}
	*colon = '\0';
	at.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, text + 4, &at.sin_addr) != 1)
		bench_die(text);
	fd = socket(
	    AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		bench_die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (!tcp) /* on a stream it would end the kernel's own tuning */
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
	    (tcp && listen(fd, 4096) != 0))
		bench_die(text);
	p = place_new(epoll, fd, EPOLLIN, tcp ? on_accept : on_datagrams);
	p->who = (uint8_t)ntohl(at.sin_addr.s_addr);
}

int
main(int argc, char **argv)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0)
		bench_die("epoll");
	for (int i = 1; i < argc; i++)
		place_open(epoll, argv[i]);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		struct epoll_event events[EVENTS];
		int n = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			struct place *p = events[i].data.ptr;

			p->ready(p, events[i].events);
		}
	}
}
