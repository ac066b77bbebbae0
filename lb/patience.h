/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_PATIENCE_H
#define LB_PATIENCE_H

/*
 * patience - how long TCP waits for a peer that has vanished; and that it never waits for
 * more octets before it sends some (no Nagle, as Edge asks of a balancer), and keeps
 * urgent ones in their place.
 *
 * Set on a listening socket it is inherited by every connection accepted there.
 */
#include <stdint.h>

struct patience {
	int64_t keepalive_ns;    /* idle time before the kernel asks; 0: never */
	int64_t user_timeout_ns; /* sent octets may stay unanswered; 0: the system's */
};

void patience_set(int fd, const struct patience *p);

#endif
