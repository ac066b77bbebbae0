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

#include "patience.h"
#include "pipes.h"

#define ONE_PACKET 512 /* every TCP's, at least */

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
	pipes_give(&leg->pipe);
	if (leg->fd < 0)
		return;
	/* A reset throws away what the peer has not got yet, and so it does without us;
	 * an end in its place would call whole what is not.  But a peer that was told the
	 * end before something else broke gets all up to it. */
	if (reset && leg->shut && ioctl(leg->fd, SIOCOUTQ, &unsent) == 0)
		reset = unsent == 0;
	if (reset)
		setsockopt(leg->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(leg->fd);
	leg->fd = -1;
}

static bool
would_block(int err)
{
	return err == EAGAIN || err == EWOULDBLOCK;
}

/* What @to said before it broke is read yet.  The kernel tells a reset once, and an end
 * after it; EPIPE also follows an end that was one. */
static int
leg_refuses(struct leg *to, int err)
{
	to->readable = true;
	to->cut = err != -EPIPE;
	return err;
}

/* Nagle's algorithm holds nothing back while nothing is under way.  So the first octets
 * of a leg, if they fit into one packet, go out at once without a word to the kernel, and
 * most short sessions have no more for their member. */
static void
leg_hurry(struct leg *to, size_t n)
{
	if (n == 0)
		return;
	if (!to->prompt && (to->wrote || n > ONE_PACKET)) {
		patience_prompt(to->fd);
		to->prompt = true;
	}
	to->wrote = true;
}

/* Writes as much as @to takes; *ret_n octets.  0 or -errno of a broken leg. */
static int
leg_write(struct leg *to, const uint8_t *octets, size_t n, size_t *ret_n)
{
	*ret_n = 0;
	leg_hurry(to, n);
	while (*ret_n < n) {
		ssize_t sent = send(to->fd, octets + *ret_n, n - *ret_n, MSG_NOSIGNAL);

		if (sent >= 0) {
			*ret_n += (size_t)sent;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (!would_block(errno))
			return leg_refuses(to, -errno);
		to->writable = false;
		return 0;
	}
	return 0;
}

static int
pour(struct leg *from, struct leg *to, uint64_t *octets)
{
	while (pipes_inside(from->pipe) != 0) {
		ssize_t n = pipes_pour(from->pipe, to->fd);

		if (n == -EAGAIN) {
			to->writable = false;
			return 0;
		}
		if (n < 0)
			return leg_refuses(to, (int)n);
		*octets += (uint64_t)n;
	}
	pipes_give(&from->pipe);
	return 0;
}

bool
leg_holds(const struct leg *from)
{
	return from->held != NULL || from->pipe != NULL;
}

static int
write_held(struct leg *from, struct leg *to, uint64_t *octets)
{
	struct piece *p = from->held;
	size_t n;
	int err;

	if (!leg_holds(from) || !to->writable)
		return 0;
	if (p == NULL)
		return pour(from, to, octets);
	err = leg_write(to, p->octets + p->at, p->n - p->at, &n);
	p->at += n;
	*octets += n;
	if (p->at == p->n) {
		free(p);
		from->held = NULL;
	}
	return err;
}

/* Room for @n octets, which the caller fills.  NULL: no memory. */
static uint8_t *
hold_room(struct leg *from, size_t n)
{
	from->held = malloc(sizeof *from->held + n);
	if (from->held == NULL)
		return NULL;
	from->held->at = 0;
	from->held->n = n;
	return from->held->octets;
}

static int
hold(struct leg *from, const uint8_t *octets, size_t n)
{
	uint8_t *room = hold_room(from, n);

	if (room == NULL)
		return -ENOMEM;
	memcpy(room, octets, n);
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

/* Reads once and writes what was read. */
static void
move_piece(struct leg *from, struct leg *to, const struct relay_means *with,
    struct relay_moved *m)
{
	ssize_t n = leg_read(from, with->scratch, with->size);
	size_t taken;

	if (n < 0) {
		m->error = (int)n;
		m->broken = from;
		return;
	}
	m->error = leg_write(to, with->scratch, (size_t)n, &taken);
	m->octets += taken;
	/* Also when @to broke: another leg may take its place. */
	if (taken < (size_t)n &&
	    hold(from, with->scratch + taken, (size_t)n - taken) != 0)
		m->error = -ENOMEM;
	from->bulk = (size_t)n == with->size;
}

/* A splice that cannot be, and not a leg that is broken. */
static bool
is_refusal(ssize_t err)
{
	return err == -EINVAL || err == -ENOMEM || err == -EPERM || err == -ENOSYS;
}

/* Moves octets through a pipe.  False when there are none now, or no pipe: then they are
 * read, and it is the read that says what there is.  (A splice says of an end, of urgent
 * data and of a socket it cannot serve no more than that nothing came.) */
static bool
move_bulk(struct leg *from, struct leg *to, const struct relay_means *with,
    struct relay_moved *m)
{
	ssize_t n;

	from->bulk = false;
	if (from->to_the_last)
		return false;
	from->pipe = pipes_take(with->pipes);
	if (from->pipe == NULL)
		return false;
	n = pipes_fill(from->pipe, from->fd, with->budget - m->octets);
	if (n > 0) {
		from->bulk = true;
		m->error = pour(from, to, &m->octets);
		return true;
	}
	pipes_give(&from->pipe);
	if (n == 0 || would_block((int)-n) || is_refusal(n))
		return false;
	/* Told once: a read would call it an end. */
	m->error = (int)n;
	m->broken = from;
	return true;
}

struct relay_moved
relay_move(struct leg *from, struct leg *to, const struct relay_means *with)
{
	struct relay_moved m = {.broken = to};

	m.error = write_held(from, to, &m.octets);
	while (m.error == 0 && !leg_holds(from) && from->readable && !from->ended &&
	       to->writable) {
		if (m.octets >= with->budget) {
			m.more = true;
			return m;
		}
		if (!from->bulk || !move_bulk(from, to, with, &m))
			move_piece(from, to, with, &m);
	}
	if (m.error == 0 && from->ended && !leg_holds(from) && !to->shut) {
		to->shut = true;
		/* The second end needs none: both sockets close now, which says it. */
		if (!from->shut)
			shutdown(to->fd, SHUT_WR);
	}
	return m;
}

/* A pipe is not carried: its octets are held as any others. */
static int
hold_pipe(struct leg *leg)
{
	uint8_t *room = hold_room(leg, pipes_inside(leg->pipe));

	if (room == NULL)
		return -ENOMEM;
	pipes_read(leg->pipe, room);
	pipes_give(&leg->pipe);
	return 0;
}

int
leg_save(struct leg *leg, struct saved_leg *ret)
{
	if (leg->pipe != NULL && hold_pipe(leg) != 0)
		return -ENOMEM;
	*ret = (struct saved_leg){
	    .fd = leg->fd,
	    .to_the_last = leg->to_the_last,
	    .broken = leg->broken,
	    .ended = leg->ended,
	    .shut = leg->shut,
	};
	if (leg->held != NULL) {
		ret->held = leg->held->octets + leg->held->at;
		ret->n_held = (uint32_t)(leg->held->n - leg->held->at);
	}
	return 0;
}

/* That it is readable and writable may be wrong, and costs a look then; the other way
 * round an edge that was told to the program before would be lost. */
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
	leg->readable = leg->writable = from->fd >= 0;
	leg->wrote = true; /* perhaps; then the next write settles it */
	return 0;
}
