/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_ICMP_CODEC_H
#define EDGE_PROBE_ICMP_CODEC_H

/*
 * icmp_codec - an echo request and its reply, ICMP and ICMPv6.
 *
 * The token inside is what makes a reply ours: the identifier is the kernel's to choose
 * on an unprivileged socket, and everybody's to see on a raw one.  Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICMP_TOKEN    16
#define ICMP_ECHO_MAX (8 + ICMP_TOKEN)

/* The request; returns its length.  @family: AF_INET or AF_INET6. */
size_t
icmp_echo(uint8_t octets[ICMP_ECHO_MAX], int family, const uint8_t token[ICMP_TOKEN]);

/* What came from a socket of the kind: with an IPv4 header before it (raw, IPv4) or not.
 * 0; -ENOMSG when it is another message, or the reply to somebody else; -EBADMSG when it
 * is no ICMP at all. */
int icmp_reply_check(const uint8_t *octets, size_t n, int family, bool raw,
    const uint8_t token[ICMP_TOKEN]);

#endif
