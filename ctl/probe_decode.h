/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROBE_DECODE_H
#define CTL_PROBE_DECODE_H

/*
 * probe_decode - what an answer's octets say, as facts.  Pure; octets are hostile.
 *
 * Nothing is judged here: that is the probe's, whose verdict comes on its own.
 */
#include "probe_aim.h"
#include "probe_told.h"

/* What the peer of a kind of probe speaks, as far as it is understood here. */
enum speech {
	SPEECH_OTHER,
	SPEECH_SIP,
	SPEECH_XMPP,
	SPEECH_TURN,
	SPEECH_TURN_STREAM,
	SPEECH_STUN,
	SPEECH_DATAGRAM, /* nobody's protocol */
	SPEECH_PROGRAM,  /* with the helper that runs it: nobody else's business */
};

enum speech probe_speech(enum probe kind);

/* One MS-TURN message, with what the configuration expects beside what it says. */
void probe_decode_turn(struct told *t, const uint8_t *octets, size_t n,
    const struct probe_aim *aim, const struct model *m);
/* One STUN or TURN message of the RFCs. */
void probe_decode_stun(struct told *t, const uint8_t *octets, size_t n);
/* The telling headers of a SIP message's beginning. */
void probe_decode_sip(struct told *t, const uint8_t *octets, size_t n);
/* The tags of an XMPP stream's beginning. */
void probe_decode_xmpp(struct told *t, const uint8_t *octets, size_t n);

#endif
