/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen - see listen.h.
 *
 * The order of a SO_REUSEPORT group is the order in which its sockets began to listen
 * (TCP) or were bound (UDP), and the steering program answers with a place in it.  So a
 * group is opened and closed as a whole: closing one socket would move another into its
 * place.
 */
#include "listen.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "patience.h"

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

#define LISTEN_BACKLOG 4096 /* the kernel cuts it to net.core.somaxconn */
#define SPEAKS_WITHIN  1    /* seconds; a client silent for longer is accepted too */
/* While accepting pauses: the kernel forgets a handshake whose end found no room after so
 * many seconds only, longer than any client waits, and not after its usual few repeats.
 */
#define HELD_S     120
#define UDP_BUFFER (4 << 20) /* a burst of 1000 clients while the worker is busy */

static int
set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : -errno;
}

static int
attach_steering(
    int fd, enum family family, const struct steer_mask *mask, unsigned workers)
{
	struct sock_filter code[STEER_PROGRAM_MAX];
	struct sock_fprog program = {.filter = code};

	program.len = steer_program(family, mask, workers, code);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
		   sizeof program) == 0
		   ? 0
		   : -errno;
}

static int
set_options(int fd, const struct live_listener *x, unsigned workers)
{
	int err;

	if (addr_family(&x->addr) == FAMILY_V4)
		err = set_int(fd, IPPROTO_IP, IP_FREEBIND, 1);
	else if ((err = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) == 0)
		err = set_int(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
	if (err == 0 && x->proto == PROTO_TCP)
		err = set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	/* In every service of an Edge pool the client speaks first: it is accepted with
	 * its first octets, which saves a turn of the loop.  Without it all works too. */
	if (x->proto == PROTO_TCP) {
		set_int(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, SPEAKS_WITHIN);
		patience_prompt(fd);
		patience_in_order(fd);
	}
	/* A lone worker's socket stays exclusive: a second edge-lb gets a clear error. */
	if (err == 0 && workers > 1)
		err = set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (x->proto == PROTO_UDP &&
	    set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, UDP_BUFFER) != 0)
		set_int(fd, SOL_SOCKET, SO_RCVBUF, UDP_BUFFER);
	return err;
}

static int
open_one(
    struct live_listener *x, unsigned w, unsigned workers, const struct steer_mask *mask)
{
	int type = x->proto == PROTO_TCP ? SOCK_STREAM : SOCK_DGRAM;
	struct sockaddr_storage ss;
	socklen_t n = addr_to_sockaddr(&x->addr, x->port, &ss);
	int fd = socket(ss.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	x->fds[w] = fd;
	err = set_options(fd, x, workers);
	if (err == 0 && bind(fd, (struct sockaddr *)&ss, n) != 0)
		err = -errno;
	if (err == 0 && w == 0 && workers > 1)
		err = attach_steering(fd, addr_family(&x->addr), mask, workers);
	if (err == 0 && x->proto == PROTO_TCP && listen(fd, LISTEN_BACKLOG) != 0)
		err = -errno;
	return err;
}

static const char *
advice(int err)
{
	switch (err) {
	case -EACCES:
		return ": needs CAP_NET_BIND_SERVICE (the unit gives it)";
	case -EADDRINUSE:
		return ": another program, or another edge-lb, has it";
	}
	return "";
}

int
listen_open(struct live_listener *x, unsigned workers, const struct steer_mask *mask,
    struct sbuf *why)
{
	for (unsigned w = 0; w < workers; w++) {
		int err = open_one(x, w, workers, mask);

		if (err != 0) {
			sbuf_addf(why, "%s: cannot open: %s%s", x->full_name,
			    strerror(-err), advice(err));
			listen_close(x, workers);
			return err;
		}
	}
	return 0;
}

void
listen_close(struct live_listener *x, unsigned workers)
{
	for (unsigned w = 0; w < workers; w++) {
		if (x->fds[w] >= 0)
			close(x->fds[w]);
		x->fds[w] = -1;
	}
}

void
listen_look_for_vips(struct live *live)
{
	struct ifaddrs *list;

	if (getifaddrs(&list) != 0)
		return;
	for (size_t i = 0; i < live->n_listeners; i++)
		live->listeners[i]->vip_missing =
		    !addr_is_listed(list, &live->listeners[i]->addr);
	freeifaddrs(list);
}

bool
listen_is_held(int fd)
{
	int seconds = 0;
	socklen_t n = sizeof seconds;

	return getsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, &n) == 0 &&
	       seconds > SPEAKS_WITHIN;
}

void
listen_hold(int fd, bool hold)
{
	set_int(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, hold ? HELD_S : SPEAKS_WITHIN);
}
