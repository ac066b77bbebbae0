/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct piece {
	size_t at, n;
	uint8_t octets[];
};

void
leg_init(struct leg *leg, void (*ready)(struct watch *, uint32_t))
{
	*leg = (struct leg){.watch = {ready}, .fd = -1};
}

void
leg_note(struct leg *leg, uint32_t events)
{
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		leg->readable = true;
	if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		leg->writable = true;
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI))
		leg->to_the_last = true;
	if (events & EPOLLERR)
		leg->broken = true;
}

void
leg_close(struct leg *leg, bool reset)
{
	static const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
	int unsent = 0;

	free(leg->held);
	leg->held = NULL;
	if (leg->fd < 0)
		return;
	/* A reset would throw away what the peer has not got yet: a member that answers
	 * and resets has answered all the same. */
	if (reset && ioctl(leg->fd, SIOCOUTQ, &unsent) == 0 && unsent == 0)
		setsockopt(leg->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(leg->fd);
	leg->fd = -1;
}

static bool
would_block(int err)
{
	return err == EAGAIN || err == EWOULDBLOCK;
}

/* Writes as much as @to takes; *ret_n octets.  0 or -errno of a broken leg. */
static int
leg_write(struct leg *to, const uint8_t *octets, size_t n, size_t *ret_n)
{
	*ret_n = 0;
	while (*ret_n < n) {
		ssize_t sent = send(to->fd, octets + *ret_n, n - *ret_n, MSG_NOSIGNAL);

		if (sent >= 0) {
			*ret_n += (size_t)sent;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (!would_block(errno)) {
			/* What it said before is read yet.  The kernel tells a reset once, and
			 * an end after it; EPIPE also follows an end that was one. */
			to->readable = true;
			to->cut = errno != EPIPE;
			return -errno;
		}
		to->writable = false;
		return 0;
	}
	return 0;
}

static int
write_held(struct leg *from, struct leg *to, uint64_t *octets)
{
	struct piece *p = from->held;
	size_t n;
	int err;

	if (p == NULL || !to->writable)
		return 0;
	err = leg_write(to, p->octets + p->at, p->n - p->at, &n);
	p->at += n;
	*octets += n;
	if (p->at == p->n) {
		free(p);
		from->held = NULL;
	}
	return err;
}

static int
hold(struct leg *from, const uint8_t *octets, size_t n)
{
	from->held = malloc(sizeof *from->held + n);
	if (from->held == NULL)
		return -ENOMEM;
	from->held->at = 0;
	from->held->n = n;
	memcpy(from->held->octets, octets, n);
	return 0;
}

/* Reads once.  >0: octets; 0: nothing now, or the end; <0: -errno. */
static ssize_t
leg_read(struct leg *from, uint8_t *scratch, size_t size)
{
	ssize_t n = recv(from->fd, scratch, size, 0);

	if (n < 0 && errno == EINTR)
		return leg_read(from, scratch, size);
	if (n < 0 && !would_block(errno))
		return -errno;
	if (n == 0 && from->cut)
		return -ECONNRESET;
	if (n == 0)
		from->ended = true;
	/* A short read emptied the socket: the next octets make a new edge.  Not so the
	 * peer's end, which may have come together with them, nor urgent data, before
	 * which a read stops short. */
	if (n <= 0 || ((size_t)n < size && !from->to_the_last))
		from->readable = false;
	return n < 0 ? 0 : n;
}

struct relay_moved
relay_move(struct leg *from, struct leg *to, uint8_t *scratch, size_t size, size_t budget)
{
	struct relay_moved m = {.broken = to};

	m.error = write_held(from, to, &m.octets);
	while (m.error == 0 && from->held == NULL && from->readable && !from->ended &&
	       to->writable) {
		ssize_t n;
		size_t taken;

		if (m.octets >= budget) {
			m.more = true;
			return m;
		}
		n = leg_read(from, scratch, size);
		if (n < 0) {
			m.error = (int)n;
			m.broken = from;
			return m;
		}
		m.error = leg_write(to, scratch, (size_t)n, &taken);
		m.octets += taken;
		/* Also when @to broke: another leg may take its place. */
		if (taken < (size_t)n &&
		    hold(from, scratch + taken, (size_t)n - taken) != 0)
			m.error = -ENOMEM;
	}
	if (m.error == 0 && from->ended && from->held == NULL && !to->shut) {
		to->shut = true;
		/* The second end needs none: both sockets close now, which says it. */
		if (!from->shut)
			shutdown(to->fd, SHUT_WR);
	}
	return m;
}

void
leg_save(const struct leg *leg, struct saved_leg *ret)
{
	*ret = (struct saved_leg){
	    .fd = leg->fd,
	    .to_the_last = leg->to_the_last,
	    .broken = leg->broken,
	    .ended = leg->ended,
	    .shut = leg->shut,
	};
	if (leg->held == NULL)
		return;
	ret->held = leg->held->octets + leg->held->at;
	ret->n_held = (uint32_t)(leg->held->n - leg->held->at);
}

/* Whether it is readable and writable, epoll tells as soon as it is watched. */
int
leg_restore(struct leg *leg, const struct saved_leg *from)
{
	leg->to_the_last = from->to_the_last;
	leg->broken = from->broken;
	leg->ended = from->ended;
	leg->shut = from->shut;
	if (from->n_held != 0 && hold(leg, from->held, from->n_held) != 0)
		return -ENOMEM;
	leg->fd = from->fd;
	return 0;
}
