/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_NOTIFY_H
#define EDGE_SNMP_NOTIFY_H

/*
 * notify - events that wait to become notifications: numbered, bounded, paced.
 *
 * An event carries its values from the moment it happened, so that it can wait for the
 * master agent through reloads.  One that was sent is kept until the master has proven
 * that it still reads: what a hanging one was told may never leave it.  When the queue is
 * full the oldest event goes: the newest say how things are.  Pure: the clock is an
 * argument, sending is somebody else's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/condition.h>

#include "mib.h"

/* Every endpoint of a pool of the largest size, in both families, and then some. */
#define NOTIFY_QUEUE_MAX 1024
/* More at once can fill both sockets between us and the master agent, which then wait
 * for each other for ever: 800 did, with the default buffers. */
#define NOTIFY_TURN_MAX 50

struct event {
	uint32_t number;
	enum notification kind;
	uint32_t index[ROW_INDICES_MAX]; /* of the row it is about */
	unsigned n_index;
	int64_t sent_ns;
	size_t n_values; /* as many as the notification has objects */
	struct value values[NOTIFICATION_OBJECTS_MAX];
};

struct notify_queue;

struct notify_queue *notify_queue_new(void);
void notify_queue_free(struct notify_queue **pq);

/* Takes down that @kind happened to @row of @s. */
void notify_add(struct notify_queue *q, enum notification kind, const struct snapshot *s,
    const struct row *row, const char *text);
/* That @c has begun or ended for the object with the full name @subject. */
void notify_add_condition(struct notify_queue *q, bool begun, const struct snapshot *s,
    const struct row *row, const char *subject, enum condition c, const char *text);

/* The next event that may be sent now, or NULL: none waits, or @rate per second (0: no
 * limit) are through.  It stays in the queue until notify_sent(). */
const struct event *notify_next(struct notify_queue *q, int rate, int64_t mono_ns);
void notify_sent(struct notify_queue *q, int64_t mono_ns);
/* What was sent before @mono_ns has arrived. */
void notify_proven(struct notify_queue *q, int64_t mono_ns);
/* What is not proven is to be sent again, under its old number. */
void notify_doubted(struct notify_queue *q);

struct notify_stats notify_queue_stats(const struct notify_queue *q);

#endif
