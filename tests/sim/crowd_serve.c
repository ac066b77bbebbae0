/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crowd_serve - a member of edge-crowd.
 */
#include "crowd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096

/* In the upper half of what epoll keeps; the descriptor is in the lower. */
enum { LISTENS = 1, DATAGRAMS, ECHOES };

static void
accept_all(int epoll, int listening, char letter)
{
	int fd;

	while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (send(fd, &letter, 1, MSG_NOSIGNAL) != 1)
			close(fd);
		else
			crowd_watch(
			    epoll, fd, EPOLLIN, (uint64_t)ECHOES << 32 | (uint32_t)fd);
	}
}

static void
answer_datagrams(int fd, char letter)
{
	struct sockaddr_in6 from;
	socklen_t n_from = sizeof from;
	char octets[2048];
	ssize_t n;

	while ((n = recvfrom(fd, octets, sizeof octets - 1, 0, (struct sockaddr *)&from,
		    &n_from)) >= 0) {
		octets[n] = letter;
		sendto(
		    fd, octets, (size_t)n + 1, 0, (const struct sockaddr *)&from, n_from);
		n_from = sizeof from;
	}
}

static void
echo(int fd)
{
	char octets[2048];
	ssize_t n = recv(fd, octets, sizeof octets, 0);

	if (n > 0 && send(fd, octets, (size_t)n, MSG_NOSIGNAL) == n)
		return;
	if (n <= 0 && n != 0 && errno == EAGAIN)
		return;
	close(fd);
}

int
crowd_serve(int argc, char **argv)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	char letter = argv[2][0];

	for (int i = 3; i + 2 < argc; i += 3) {
		struct sockaddr_in6 at = crowd_address(argv[i + 1], argv[i + 2]);
		bool tcp = strcmp(argv[i], "tcp") == 0;
		int fd = crowd_socket(&at, tcp ? SOCK_STREAM : SOCK_DGRAM),
		    room = 4 << 20;

		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
		if (tcp && listen(fd, BACKLOG) != 0)
			crowd_die("listen");
		crowd_watch(epoll, fd, EPOLLIN,
		    (uint64_t)(tcp ? LISTENS : DATAGRAMS) << 32 | (uint32_t)fd);
	}
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		struct epoll_event events[CROWD_EVENTS];
		int n = epoll_wait(epoll, events, CROWD_EVENTS, -1);

		for (int i = 0; i < n; i++) {
			int fd = (int)(uint32_t)events[i].data.u64;
			unsigned what = (unsigned)(events[i].data.u64 >> 32);

			if (what == LISTENS)
				accept_all(epoll, fd, letter);
			else if (what == DATAGRAMS)
				answer_datagrams(fd, letter);
			else
				echo(fd);
		}
	}
}
