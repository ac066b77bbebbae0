/* SPDX-License-Identifier: BSD-2-Clause */
#include "pipes.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <edge/base.h>

/* 64 slots of a page.  From one machine to itself a slot takes up to 32 KiB and fewer
 * were enough; from a network it takes one packet. */
#define ROOM (256 << 10)

struct pipe {
	struct link link;
	struct pipes *pool;
	int in, out;
	size_t inside;
};

void
pipes_init(struct pipes *p, unsigned limit)
{
	*p = (struct pipes){.limit = limit, .allowed = limit};
	link_init(&p->ready);
}

static void
pipe_close(struct pipe *pipe)
{
	pipe->pool->n--;
	close(pipe->in);
	close(pipe->out);
	free(pipe);
}

static struct pipe *
pipe_open(struct pipes *p)
{
	struct pipe *pipe = malloc(sizeof *pipe);
	int fds[2];

	if (pipe == NULL)
		return NULL;
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0) {
		free(pipe);
		return NULL;
	}
	*pipe = (struct pipe){.pool = p, .out = fds[0], .in = fds[1]};
	link_init(&pipe->link);
	p->n++;
	if (fcntl(pipe->in, F_SETPIPE_SZ, ROOM) < ROOM) {
		pipe_close(pipe);
		return NULL;
	}
	return pipe;
}

static struct pipe *
pipe_of_ready(struct pipes *p)
{
	struct pipe *pipe = container_of(p->ready.prev, struct pipe, link);

	link_remove(&pipe->link);
	p->n_ready--;
	if (p->spare > p->n_ready)
		p->spare = p->n_ready;
	return pipe;
}

void
pipes_trim(struct pipes *p)
{
	for (unsigned n = p->spare; n > 0; n--)
		pipe_close(pipe_of_ready(p));
	p->spare = p->n_ready;
	p->allowed = p->limit;
}

void
pipes_fini(struct pipes *p)
{
	while (p->n_ready != 0)
		pipe_close(pipe_of_ready(p));
	assert(p->n == 0);
}

struct pipe *
pipes_take(struct pipes *p)
{
	struct pipe *pipe;

	if (p->n_ready != 0)
		return pipe_of_ready(p);
	if (p->n >= p->allowed)
		return NULL;
	pipe = pipe_open(p);
	/* Descriptors, memory or this user's part of the pipes are short: not asked again
	 * for each piece. */
	if (pipe == NULL)
		p->allowed = p->n;
	return pipe;
}

void
pipes_give(struct pipe **ppipe)
{
	struct pipe *pipe = *ppipe;

	*ppipe = NULL;
	if (pipe == NULL)
		return;
	if (pipe->inside != 0) {
		pipe_close(pipe);
		return;
	}
	link_append(&pipe->pool->ready, &pipe->link);
	pipe->pool->n_ready++;
}

size_t
pipes_inside(const struct pipe *pipe)
{
	return pipe->inside;
}

static ssize_t
move(int from, int to, size_t n)
{
	ssize_t moved;

	do
		moved =
		    splice(from, NULL, to, NULL, n, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	while (moved < 0 && errno == EINTR);
	return moved < 0 ? -errno : moved;
}

ssize_t
pipes_fill(struct pipe *pipe, int socket, size_t n)
{
	ssize_t moved = move(socket, pipe->in, n < ROOM ? n : ROOM);

	if (moved > 0)
		pipe->inside += (size_t)moved;
	return moved;
}

ssize_t
pipes_pour(struct pipe *pipe, int socket)
{
	ssize_t moved = move(pipe->out, socket, pipe->inside);

	assert(moved != 0);
	if (moved > 0)
		pipe->inside -= (size_t)moved;
	return moved;
}

void
pipes_read(struct pipe *pipe, uint8_t *octets)
{
	while (pipe->inside != 0) {
		ssize_t n = read(pipe->out, octets, pipe->inside);

		assert(n > 0 || (n < 0 && errno == EINTR));
		if (n > 0) {
			octets += n;
			pipe->inside -= (size_t)n;
		}
	}
}
