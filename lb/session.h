/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_SESSION_H
#define LB_SESSION_H

/*
 * session - one client TCP connection with its member connection.
 *
 * Belongs to the worker that accepted it; everything it refers to is in its seat.
 */
#include "gate.h"

/* Accepts what waits at the gate's socket, a bounded number per turn. */
void session_accept(struct gate *g, int listen_fd);

#endif
