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
 * Knows sockets, no sessions.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state_records.h"
#include "worker.h"

struct piece;

struct leg {
	struct watch watch;
	int fd;                  /* -1: none */
	bool readable, writable; /* as far as we know; edge-triggered */
	bool to_the_last;        /* a short read does not mean that all was read */
	bool broken;             /* by a reset, or for want of an answer */
	bool cut;                /* a write met the peer's reset: what it sent has no end */
	bool ended;              /* the peer's end was read */
	bool shut;               /* and passed on to this leg */
	struct piece *held;      /* read from this leg, not yet taken by the other */
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
/* Closes the socket, with a reset instead of an end when @reset. */
void leg_close(struct leg *leg, bool reset);

/* An upgrade: what is held of @leg, and as it was in the program before.  0 or -ENOMEM.
 */
void leg_save(const struct leg *leg, struct saved_leg *ret);
int leg_restore(struct leg *leg, const struct saved_leg *from);

/* Moves what can be moved from @from to @to, about @budget octets at most, and passes
 * the end on when it was read and nothing is held; the second of the two by the close
 * that must follow when both legs are shut. */
struct relay_moved relay_move(
    struct leg *from, struct leg *to, uint8_t *scratch, size_t size, size_t budget);

#endif
