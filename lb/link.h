/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_LINK_H
#define LB_LINK_H

/*
 * link - membership of a doubly linked ring, embedded in its owner.
 *
 * A ring's head is a link too.  A link on no ring points to itself, so that removing it
 * twice is harmless.
 */
#include <stdbool.h>

struct link {
	struct link *next, *prev;
};

static inline void
link_init(struct link *l)
{
	l->next = l->prev = l;
}

static inline bool
link_alone(const struct link *l)
{
	return l->next == l;
}

static inline void
link_remove(struct link *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	link_init(l);
}

/* Puts @l, which is on no ring, at the end of the ring of @head. */
static inline void
link_append(struct link *head, struct link *l)
{
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}

#endif
