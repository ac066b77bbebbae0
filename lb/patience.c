/* SPDX-License-Identifier: BSD-2-Clause */
#include "patience.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>

#include <edge/clock.h>

static void
set(int fd, int level, int name, int64_t value)
{
	int v = value > INT32_MAX ? INT32_MAX : (int)value;

	/* Every kernel we run on has these; without one the session works all the same.
	 */
	setsockopt(fd, level, name, &v, sizeof v);
}

static int64_t
at_least_one(int64_t n)
{
	return n > 0 ? n : 1;
}

void
patience_prompt(int fd)
{
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

void
patience_in_order(int fd)
{
	/* Urgent data is octets like others, or it would be lost on the way. */
	set(fd, SOL_SOCKET, SO_OOBINLINE, 1);
}

void
patience_limit(int fd, const struct patience *p)
{
	set(fd, SOL_SOCKET, SO_KEEPALIVE, p->keepalive_ns > 0);
	if (p->keepalive_ns > 0)
		set(fd, IPPROTO_TCP, TCP_KEEPIDLE,
		    at_least_one(p->keepalive_ns / NS_PER_S));
	if (p->user_timeout_ns > 0)
		set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
		    at_least_one(p->user_timeout_ns / NS_PER_MS));
}
