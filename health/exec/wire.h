/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_EXEC_WIRE_H
#define EDGE_EXEC_WIRE_H

/*
 * wire - what edge-health and edge-health-exec say to each other: one request and one
 * answer on a connection of its own (SOCK_SEQPACKET, so that a message is whole or not
 * there), both on one machine and of one version.
 *
 * The request names an endpoint and nothing else: which program that is, with which
 * arguments, the other side reads in the configuration itself.  Pure.
 */
#include <stddef.h>
#include <stdint.h>

/* DIR/health-exec.sock */
#define WIRE_NAME   "health-exec"
#define WIRE_SUFFIX ".sock"
#define WIRE_USER   "edgepool-health-exec" /* who answers */

#define WIRE_REQUEST  24
#define WIRE_SAID_MAX 80
#define WIRE_ANSWER   (16 + WIRE_SAID_MAX)

struct wire_request {
	uint64_t endpoint;  /* its id */
	uint64_t conf_hash; /* of the configuration the prober runs */
};

enum wire_end {
	WIRE_EXITED,      /* code: exit status */
	WIRE_TIMED_OUT,   /* it was killed when its time was up */
	WIRE_KILLED,      /* code: the signal; by somebody else, or by itself */
	WIRE_NOT_STARTED, /* code: errno */
	WIRE_BUSY,        /* too many at once */
	WIRE_UNKNOWN,     /* no such endpoint here, or it is not probed by a program */
	WIRE_ENDS,
};

struct wire_answer {
	enum wire_end end;
	uint32_t code;
	char said[WIRE_SAID_MAX]; /* its first line, fit to be shown */
};

void wire_request_write(uint8_t octets[WIRE_REQUEST], const struct wire_request *r);
void wire_answer_write(uint8_t octets[WIRE_ANSWER], const struct wire_answer *a);

/* 0, or -EBADMSG.  *ret only on 0. */
int wire_request_read(const uint8_t *octets, size_t n, struct wire_request *ret);
int wire_answer_read(const uint8_t *octets, size_t n, struct wire_answer *ret);

#endif
