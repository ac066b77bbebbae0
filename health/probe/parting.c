/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parting - half closes, waits, throws away what came, closes.
 *
 * Nobody watches these sockets for the peer's end: it would cost more than a descriptor
 * held for half a second.
 */
#include "parting.h"

#include <sys/socket.h>
#include <unistd.h>

/* What a peer may still say without being reset for it; nobody answers a probe with more.
 */
#define UNREAD_MAX ((size_t)1024 * 1024)

static void
close_oldest(struct partings *p)
{
	int fd = p->all[p->first].fd;

	p->first = (p->first + 1) % PARTINGS_MAX;
	p->count--;
	/* With MSG_TRUNC a stream's octets are dropped where they lie. */
	(void)recv(fd, NULL, UNREAD_MAX, MSG_TRUNC | MSG_DONTWAIT);
	close(fd);
}

void
parting_leave(struct partings *p, int fd, int64_t now)
{
	size_t last;

	(void)shutdown(fd, SHUT_WR);
	if (p->count == PARTINGS_MAX)
		close_oldest(p);
	last = (p->first + p->count++) % PARTINGS_MAX;
	p->all[last].fd = fd;
	p->all[last].since = now;
}

void
partings_end(struct partings *p, int64_t now)
{
	while (p->count > 0 && now - p->all[p->first].since >= PARTING_NS)
		close_oldest(p);
}

bool
partings_yield(struct partings *p)
{
	if (p->count == 0)
		return false;
	close_oldest(p);
	return true;
}

void
partings_close(struct partings *p)
{
	while (p->count > 0)
		close_oldest(p);
}
