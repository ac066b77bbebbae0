/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_ASSOC_ROOM_H
#define LB_ASSOC_ROOM_H

/*
 * assoc_room - who gives way when clients' sources are too many to serve all.
 *
 *   a flood of invented sources, that no member answers
 *       unanswered associations live 2 s and are at most a quarter of all sessions;
 *       beyond, the oldest of them gives way
 *   one whose sources are answered, or that is faster than descriptors come and go
 *       so many new associations begin in a second and no more
 *   the worker is full
 *       an unanswered association gives way, also to TCP; to UDP then the association
 *       that was silent for longest, if that was for 10 s
 *
 * So a datagram of an association that is there is never late because of new ones.
 */
#include <stdbool.h>

#include "gate.h"
#include "worker.h"

/* Makes room for one more association.  False: there is none, or the second had its
 * number. */
bool assoc_room_make(struct gate *g);
/* Makes room in a worker that is full, at the cost of unanswered associations only. */
bool assoc_room_yield(struct worker *w);

#endif
