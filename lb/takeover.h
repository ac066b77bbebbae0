/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_TAKEOVER_H
#define LB_TAKEOVER_H

/*
 * takeover - the new program's part in an upgrade: to become the one before.
 *
 * Traffic first: sockets, sessions, workers.  Everything else (control socket, board,
 * notices, packet filter) follows while it flows, and is tried until it works.
 */
#include <ev.h>

#include <edge/program.h>
#include <edge/sbuf.h>

struct lb;

/* In place of lb_open(), with the state in descriptor @fd.  0, or -errno with the reason
 * in @why. */
int takeover(struct lb *lb, const struct program *program, struct ev_loop *loop, int fd,
    struct sbuf *why);
/* Would it succeed?  Binds and attaches nothing.  Says so on standard output. */
int takeover_check(
    const struct program *program, struct ev_loop *loop, int fd, struct sbuf *why);
/* Signals that were held for us may come now. */
void takeover_signals(void);

#endif
