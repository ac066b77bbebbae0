/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_SIP_ANSWER_H
#define EDGE_PROBE_SIP_ANSWER_H

/*
 * sip_answer - the final response that belongs to what we asked.
 *
 * Any final response proves a living SIP stack: a healthy Access Edge answers an
 * anonymous OPTIONS with 504.  It must be ours: same Call-ID, same CSeq, same branch in
 * the topmost Via.  Provisional responses and requests of the peer's own are passed over.
 * Pure; text from the network is hostile.
 */
#include <stddef.h>

#include "sip_question.h"

#define SIP_SAID_MAX 80

struct sip_answer {
	int status;              /* 200..699 */
	unsigned server_major;   /* x of "Server: RTC/x"; 0: not there */
	unsigned diagnostics;    /* number of ms-diagnostics; 0: not there */
	char said[SIP_SAID_MAX]; /* its reason, fit to be shown; "" if none */
	size_t length; /* of all up to its end, though its body may not have come yet */
};

/* Looks for the final response at the beginning of a stream.  0 with *ret; -EAGAIN when
 * more must come; -EBADMSG when it is no SIP; -ENOMSG when it answers something else. */
int sip_answer_parse(
    const char *text, size_t n, const struct sip_question *q, struct sip_answer *ret);

#endif
