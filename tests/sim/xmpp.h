/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_XMPP_H
#define SIM_XMPP_H

/*
 * xmpp - the opening of a server-to-server stream (RFC 6120), as an XMPP proxy has it.
 *
 * Pure.  Reads tags, not XML: enough for a stream header, STARTTLS and the end.
 */
#include "manner.h"
#include "octets.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define XMPP_TAG_MAX 8192

enum xmpp_tag {
	XMPP_HEADER,
	XMPP_STARTTLS,
	XMPP_END,
	XMPP_OTHER,
};

struct xmpp_header {
	const char *to, *from; /* not terminated; NULL when absent */
	size_t to_len, from_len;
	bool is_server; /* the namespace is jabber:server */
};

/* The first tag of @bytes: how many octets up to its end, 0 while it is not complete,
 * -EBADMSG when it will never be.  @h is filled for XMPP_HEADER. */
ssize_t
xmpp_parse(const char *bytes, size_t len, enum xmpp_tag *tag, struct xmpp_header *h);

void xmpp_open(const struct xmpp_header *h, const struct manner *m, struct octets *out);
void xmpp_features(bool starttls, struct octets *out);
/* @condition is a stream error of RFC 6120 4.9.3; the stream ends with it. */
void xmpp_error(const char *condition, struct octets *out);
void xmpp_proceed(struct octets *out);
void xmpp_end(struct octets *out);

#endif
