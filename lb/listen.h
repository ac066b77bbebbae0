/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_LISTEN_H
#define LB_LISTEN_H

/*
 * listen - the sockets of a listener: one per worker, steered by source.
 *
 * Main thread only, but for holding handshakes.  The VIP need not be on an interface
 * (IP_FREEBIND): a standby holds its sockets ready.
 */
#include <edge/sbuf.h>

#include <stdbool.h>

#include "live.h"
#include "steer.h"

/* Opens the group, in worker order.  0, or -errno with a sentence in @why. */
int listen_open(struct live_listener *x, unsigned workers, const struct steer_mask *mask,
    struct sbuf *why);
void listen_close(struct live_listener *x, unsigned workers);
/* Looks for each open listener's VIP on the interfaces. */
void listen_look_for_vips(struct live *live);

/* Worker: clients whose handshake finds no room in the backlog of this socket wait, where
 * the kernel would soon reset them. */
void listen_hold(int fd, bool hold);
bool listen_is_held(int fd);

#endif
