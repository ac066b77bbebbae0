/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify - a ring of events and the bucket that paces them.
 */
#include "notify.h"

#include <stdlib.h>
#include <string.h>

#include <edge/clock.h>

struct notify_queue {
	struct notify_stats stats;
	/* Pacing: tokens in nanoseconds of rate, at most a second's worth. */
	int64_t saved_ns, saved_at_ns;
	/* From @first on: @kept that were sent, then those that wait. */
	size_t first, kept;
	struct event events[NOTIFY_QUEUE_MAX];
};

struct notify_queue *
notify_queue_new(void)
{
	struct notify_queue *q = calloc(1, sizeof *q);

	if (q != NULL)
		q->saved_ns = NS_PER_S;
	return q;
}

void
notify_queue_free(struct notify_queue **pq)
{
	free(*pq);
	*pq = NULL;
}

/* What an event says besides what stands in its row. */
struct said {
	const char *text, *subject;
	enum condition condition;
};

static void
event_value(struct event *e, const struct snapshot *s, const struct row *row,
    enum column column, const struct said *said)
{
	struct value *v = &e->values[e->n_values++];

	*v = (struct value){0}; /* of a board that was never there: 0, "" */
	if (column == COLUMN_EVENT_NUMBER)
		v->number = e->number;
	else if (column == COLUMN_EVENT_TEXT)
		value_set_text(v, said->text);
	else if (column == COLUMN_EVENT_SUBJECT)
		value_set_text(v, said->subject);
	else if (column == COLUMN_EVENT_CONDITION)
		v->number = said->condition + 1u;
	else if (column == COLUMN_EVENT_SEVERITY)
		v->number = condition_severity(said->condition) + 1u;
	else if (!value_get(s, row, column, v))
		*v = (struct value){0};
}

static void
drop_first(struct notify_queue *q)
{
	q->first = (q->first + 1) % NOTIFY_QUEUE_MAX;
}

/* Room for one more: what was sent goes before what was not. */
static void
make_room(struct notify_queue *q)
{
	if (q->kept + q->stats.queued < NOTIFY_QUEUE_MAX)
		return;
	drop_first(q);
	if (q->kept > 0) {
		q->kept--;
		return;
	}
	q->stats.queued--;
	q->stats.suppressed++;
}

static void
add(struct notify_queue *q, enum notification kind, const struct snapshot *s,
    const struct row *row, const struct said *said)
{
	const struct notification_info *info = &mib_notifications[kind];
	struct event *e;

	make_room(q);
	e = &q->events[(q->first + q->kept + q->stats.queued++) % NOTIFY_QUEUE_MAX];
	e->number = ++q->stats.last;
	e->kind = kind;
	memcpy(e->index, row->index, sizeof e->index);
	e->n_index = row->n_index;
	e->n_values = 0;
	for (size_t i = 0; i < info->n_objects; i++)
		event_value(e, s, row, info->objects[i], said);
}

void
notify_add(struct notify_queue *q, enum notification kind, const struct snapshot *s,
    const struct row *row, const char *text)
{
	add(q, kind, s, row, &(struct said){.text = text, .subject = ""});
}

void
notify_add_condition(struct notify_queue *q, bool begun, const struct snapshot *s,
    const struct row *row, const char *subject, enum condition c, const char *text)
{
	add(q, begun ? NOTIFICATION_CONDITION_RAISED : NOTIFICATION_CONDITION_CLEARED, s,
	    row, &(struct said){.text = text, .subject = subject, .condition = c});
}

static struct event *
next_waiting(struct notify_queue *q)
{
	return &q->events[(q->first + q->kept) % NOTIFY_QUEUE_MAX];
}

const struct event *
notify_next(struct notify_queue *q, int rate, int64_t mono_ns)
{
	if (q->stats.queued == 0)
		return NULL;
	if (rate > 0) {
		q->saved_ns += mono_ns - q->saved_at_ns;
		q->saved_at_ns = mono_ns;
		if (q->saved_ns > NS_PER_S)
			q->saved_ns = NS_PER_S;
		if (q->saved_ns < NS_PER_S / rate)
			return NULL;
		q->saved_ns -= NS_PER_S / rate;
	}
	return next_waiting(q);
}

void
notify_sent(struct notify_queue *q, int64_t mono_ns)
{
	next_waiting(q)->sent_ns = mono_ns;
	q->kept++;
	q->stats.queued--;
	q->stats.sent++;
}

void
notify_proven(struct notify_queue *q, int64_t mono_ns)
{
	for (; q->kept > 0 && q->events[q->first].sent_ns < mono_ns; q->kept--)
		drop_first(q);
}

void
notify_doubted(struct notify_queue *q)
{
	q->stats.queued += q->kept;
	q->kept = 0;
}

struct notify_stats
notify_queue_stats(const struct notify_queue *q)
{
	return q->stats;
}
