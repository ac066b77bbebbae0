/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_IDLE_H
#define LB_IDLE_H

/*
 * idle - who was silent for too long: one queue per distinct timeout.
 *
 * All entries of a queue wait equally long, so the queue is ordered by nature: activity
 * moves an entry to the end, and only the head can be due.  Touching costs four stores,
 * whatever the number of sessions, and a worker needs one timer.
 *
 * Pure: now is an argument.  Belongs to one worker.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link.h"

/* More distinct timeouts than services, connect, half-close and unanswered make, and
 * those of sessions that began before a reload changed them. */
#define IDLE_QUEUES 256

struct idle_queue {
	struct link head;
	int64_t timeout_ns;
	size_t n;
};

struct idle_entry {
	struct link link;
	struct idle_queue *queue; /* NULL: waits for nothing */
	int64_t since_ns;
};

struct idle {
	struct idle_queue queues[IDLE_QUEUES];
	size_t n;
};

#define IDLE_NEVER INT64_MAX

void idle_init(struct idle *idle);
/* The queue of this timeout.  A queue that is empty is reused; when none is left, the
 * queue of the nearest timeout.  Never NULL. */
struct idle_queue *idle_queue(struct idle *idle, int64_t timeout_ns);

void idle_entry_init(struct idle_entry *e);
/* Begins to wait in @q, and leaves the queue it was in. */
void idle_enter(struct idle_entry *e, struct idle_queue *q, int64_t now_ns);
/* Activity: the wait begins again. */
void idle_touch(struct idle_entry *e, int64_t now_ns);
void idle_leave(struct idle_entry *e);

/* The entry that is due longest, or NULL. */
struct idle_entry *idle_due(struct idle *idle, int64_t now_ns);
/* When the next entry is due; IDLE_NEVER when nobody waits. */
int64_t idle_next_ns(const struct idle *idle);
/* The entry that has waited longest, or NULL. */
struct idle_entry *idle_oldest(struct idle_queue *q);

#endif
