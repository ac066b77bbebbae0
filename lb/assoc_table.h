/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_ASSOC_TABLE_H
#define LB_ASSOC_TABLE_H

/*
 * assoc_table - a worker's associations, by listener, client address and port.
 *
 * For the assoc files alone: everybody else knows seats.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <edge/clock.h>

#include "gate.h"
#include "seat.h"
#include "worker.h"

/*
 *                 member answers            client speaks again
 *    UNANSWERED ------------------> ANSWERED ------------------> SETTLED
 *        2 s                        idle timeout                 idle timeout
 *        \__________________________________/
 *                     unsettled: at most a quarter of all sessions
 *
 * A member answers invented sources too; who has heard the answer speaks again.
 */
enum assoc_stage {
	ASSOC_UNANSWERED,
	ASSOC_ANSWERED,
	ASSOC_SETTLED,
};

/* None is a round number, so that each stage has queues of its own and assoc_room.c finds
 * the association silent for longest at their heads. */
#define ASSOC_UNANSWERED_NS (2 * NS_PER_S + 1)
#define ASSOC_ANSWERED_ODD  3 /* added to the idle timeout */
#define ASSOC_SETTLED_ODD   5

/* Where a MS-TURN message has its transaction, which the packet filter remembers when the
 * client's source is kept (filter.c). */
#define ASSOC_TRANSACTION_AT 4
#define ASSOC_TRANSACTION    16

struct assoc {
	struct seat seat;
	struct watch watch;
	struct duty duty; /* more to read, or dead */
	struct assoc *chain;
	int fd; /* the member leg; -1 when closed */
	enum assoc_stage stage;
	bool kept;
	bool asked; /* @transaction is what went out last; only if kept */
	uint8_t transaction[ASSOC_TRANSACTION];
	int64_t idle_ns;
	struct sockaddr_storage client;
	socklen_t n_client;
};

struct assoc_table {
	struct assoc **slots;
	size_t n_slots; /* a power of two */
	uint64_t secret;
	size_t unsettled, unsettled_max;
	int64_t newcomers, questions; /* words of their rates */
};

struct assoc *assoc_find(const struct assoc_table *t, const struct gate *g,
    const struct addr *source, uint16_t port);
/* @a, whose seat is set, is not there yet. */
void assoc_table_add(struct assoc_table *t, struct assoc *a);
void assoc_table_remove(struct assoc_table *t, struct assoc *a);

/* Sets what every association has: callbacks, and no leg. */
void assoc_init(struct assoc *a);
/* Of all associations' seats: how to know one among others, and how to end it. */
void assoc_end(struct seat *seat, enum close_reason reason);

#endif
