/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_ASSOC_ROOM_H
#define LB_ASSOC_ROOM_H

/*
 * assoc_room - who gives way when clients' sources are too many to serve all.
 *
 *   unsettled associations (assoc_table.h) are more than a quarter of all sessions
 *       the oldest of them gives way, unanswered ones first
 *   the worker is full
 *       the same, also to TCP; to UDP then the settled association that was silent for
 *       longest, if that was for 10 s
 *   a flood is faster than that is cheap
 *       so many new associations begin in a second and no more
 *   a flood asks more than the packet filter remembers
 *       so many more transactions go out in a second and no more
 *
 * So invented sources cost neither a settled association nor a TCP session anything while
 * the worker is not full, and one that is full of silent clients takes new ones.  Sources
 * that speak again after the answer, which they need not have heard, look like clients:
 * lists and limits are for those.
 */
#include <stdbool.h>

#include "gate.h"
#include "worker.h"

struct assoc;

/* Makes room for one more association.  False: there is none, or the second had its
 * number. */
bool assoc_room_make(struct gate *g);
/* Another transaction of an association whose source is kept.  False: this second had its
 * number, those of an unanswered one among the newcomers. */
bool assoc_room_ask(const struct assoc *a);
/* Makes room in a worker that is full, at the cost of unsettled associations only. */
bool assoc_room_yield(struct worker *w);
/* It would: somebody is unsettled, or the worker is not full. */
bool assoc_room_may_yield(const struct worker *w);

#endif
