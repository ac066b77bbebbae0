/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_PSEUDO_TLS_H
#define SIM_PSEUDO_TLS_H

/*
 * pseudo_tls - the two messages that make MS-TURN over TCP look like TLS to a firewall.
 *
 * No TLS follows: after them the connection carries framed MS-TURN.  Pure.
 */
#include "octets.h"

#include <stddef.h>
#include <stdint.h>

#define PSEUDO_TLS_HELLO  50 /* octets from the client */
#define PSEUDO_TLS_ANSWER 83 /* octets from the member, one record */

enum pseudo_tls {
	PSEUDO_TLS_MORE,   /* so far so good, not all there yet */
	PSEUDO_TLS_GREETS, /* the hello, complete */
	PSEUDO_TLS_FRAMED, /* no hello at all: a frame, which [MS-TURN] lets a client do
			    */
	PSEUDO_TLS_ALIEN,  /* something else, a real TLS ClientHello for example */
};

enum pseudo_tls pseudo_tls_judge(const uint8_t *bytes, size_t len);
void pseudo_tls_answer(
    const uint8_t random[32], const uint8_t session[32], struct octets *out);

#endif
