/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_IDENTITY_H
#define SIM_IDENTITY_H

/*
 * identity - which certificate a port shows, which TLS it speaks, whom it lets in.
 *
 * Certificates come from the directory that tests/sim/make-certs fills.
 */
#include "kinds.h"

#include <openssl/ssl.h>
#include <stddef.h>

struct identity {
	const char *certs;                  /* directory */
	int tls_max;                        /* TLS1_2_VERSION ... */
	bool resumes;                       /* gives tickets, and takes them */
	bool strangers_welcome[KIND_COUNT]; /* a client certificate is asked for only */
};

/* The context for port @k when it is @s; *ret is NULL for ports without TLS.  0, or
 * -EINVAL with the reason in @why. */
int identity_context(const struct identity *id, enum kind k, enum sickness s,
    SSL_CTX **ret, char *why, size_t why_len);

#endif
