/* SPDX-License-Identifier: BSD-2-Clause */
#include "queue.h"

#include <assert.h>

#include <edge/base.h>

void
queue_init(struct queue *q)
{
	link_init(&q->head);
	q->n = 0;
	q->full = false;
}

void
queue_entry_init(struct queue_entry *e)
{
	link_init(&e->link);
	e->since_ns = 0;
}

void
queue_enter(struct queue *q, struct queue_entry *e, int64_t now_ns)
{
	assert(link_alone(&e->link));
	e->since_ns = now_ns;
	link_append(&q->head, &e->link);
	q->n++;
}

void
queue_leave(struct queue *q, struct queue_entry *e)
{
	if (link_alone(&e->link))
		return;
	assert(q->n > 0);
	link_remove(&e->link);
	q->n--;
}

struct queue_entry *
queue_first(const struct queue *q)
{
	return link_alone(&q->head)
		   ? NULL
		   : container_of(q->head.next, struct queue_entry, link);
}

/* The first one has waited too long: turns are rarer than they should be. */
static bool
is_late(const struct queue *q, int64_t wait_ns, int64_t now_ns)
{
	const struct queue_entry *e = queue_first(q);

	return e != NULL && now_ns - e->since_ns >= wait_ns;
}

bool
queue_is_full(
    struct queue *q, const struct queue_limits *limits, int64_t turn_ns, int64_t now_ns)
{
	int64_t wait_ns = turn_ns * (int64_t)q->n;

	/* The eighth keeps accepting from being switched with every single turn. */
	if (q->n >= limits->n || (q->n > 0 && wait_ns >= limits->wait_ns) ||
	    is_late(q, limits->wait_ns, now_ns))
		q->full = true;
	else if (q->n < limits->n - limits->n / 8 &&
		 wait_ns <= limits->wait_ns - limits->wait_ns / 8)
		q->full = false;
	return q->full;
}
