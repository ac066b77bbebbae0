/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_RELAY_H
#define LB_RELAY_H

/*
 * relay - moving octets from one connected socket to another.
 *
 * A session is two legs, each read into the other.  Nothing is held while all that was
 * read could be written: octets pass through the worker's scratch.  Only what the other
 * side did not take is kept, in a piece of exactly that size, and the leg is not read
 * again before the piece is gone: that is the back-pressure.
 *
 * A leg of which a whole scratch was read moves bulk: what follows goes through a pipe
 * (pipes.h) from socket to socket, until there is nothing to move.  The leg has the pipe
 * only while octets are inside, and is not read then either.  Short sessions never read
 * so much at once and pay a branch.
 *
 * Knows sockets, no sessions.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state_records.h"
#include "worker.h"

struct piece;
struct pipe;
struct pipes;

struct leg {
	struct watch watch;
	int fd;                  /* -1: none */
	bool readable, writable; /* as far as we know; edge-triggered */
	bool to_the_last;        /* a short read does not mean that all was read */
	bool wrote;              /* or tried to */
	bool prompt;             /* Nagle's algorithm is off */
	bool broken;             /* by a reset, or for want of an answer */
	bool cut;           /* a write met the peer's reset: what it sent has no end */
	bool ended;         /* the peer's end was read */
	bool shut;          /* and passed on to this leg */
	bool bulk;          /* much was read from it at once */
	struct piece *held; /* read from this leg, not yet taken by the other */
	struct pipe *pipe;  /* or held there; never both, never empty */
};

struct relay_means {
	uint8_t *scratch;
	size_t size;
	struct pipes *pipes;
	size_t budget; /* octets, about, and no more: others wait too */
};

struct relay_moved {
	uint64_t octets; /* written to @to */
	bool more;       /* the budget was used up */
	int error;       /* -errno of a broken leg, or 0 */
	struct leg *broken;
};

void leg_init(struct leg *leg, void (*ready)(struct watch *, uint32_t));
/* What epoll said. */
void leg_note(struct leg *leg, uint32_t events);
/* Octets of it that the other leg has not taken yet. */
bool leg_holds(const struct leg *from);
/* Closes the socket, with a reset instead of an end when @reset. */
void leg_close(struct leg *leg, bool reset);

/* An upgrade: what is held of @leg, in memory from then on; and as it was in the program
 * before.  0 or -ENOMEM. */
int leg_save(struct leg *leg, struct saved_leg *ret);
int leg_restore(struct leg *leg, const struct saved_leg *from);

/* Moves what can be moved from @from to @to, and passes the end on when it was read and
 * nothing is held; the second of the two by the close that must follow when both legs are
 * shut. */
struct relay_moved
relay_move(struct leg *from, struct leg *to, const struct relay_means *with);

#endif
