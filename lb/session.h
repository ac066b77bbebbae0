/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_SESSION_H
#define LB_SESSION_H

/*
 * session - one client TCP connection with its member connection.
 *
 * Belongs to the worker that accepted it; everything it refers to is in its seat.
 */
#include "gate.h"
#include "queue.h"
#include "seat.h"
#include "seat_state.h"

/* Accepts what waits at the gate's socket, a bounded number per turn. */
void session_accept(struct gate *g, int listen_fd);
/* The session that waited with @e, and is on the queue no more, has its turn. */
void session_take_turn(struct queue_entry *e);

/* An upgrade.  @ret points into the session.  False when @seat is no session's,
 * or there is no memory for what its pipes hold. */
bool session_save(struct seat *seat, struct saved_session *ret);
/* Before the worker runs.  0 or -errno. */
int session_restore(const struct saved_session *from, const struct restoring *r);

#endif
