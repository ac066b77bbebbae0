/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_PSEUDO_TLS_H
#define EDGE_PROBE_PSEUDO_TLS_H

/*
 * pseudo_tls - the fixed hello exchange in front of MS-TURN over TCP ([MS-TURN] 2.1).
 *
 * It looks like TLS to a firewall and is none: 50 octets one way, 83 the other, then raw
 * framed MS-TURN.  A TLS library can never complete it.  Pure.
 */
#include <stddef.h>
#include <stdint.h>

#define PSEUDO_TLS_RANDOM 32
#define PSEUDO_TLS_HELLO  50
#define PSEUDO_TLS_ANSWER 83

void pseudo_tls_hello(
    uint8_t octets[PSEUDO_TLS_HELLO], const uint8_t random[PSEUDO_TLS_RANDOM]);

/* 0 when @octets begin with the whole answer; -EAGAIN when they are a beginning of one;
 * -EBADMSG when they cannot become one. */
int pseudo_tls_check(const uint8_t *octets, size_t n);

#endif
