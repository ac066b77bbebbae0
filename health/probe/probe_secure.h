/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_SECURE_H
#define EDGE_PROBE_SECURE_H

/*
 * probe_secure - the TLS handshake of a probe, and what becomes of the endpoint's
 * session: for probe.c only.
 *
 * A handshake that breaks while a session is being resumed may only say that sessions
 * were lost.  What matters is how new clients fare: the same is asked again in full, in
 * what time is left.  A peer that stays silent uses the time up: that counts, once; the
 * next probe does not resume.
 */
#include "probe.h"

/* Begins the handshake, or goes on with it.  True: TLS stands.  False: the probe waits,
 * or it is over. */
bool probe_secure(struct probe_run *p);
/* Something failed: true when the probe begins again, in full. */
bool probe_secure_again(struct probe_run *p, enum reason reason);
/* The verdict is bad: nothing kept of this endpoint is to be relied on. */
void probe_secure_distrust(struct probe_run *p);
/* All is said but what could be resumed: true when it is worth waiting for. */
bool probe_secure_wants_ticket(const struct probe_run *p);

#endif
