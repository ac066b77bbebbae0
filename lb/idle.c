/* SPDX-License-Identifier: BSD-2-Clause */
#include "idle.h"

#include <assert.h>

#include <edge/base.h>

static struct idle_entry *
entry_of(struct link *l)
{
	return container_of(l, struct idle_entry, link);
}

static int64_t
distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* When the head of @q is due; a timeout near INT64_MAX never is. */
static int64_t
queue_due_ns(const struct idle_queue *q)
{
	const struct idle_entry *e;

	if (link_alone(&q->head))
		return IDLE_NEVER;
	e = entry_of(q->head.next);
	return q->timeout_ns > IDLE_NEVER - e->since_ns ? IDLE_NEVER
							: e->since_ns + q->timeout_ns;
}

void
idle_init(struct idle *idle)
{
	idle->n = 0;
}

struct idle_queue *
idle_queue(struct idle *idle, int64_t timeout_ns)
{
	struct idle_queue *nearest = NULL, *empty = NULL;

	for (size_t i = 0; i < idle->n; i++) {
		struct idle_queue *q = &idle->queues[i];

		if (q->timeout_ns == timeout_ns)
			return q;
		if (empty == NULL && q->n == 0)
			empty = q;
		if (nearest == NULL || distance(q->timeout_ns, timeout_ns) <
					   distance(nearest->timeout_ns, timeout_ns))
			nearest = q;
	}
	if (idle->n < IDLE_QUEUES) {
		empty = &idle->queues[idle->n++];
		link_init(&empty->head);
		empty->n = 0;
	}
	if (empty == NULL)
		return nearest;
	empty->timeout_ns = timeout_ns;
	return empty;
}

void
idle_entry_init(struct idle_entry *e)
{
	link_init(&e->link);
	e->queue = NULL;
}

void
idle_enter(struct idle_entry *e, struct idle_queue *q, int64_t now_ns)
{
	idle_leave(e);
	e->queue = q;
	e->since_ns = now_ns;
	q->n++;
	link_append(&q->head, &e->link);
}

void
idle_touch(struct idle_entry *e, int64_t now_ns)
{
	if (e->queue == NULL || e->since_ns == now_ns)
		return;
	e->since_ns = now_ns;
	link_remove(&e->link);
	link_append(&e->queue->head, &e->link);
}

void
idle_leave(struct idle_entry *e)
{
	if (e->queue == NULL)
		return;
	assert(e->queue->n > 0);
	e->queue->n--;
	e->queue = NULL;
	link_remove(&e->link);
}

struct idle_entry *
idle_due(struct idle *idle, int64_t now_ns)
{
	struct idle_queue *first = NULL;

	for (size_t i = 0; i < idle->n; i++) {
		struct idle_queue *q = &idle->queues[i];

		if (queue_due_ns(q) > now_ns)
			continue;
		if (first == NULL || queue_due_ns(q) < queue_due_ns(first))
			first = q;
	}
	return first == NULL ? NULL : entry_of(first->head.next);
}

int64_t
idle_next_ns(const struct idle *idle)
{
	int64_t next = IDLE_NEVER;

	for (size_t i = 0; i < idle->n; i++)
		if (queue_due_ns(&idle->queues[i]) < next)
			next = queue_due_ns(&idle->queues[i]);
	return next;
}

struct idle_entry *
idle_oldest(struct idle_queue *q)
{
	return link_alone(&q->head) ? NULL : entry_of(q->head.next);
}
