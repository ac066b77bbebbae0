/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_SIP_ANSWER_H
#define EDGE_PROBE_SIP_ANSWER_H

/*
 * sip_answer - the OPTIONS we send, and the final response that belongs to it.
 *
 * Any final response proves a living SIP stack: a healthy Access Edge answers an
 * anonymous OPTIONS with 504.  It must be ours: same Call-ID, same CSeq, same branch in
 * the topmost Via.  Provisional responses and requests of the peer's own are passed over.
 * Pure; text from the network is hostile.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>

#define SIP_ID_MAX      33 /* 32 hexadecimal digits and the NUL */
#define SIP_OPTIONS_MAX 1024

/* What makes one request unlike any other. */
struct sip_question {
	char branch[SIP_ID_MAX]; /* behind "z9hG4bK" */
	char call_id[SIP_ID_MAX];
	char tag[SIP_ID_MAX];
};

struct sip_answer {
	int status;            /* 200..699 */
	unsigned server_major; /* x of "Server: RTC/x"; 0: not there */
};

/* Three ids from 48 random octets. */
void sip_question_init(struct sip_question *q, const uint8_t random[48]);

/* The request's text; returns its length, 0 when it does not fit. */
size_t sip_options(char *text, size_t size, const struct sip_question *q,
    const struct addr *local, uint16_t local_port);

/* Looks for the final response at the beginning of a stream.  0 with *ret; -EAGAIN when
 * more must come; -EBADMSG when it is no SIP; -ENOMSG when it answers something else. */
int sip_answer_parse(
    const char *text, size_t n, const struct sip_question *q, struct sip_answer *ret);

#endif
