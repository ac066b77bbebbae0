/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_QUEUE_H
#define LB_QUEUE_H

/*
 * queue - sessions that wait, as for a member's rate: who came first goes first.
 *
 * Bounded in number and in time, and what does not fit is not put in: the caller stops
 * accepting while queue_is_full(), so that clients wait in the kernel's backlog, and
 * behind that their own retransmissions pace them.  Whoever is in stays in; nobody is
 * sent away for having waited long, because another one would only wait as long again.
 *
 * Pure: now is an argument.  Belongs to one worker.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link.h"

struct queue {
	struct link head;
	size_t n;
	bool full; /* until it is an eighth below its limits again */
};

struct queue_entry {
	struct link link; /* alone: waits for nothing */
	int64_t since_ns;
};

struct queue_limits {
	size_t n;        /* at least 1 */
	int64_t wait_ns; /* nobody comes in who would wait longer */
};

void queue_init(struct queue *q);
void queue_entry_init(struct queue_entry *e);
/* Takes the last place.  Goes beyond the limits, for a session that was in before. */
void queue_enter(struct queue *q, struct queue_entry *e, int64_t now_ns);
/* Harmless for an entry that does not wait. */
void queue_leave(struct queue *q, struct queue_entry *e);
/* NULL when nobody waits. */
struct queue_entry *queue_first(const struct queue *q);
/* Decides whether anybody else may come in; @turn_ns is how long one turn takes. */
bool queue_is_full(
    struct queue *q, const struct queue_limits *limits, int64_t turn_ns, int64_t now_ns);

#endif
