/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_PIPES_H
#define LB_PIPES_H

/*
 * pipes - a worker's pipes, for octets that go from one socket to another without passing
 * through the program.
 *
 * A pipe is taken from the pool when a session moves bulk and given back as soon as it is
 * empty, so that few serve many.  The pool makes them when they are wanted, never more
 * than its limit, and closes those that were not needed for a while.  Who gets none
 * copies: nobody waits for a pipe.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "link.h"

struct pipe;

struct pipes {
	struct link ready; /* empty ones, the last used at the end */
	unsigned n, n_ready, limit;
	unsigned allowed; /* below the limit while the kernel gives no more */
	unsigned spare;   /* of those ready, not needed since pipes_trim() */
};

/* How many a worker may have, of a process for so many sessions. */
unsigned pipes_limit(uint32_t sessions, unsigned workers);

void pipes_init(struct pipes *p, unsigned limit);
/* All must have been given back. */
void pipes_fini(struct pipes *p);
/* Once a while: closes what was not needed since the last time. */
void pipes_trim(struct pipes *p);

/* An empty one, or NULL: then copy. */
struct pipe *pipes_take(struct pipes *p);
/* Back to its pool, or with octets inside to nowhere; leaves NULL.  NULL is none. */
void pipes_give(struct pipe **ppipe);

size_t pipes_inside(const struct pipe *pipe);
/* Moves up to @n octets from @socket into the empty pipe.  How many, or -errno. */
ssize_t pipes_fill(struct pipe *pipe, int socket, size_t n);
/* Moves to @socket what it takes of those inside.  How many, above 0; or -errno. */
ssize_t pipes_pour(struct pipe *pipe, int socket);
/* All that is inside, into @octets. */
void pipes_read(struct pipe *pipe, uint8_t *octets);

#endif
