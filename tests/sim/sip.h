/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_SIP_H
#define SIM_SIP_H

/*
 * sip - enough of RFC 3261 to answer any request as an Access Edge does that serves
 * none of the domains asked for: 504, nobody home behind me.
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
	struct sip_text method;
	struct sip_text from, to, call_id, cseq;
	struct sip_text vias[SIP_VIAS_MAX];
	size_t n_vias;
};

/* The whole first message of @bytes: how many octets it takes, 0 while it is not yet
 * complete, -EBADMSG when it will never be one. */
ssize_t sip_parse(const char *bytes, size_t len, struct sip_request *r);

/* Append the final response @status to @out; nothing for an ACK or a response. */
void sip_answer(
    const struct sip_request *r, int status, const struct manner *m, struct octets *out);

#endif
