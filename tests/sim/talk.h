/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_TALK_H
#define SIM_TALK_H

/*
 * talk - one conversation on a stream, in the speech of its port.
 *
 * Pure: what has been heard goes in, what is to be said comes out.  Knows no socket and
 * no TLS, so that every speech can be tested with plain octets.
 */
#include "kinds.h"
#include "manner.h"
#include "octets.h"

#include <stdbool.h>
#include <sys/socket.h>

enum talk_verdict {
	TALK_ON,
	TALK_CLOSE,     /* say what is in @out, then close */
	TALK_START_TLS, /* say what is in @out, then begin TLS */
};

struct talk {
	enum speech speech;
	bool begun;  /* greetings are over: pseudo-TLS, stream header */
	bool secure; /* TLS is on */
	const struct manner *manner;
	struct sockaddr_storage peer, local;
};

/* Hear all of @in that is complete, consuming it; append answers to @out. */
enum talk_verdict
talk_hear(struct talk *t, enum sickness sickness, struct octets *in, struct octets *out);

/* Noise: no speech of ours begins like it. */
void talk_noise(const struct manner *m, struct octets *out);

#endif
