/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_VANTAGE_H
#define EDGE_VANTAGE_H

/*
 * vantage - what crosses the border between edge-health and edge-vantage.
 *
 * A SOCK_SEQPACKET socket, DIR/vantage.sock.  Each question asks for one socket; each
 * answer says an errno, or 0 and carries the socket: unconnected, non-blocking, and
 * inside the namespace from which a client's way to the VIPs can be seen.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define VANTAGE_MAGIC UINT32_C(0x65707631) /* "epv1" */

/* Both sides ask who the other is (peer.h): a socket from a stranger could be made to
 * block whoever took it. */
#define VANTAGE_USER "edgepool-vantage" /* who answers */
#define PROBER_USER  "edgepool-health"  /* who may ask */

struct vantage_question {
	uint32_t magic;
	uint16_t family; /* enum family */
	uint16_t proto;  /* enum proto */
};

struct vantage_answer {
	uint32_t magic;
	uint16_t family, proto; /* as asked */
	int32_t error;          /* 0, or an errno */
};

_Static_assert(sizeof(struct vantage_question) == 8, "crosses process borders");
_Static_assert(sizeof(struct vantage_answer) == 12, "crosses process borders");

/* "DIR/vantage.sock" into PROGRAM_PATH_MAX octets; false when it does not fit. */
bool vantage_path(char *ret, const char *dir);

#endif
