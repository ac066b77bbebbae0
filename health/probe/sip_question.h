/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_SIP_QUESTION_H
#define EDGE_PROBE_SIP_QUESTION_H

/*
 * sip_question - the SIP requests a probe sends.
 *
 * OPTIONS is for a domain that nobody serves (RFC 2606): the Access Edge answers 504 by
 * itself, at once.  REGISTER is for a domain of the pool, so that it measures the next
 * hop: a stranger gets 401 from there.  It asks to be forgotten (Expires: 0), so that it
 * leaves nothing behind where nobody asks for credentials.
 *
 * Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>

#define SIP_BRANCH_MAGIC "z9hG4bK"
#define SIP_ID_MAX       33   /* 32 hexadecimal digits and the NUL */
#define SIP_REQUEST_MAX  1900 /* a domain of 253 octets stands in it five times */

/* What makes one request unlike any other. */
struct sip_question {
	char branch[SIP_ID_MAX]; /* behind SIP_BRANCH_MAGIC */
	char call_id[SIP_ID_MAX];
	char tag[SIP_ID_MAX];
	bool registers; /* it is a REGISTER; else OPTIONS */
};

/* Three ids from 48 random octets. */
void sip_question_init(struct sip_question *q, bool registers, const uint8_t random[48]);

/* The request's text; returns its length, 0 when it does not fit.  @domain is whom a
 * REGISTER is for. */
size_t sip_request(char *text, size_t size, const struct sip_question *q,
    const char *domain, const struct addr *local, uint16_t local_port);

#endif
