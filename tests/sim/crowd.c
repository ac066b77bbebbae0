/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crowd - thousands of clients of one balancer in one process, and members for them.
 *
 *   edge-crowd serve LETTER tcp|udp ADDRESS PORT ...
 *   edge-crowd call tcp|udp TO PORT FROM ADDRESSES SESSIONS AT-ONCE end|hold SECONDS
 *
 * A client sends 16 octets that no other session sends.  A member answers a stream with
 * its letter once and with everything it reads; a datagram with the datagram and its
 * letter.  "call" prints a line of JSON when all sessions were answered or the seconds
 * are over; with "hold" the sessions stay, and each line of standard input has all of
 * them ask once more, for another line of JSON.
 *
 * Plays in Python do the same for hundreds; where a play needs tens of thousands within
 * seconds, this keeps its own share of the machine small.  Must not: know edgepool.
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

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

_Noreturn void
crowd_die(const char *what)
{
	fprintf(stderr, "edge-crowd: %s: %s\n", what, strerror(errno));
	exit(2);
}

struct sockaddr_in6
crowd_address(const char *text, const char *port)
{
	struct sockaddr_in6 ss = {.sin6_family = AF_INET6};
	struct sockaddr_in *in = (struct sockaddr_in *)&ss;
	uint16_t p = htons((uint16_t)strtoul(port, NULL, 10));

	ss.sin6_port = p; /* the same place in both */
	if (inet_pton(AF_INET6, text, &ss.sin6_addr) == 1)
		return ss;
	in->sin_family = AF_INET;
	if (inet_pton(AF_INET, text, &in->sin_addr) != 1)
		crowd_die(text);
	return ss;
}

socklen_t
crowd_length(const struct sockaddr_in6 *ss)
{
	return ss->sin6_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof *ss;
}

int
crowd_socket(const struct sockaddr_in6 *at, int type)
{
	bool v4 = at->sin6_family == AF_INET;
	int fd = socket(at->sin6_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0)
		crowd_die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	/* Addresses of a whole network that is routed here are on no interface. */
	setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_FREEBIND : IPV6_FREEBIND,
	    &one, sizeof one);
	if (type == SOCK_STREAM)
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
	if (bind(fd, (const struct sockaddr *)at, crowd_length(at)) != 0)
		crowd_die("bind");
	return fd;
}

void
crowd_watch(int epoll, int fd, uint32_t events, uint64_t who)
{
	struct epoll_event ev = {.events = events, .data.u64 = who};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		crowd_die("epoll_ctl");
}

int
main(int argc, char **argv)
{
	if (argc >= 6 && strcmp(argv[1], "serve") == 0)
		return crowd_serve(argc, argv);
	if (argc == 11 && strcmp(argv[1], "call") == 0)
		return crowd_call(argv);
	fprintf(stderr,
	    "usage: edge-crowd serve LETTER tcp|udp ADDRESS PORT ...\n"
	    "       edge-crowd call tcp|udp TO PORT FROM ADDRESSES SESSIONS AT-ONCE "
	    "end|hold SECONDS\n");
	return 2;
}
