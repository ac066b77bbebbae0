/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_CONNECT_H
#define EDGE_PROBE_CONNECT_H

/*
 * probe_connect - the connection step of a probe: for probe.c only.
 *
 *   0 ms     a socket
 *   500 ms   a second one beside it, from another port: the first SYN may be lost, or the
 *            path that its ports are hashed to be broken, and the kernel's own second SYN
 *            comes after 1 s on the same path.
 *
 * Whichever is answered first counts, a refusal too: who refuses was reached, and the
 * other socket would hear the same.  The other one is closed.
 */
#include "probe.h"

void probe_connect_init(struct probe_run *p);
/* Phase, socket and its time; a socket that cannot be opened is the outcome. */
void probe_connect(struct probe_run *p);
/* When the second socket is due; INT64_MAX: never (more). */
int64_t probe_connect_second_at(const struct probe_run *p);
void probe_connect_second(struct probe_run *p);
/* The first one was answered: ends the second. */
void probe_connect_settle(struct probe_run *p);

/* Ends what connects us, as politely as it goes. */
void probe_disconnect(struct probe_run *p);

#endif
