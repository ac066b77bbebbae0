/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PEER_H
#define EDGE_PEER_H

/*
 * peer - who is at the other end of a local socket.
 *
 * The run directory lets every daemon create names in it: a name alone says nothing about
 * who listens there.
 */
#include <stdbool.h>
#include <sys/un.h>

/* The peer of a connected socket is root, this process's own user, or @user.  For who
 * connected, the peer is who listens. */
bool peer_is_trusted(int fd, const char *user);

/* Somebody listens at @un with sockets of this @type: it is not a file left behind. */
bool peer_listens(const struct sockaddr_un *un, int type);

#endif
