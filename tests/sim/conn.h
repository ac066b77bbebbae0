/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_CONN_H
#define SIM_CONN_H

/*
 * conn - one TCP connection to the member.
 *
 * Owned by its endpoint; frees itself when the peer goes.
 */
#include <sys/socket.h>

struct conn;
struct endpoint;

/* Take over @take_fd, whatever comes of it. */
void conn_start(struct endpoint *e, int take_fd, const struct sockaddr_storage *peer);
/* End it at once, with a reset. */
void conn_reset(struct conn *c);

#endif
