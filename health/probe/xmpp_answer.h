/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_XMPP_ANSWER_H
#define EDGE_PROBE_XMPP_ANSWER_H

/*
 * xmpp_answer - the stream header we send, and whether the peer's proves life.
 *
 * Life is: a stream header followed by <stream:features> or <stream:error>, or a header
 * alone where the peer speaks the protocol from before version 1.0, which has no
 * features.  Any prefix will do.  No XML parser: the first two tags are looked at,
 * octet by octet, and nothing else.  Pure; octets from the network are hostile.
 */
#include <stddef.h>

#define XMPP_HEADER_MAX 1024
#define XMPP_FAREWELL   "</stream:stream>"

/* A server-to-server header; returns its length, 0 when it does not fit. */
size_t xmpp_header(char *text, size_t size, const char *to, const char *from);

/* 0 when life is proven; -EAGAIN when more must come; -EBADMSG when it is no XMPP. */
int xmpp_answer_check(const char *text, size_t n);

#endif
