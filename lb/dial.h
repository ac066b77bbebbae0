/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_DIAL_H
#define LB_DIAL_H

/*
 * dial - sockets towards a member, with the source address that the service wants.
 *
 *   kept       the client's own address (IP_TRANSPARENT) and its port, where the kernel
 *              allows: it may be a program's of this host, and a TCP tuple of a moment ago
 *              may still be in TIME_WAIT
 *   replaced   one of the side's source addresses in turn, else what the route says;
 *              where the kernel has no port left, ports are named (ports.h)
 *
 * A failure is the member's or our own, and only the member's may be held against it.
 */
#include <stdbool.h>
#include <stdint.h>

#include "live.h"
#include "ports.h"
#include "view.h"

/* Whose fault a failure is. */
enum fault {
	FAULT_MEMBER,
	FAULT_LOCAL, /* this host's way to it: a route, a rule of a firewall, a privilege
		      */
	FAULT_PORTS, /* no port is left towards this member: another may do */
	FAULT_SHORTAGE, /* of descriptors or memory: another member would fare alike */
};

struct dialled {
	int fd;    /* -1: failed */
	int error; /* -errno then */
	enum fault fault;
};

struct dial {
	const struct view_listener *vl;
	const struct live_endpoint *to;
	const struct addr *client;
	uint16_t port; /* the client's */
	const struct port_set *ports;
	struct port_turn *turn; /* of this worker and endpoint */
	int64_t now_ns;
};

/* Begins to connect. */
struct dialled dial_tcp(const struct dial *how);
/* Replaced: connected.  Kept: bound and never connected, because a connected transparent
 * socket would also get what the member answers to the client directly. */
struct dialled dial_udp(const struct dial *how);

#endif
