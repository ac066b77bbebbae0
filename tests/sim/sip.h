/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_SIP_H
#define SIM_SIP_H

/*
 * sip - enough of RFC 3261 to answer as an Access Edge does: 504, nobody home behind me,
 * for any domain but its own; a REGISTER for that one is the next hop's to answer, which
 * asks a stranger for credentials.
 *
 * Pure: octets in, octets out.  Nothing is kept between requests.
 */
#include "manner.h"
#include "octets.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SIP_REQUEST_MAX 65536
#define SIP_VIAS_MAX    16

/* A stretch of the request's own bytes; not terminated. */
struct sip_text {
	const char *at;
	size_t len;
};

struct sip_request {
	bool is_response; /* somebody answers what we never asked: nothing to say */
	struct sip_text method, domain; /* domain: of the request URI, without a user */
	struct sip_text from, to, call_id, cseq;
	struct sip_text vias[SIP_VIAS_MAX];
	size_t n_vias;
};

/* The whole first message of @bytes: how many octets it takes, 0 while it is not yet
 * complete, -EBADMSG when it will never be one. */
ssize_t sip_parse(const char *bytes, size_t len, struct sip_request *r);

/* What is answered. */
enum sip_word {
	SIP_WORD_NONE,
	SIP_WORD_NOBODY,      /* 504: the member's own, for what it does not serve */
	SIP_WORD_UNAVAILABLE, /* 503 */
	SIP_WORD_CHALLENGE,   /* 401 of a next hop */
	SIP_WORD_NO_WAY,      /* 504 with ms-diagnostics: there is no next hop */
};

/* A REGISTER for the domain of @m: the next hop's business. */
bool sip_is_registration(const struct sip_request *r, const struct manner *m);
/* Append the final response to @out; nothing for an ACK or a response. */
void sip_answer(const struct sip_request *r, enum sip_word word, const struct manner *m,
    struct octets *out);

#endif
