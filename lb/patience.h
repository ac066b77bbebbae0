/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_PATIENCE_H
#define LB_PATIENCE_H

/*
 * patience - how long TCP waits for a peer that has vanished, and what it must not wait
 * for.  What the first two set on a listening socket is inherited by every connection
 * accepted there.
 *
 * The two are apart because limits cost: three system calls and a timer of the kernel for
 * each leg, which a session that is over in a moment need not pay.
 */
#include <stdint.h>

struct patience {
	int64_t keepalive_ns;    /* idle time before the kernel asks; 0: never */
	int64_t user_timeout_ns; /* sent octets may stay unanswered; 0: the system's */
};

/* No waiting for more octets before some are sent (no Nagle, as Edge asks of a
 * balancer). */
void patience_prompt(int fd);
/* Urgent octets stay in their place among the others. */
void patience_in_order(int fd);
/* Until when a peer may be silent. */
void patience_limit(int fd, const struct patience *p);

#endif
