/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_VANTAGE_ROOM_H
#define EDGE_VANTAGE_ROOM_H

/*
 * room - a network namespace joined to the host by a pair of virtual interfaces.
 *
 *   host                                             inside
 *   edge-vantage  PREFIX+1  ------ veth ------  PREFIX+2  host    default via PREFIX+1
 *
 * The process moves in and stays: the namespace ends with it, however it ends, and takes
 * both interfaces, their addresses and routes along.  Only sockets opened inside keep it
 * a little longer.
 */
#include <stdbool.h>
#include <stddef.h>

#include <edge/addr.h>

/* RFC 2544's, for testing: nobody routes it; and one of RFC 4193, drawn once. */
#define ROOM_PREFIX_V4 "198.18.53.0/30"
#define ROOM_PREFIX_V6 "fd65:6470:6f6f:6c::/126"

struct room {
	int inside;          /* netlink socket in the namespace; its links are watched */
	bool has[2];         /* IPv4, IPv6 */
	struct prefix at[2]; /* in this order */
};

/* Makes it and moves this process into it.  0, or -errno with a sentence in @why.  With
 * one family that the host does not have, the other is enough; @why then says so. */
int room_enter(struct room *r, const struct prefix at[2], char *why, size_t why_size);
/* False once its interface is gone: somebody took it away. */
bool room_stands(struct room *r);

#endif
