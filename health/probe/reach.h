/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_REACH_H
#define EDGE_PROBE_REACH_H

/*
 * reach - the connection step of all probe kinds, and what an errno says about whom.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/addr.h>
#include <edge/model.h>
#include <edge/state.h>

/* A non-blocking, connecting (TCP) or connected (UDP) socket, from @source unless that
 * is absent, with a fresh port.  The descriptor, or -errno. */
int reach_open(
    const struct addr *to, uint16_t port, enum proto proto, const struct addr *source);

/* The same with a socket that somebody else opened; it is closed where that fails. */
int reach_with(int fd, const struct addr *to, uint16_t port, enum proto proto,
    const struct addr *source);

/* Asks a port no more than whether it takes connections.  Its system answers that, and
 * the service behind it hears nothing of it when reach_leave() follows at once: what
 * would be the third packet of the handshake is a reset.  No connection stands, nobody
 * has one to log, to close or to keep in TIME_WAIT. */
int reach_glance(const struct addr *to, uint16_t port, const struct addr *source);
void reach_leave(int fd);

/* The result of a connection attempt whose socket became writable: 0 or an errno. */
int reach_result(int fd);

/* Pure.  REASON_LOCAL for what is our own fault: descriptors, buffers, ports, addresses
 * of ours, permissions.  @detail is the errno where the reason has one. */
enum reason reach_reason(int error, uint64_t *ret_detail);
/* The same of an errno that came after the attempt had begun. */
enum reason reach_reason_told(int error, uint64_t *ret_detail);

#endif
