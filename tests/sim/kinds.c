/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables tbl/kinds.h and tbl/sicknesses.h as arrays and lookups.
 */
#include "kinds.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#define ON(speech)    (1u << SPEECH_##speech)
#define ON_SIP        ON(SIP)
#define ON_XMPP       ON(XMPP)
#define ON_TURN       (ON(TURN_STREAM) | ON(TURN_DATAGRAM))
#define ON_TLS        (ON(SIP) | ON(PSOM) | ON(XMPP))
#define ON_STREAM     (ON_TLS | ON(TURN_STREAM))
#define ON_ANSWERING  (ON(SIP) | ON(XMPP) | ON_TURN)
#define ON_DATAGRAM   ON(TURN_DATAGRAM)
#define ON_ENDLESS    (ON(SIP) | ON(XMPP) | ON(TURN_STREAM))
#define ON_DRIPPING   ON_ENDLESS
#define ON_IDENTIFIED (ON(SIP) | ON_TURN)
#define ON_ALL        (ON_STREAM | ON_TURN)

static const struct {
	const char *word;
	enum speech speech;
	enum certificate certificate;
	bool mutual;
} kinds[] = {
#define KIND(id, word, speech, certificate, mutual)                                      \
	[KIND_##id] = {word, SPEECH_##speech, CERTIFICATE_##certificate, mutual},
#include "tbl/kinds.h"
};

static const struct {
	const char *word;
	unsigned speeches;
	const char *text;
} sicknesses[] = {
#define SICKNESS(id, word, speeches, text) [SICKNESS_##id] = {word, speeches, text},
#include "tbl/sicknesses.h"
};

const char *
kind_word(enum kind k)
{
	assert(k < KIND_COUNT);
	return kinds[k].word;
}

enum speech
kind_speech(enum kind k)
{
	assert(k < KIND_COUNT);
	return kinds[k].speech;
}

enum certificate
kind_certificate(enum kind k)
{
	assert(k < KIND_COUNT);
	return kinds[k].certificate;
}

bool
kind_is_mutual(enum kind k)
{
	assert(k < KIND_COUNT);
	return kinds[k].mutual;
}

bool
kind_starts_tls(enum kind k)
{
	return kind_speech(k) == SPEECH_SIP || kind_speech(k) == SPEECH_PSOM;
}

int
kind_parse(const char *word, enum kind *ret)
{
	for (unsigned i = 0; i < KIND_COUNT; i++) {
		if (strcmp(kinds[i].word, word) == 0) {
			*ret = (enum kind)i;
			return 0;
		}
	}
	return -ENOENT;
}

const char *
sickness_word(enum sickness s)
{
	assert(s < SICKNESS_COUNT);
	return sicknesses[s].word;
}

const char *
sickness_text(enum sickness s)
{
	assert(s < SICKNESS_COUNT);
	return sicknesses[s].text;
}

int
sickness_parse(const char *word, enum sickness *ret)
{
	for (unsigned i = 0; i < SICKNESS_COUNT; i++) {
		if (strcmp(sicknesses[i].word, word) == 0) {
			*ret = (enum sickness)i;
			return 0;
		}
	}
	return -ENOENT;
}

bool
sickness_suits(enum sickness s, enum kind k)
{
	assert(s < SICKNESS_COUNT);
	return (sicknesses[s].speeches & (1u << kind_speech(k))) != 0;
}
