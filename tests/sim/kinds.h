/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_KINDS_H
#define SIM_KINDS_H

/*
 * kinds - the words of the simulator: kinds of port, speeches, sicknesses.
 *
 * Not here: what a sickness does; see talk.c, conn.c, identity.c, endpoint.c.
 */
#include <stdbool.h>

enum kind {
#define KIND(id, word, speech, certificate, mutual) KIND_##id,
#include "tbl/kinds.h"
	KIND_COUNT
};

enum speech {
	SPEECH_SIP,
	SPEECH_PSOM,
	SPEECH_XMPP,
	SPEECH_TURN_STREAM,
	SPEECH_TURN_DATAGRAM,
};

enum certificate {
	CERTIFICATE_NONE,
	CERTIFICATE_EXTERNAL,
	CERTIFICATE_INTERNAL,
};

enum sickness {
#define SICKNESS(id, word, speeches, text) SICKNESS_##id,
#include "tbl/sicknesses.h"
	SICKNESS_COUNT
};

const char *kind_word(enum kind k);
enum speech kind_speech(enum kind k);
enum certificate kind_certificate(enum kind k);
bool kind_is_mutual(enum kind k);
/* TLS is the first thing on the connection (XMPP comes to it later). */
bool kind_starts_tls(enum kind k);
/* 0, or -ENOENT: there is no such word. */
int kind_parse(const char *word, enum kind *ret);

const char *sickness_word(enum sickness s);
const char *sickness_text(enum sickness s);
int sickness_parse(const char *word, enum sickness *ret);
/* Would anybody notice? */
bool sickness_suits(enum sickness s, enum kind k);

#endif
