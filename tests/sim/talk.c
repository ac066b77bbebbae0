/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conversations on streams: SIP, PSOM, XMPP, framed MS-TURN.
 *
 * A sickness is an argument, read anew at every turn: a member that falls ill does so in
 * the middle of its conversations, too.
 */
#include "talk.h"

#include "msturn.h"
#include "pseudo_tls.h"
#include "sip.h"
#include "spoil.h"
#include "turn.h"
#include "xmpp.h"

#include <assert.h>

#define FRAME         4 /* what stands before each message on a stream */
#define FRAME_CONTROL 0x02
#define FRAME_MEDIA   0x03

void
talk_noise(const struct manner *m, struct octets *out)
{
	uint8_t noise[128];

	m->draw(noise, sizeof noise);
	/* Neither a TLS record, nor a frame, nor STUN, nor text; longer than any greeting
	 * a client may wait for. */
	noise[0] = 0xee;
	octets_append(out, noise, sizeof noise);
}

static enum sip_word
choose_word(const struct sip_request *r, enum sickness sickness, const struct manner *m)
{
	if (sickness == SICKNESS_SILENT)
		return SIP_WORD_NONE;
	if (sickness == SICKNESS_UNAVAILABLE)
		return SIP_WORD_UNAVAILABLE;
	if (!sip_is_registration(r, m))
		return SIP_WORD_NOBODY;
	if (sickness == SICKNESS_NEXT_HOP_DEAD)
		return SIP_WORD_NO_WAY;
	if (sickness == SICKNESS_NEXT_HOP_REFUSES)
		return SIP_WORD_UNAVAILABLE;
	return sickness == SICKNESS_NEXT_HOP_HANGS ? SIP_WORD_NONE : SIP_WORD_CHALLENGE;
}

static enum talk_verdict
hear_sip(struct talk *t, enum sickness sickness, struct octets *in, struct octets *out)
{
	struct sip_request r;

	while (in->len > 0) {
		ssize_t n = sip_parse((const char *)in->bytes, in->len, &r);

		if (n < 0)
			return TALK_CLOSE;
		if (n == 0)
			return TALK_ON;
		if (sickness == SICKNESS_GARBAGE_ANSWER)
			talk_noise(t->manner, out);
		else
			sip_answer(
			    &r, choose_word(&r, sickness, t->manner), t->manner, out);
		octets_consume(in, (size_t)n);
	}
	return TALK_ON;
}

/* A Web Conferencing Edge says nothing to those it does not know. */
static enum talk_verdict
hear_psom(struct octets *in)
{
	octets_consume(in, in->len);
	return TALK_ON;
}

static enum talk_verdict
answer_stream(struct talk *t, enum sickness sickness, const struct xmpp_header *h,
    struct octets *out)
{
	t->begun = true;
	if (sickness == SICKNESS_SILENT)
		return TALK_ON;
	xmpp_open(h, t->manner, out);
	if (!h->is_server || h->to_len == 0 || sickness == SICKNESS_STREAM_ERROR) {
		xmpp_error(!h->is_server    ? "invalid-namespace"
			   : h->to_len == 0 ? "improper-addressing"
					    : "host-unknown",
		    out);
		return TALK_CLOSE;
	}
	xmpp_features(!t->secure, out);
	return TALK_ON;
}

static enum talk_verdict
hear_xmpp_tag(struct talk *t, enum sickness sickness, enum xmpp_tag tag,
    const struct xmpp_header *h, struct octets *out)
{
	switch (tag) {
	case XMPP_HEADER:
		return answer_stream(t, sickness, h, out);
	case XMPP_STARTTLS:
		if (!t->begun || t->secure)
			return TALK_CLOSE;
		xmpp_proceed(out);
		return TALK_START_TLS;
	case XMPP_END:
		xmpp_end(out);
		return TALK_CLOSE;
	case XMPP_OTHER:
		return TALK_ON;
	}
	assert(0);
	return TALK_CLOSE;
}

static enum talk_verdict
hear_xmpp(struct talk *t, enum sickness sickness, struct octets *in, struct octets *out)
{
	while (in->len > 0) {
		struct xmpp_header h = {0};
		enum xmpp_tag tag;
		ssize_t n = xmpp_parse((const char *)in->bytes, in->len, &tag, &h);

		if (n == 0)
			return TALK_ON;
		if (n < 0) {
			if (!t->begun)
				xmpp_open(&h, t->manner, out);
			xmpp_error("not-well-formed", out);
			return TALK_CLOSE;
		}
		enum talk_verdict v = hear_xmpp_tag(t, sickness, tag, &h, out);
		octets_consume(in, (size_t)n);
		if (v != TALK_ON)
			return v;
	}
	return TALK_ON;
}

/* Wrap what @out holds from @start on in a frame. */
static void
frame_end(struct octets *out, size_t start)
{
	size_t n = out->len - start - FRAME;

	if (n == 0) {
		out->len = start;
		return;
	}
	assert(n <= UINT16_MAX);
	out->bytes[start + 2] = (uint8_t)(n >> 8);
	out->bytes[start + 3] = (uint8_t)n;
}

static enum talk_verdict
hear_frame(struct talk *t, enum sickness sickness, const uint8_t *frame, size_t n,
    struct octets *out)
{
	const struct turn_scene scene = {t->manner, sickness, &t->peer, &t->local};
	struct msturn_message m;

	if (frame[0] == FRAME_MEDIA) {
		octets_append(out, frame, FRAME + n);
		return TALK_ON;
	}
	/* [MS-TURN] lets the member drop a connection that carries anything else. */
	if (msturn_parse(frame + FRAME, n, &m) != 0)
		return TALK_CLOSE;
	size_t start = out->len;
	octets_append(out, (uint8_t[FRAME]){FRAME_CONTROL}, FRAME);
	turn_answer(&scene, &m, out);
	frame_end(out, start);
	return TALK_ON;
}

static enum talk_verdict
greet(struct talk *t, struct octets *in, struct octets *out)
{
	uint8_t draw[64];

	switch (pseudo_tls_judge(in->bytes, in->len)) {
	case PSEUDO_TLS_MORE:
		return TALK_ON;
	case PSEUDO_TLS_ALIEN:
		return TALK_CLOSE;
	case PSEUDO_TLS_FRAMED:
		t->begun = true;
		return TALK_ON;
	case PSEUDO_TLS_GREETS:
		t->manner->draw(draw, sizeof draw);
		pseudo_tls_answer(draw, draw + 32, out);
		octets_consume(in, PSEUDO_TLS_HELLO);
		t->begun = true;
		return TALK_ON;
	}
	assert(0);
	return TALK_CLOSE;
}

static enum talk_verdict
hear_turn(struct talk *t, enum sickness sickness, struct octets *in, struct octets *out)
{
	if (!t->begun) {
		enum talk_verdict v = greet(t, in, out);

		if (v != TALK_ON || !t->begun)
			return v;
	}
	while (in->len >= FRAME) {
		size_t n = (size_t)(in->bytes[2] << 8 | in->bytes[3]);

		if ((in->bytes[0] != FRAME_CONTROL && in->bytes[0] != FRAME_MEDIA) ||
		    in->bytes[1] != 0)
			return TALK_CLOSE;
		if (in->len < FRAME + n)
			return TALK_ON;
		if (hear_frame(t, sickness, in->bytes, n, out) != TALK_ON)
			return TALK_CLOSE;
		octets_consume(in, FRAME + n);
	}
	return TALK_ON;
}

static enum talk_verdict
hear_speech(struct talk *t, enum sickness sickness, struct octets *in, struct octets *out)
{
	switch (t->speech) {
	case SPEECH_SIP:
		return hear_sip(t, sickness, in, out);
	case SPEECH_PSOM:
		return hear_psom(in);
	case SPEECH_XMPP:
		return hear_xmpp(t, sickness, in, out);
	case SPEECH_TURN_STREAM:
		return hear_turn(t, sickness, in, out);
	case SPEECH_TURN_DATAGRAM:
		break;
	}
	assert(0); /* datagrams are no stream; see dgram.c */
	return TALK_CLOSE;
}

enum talk_verdict
talk_hear(struct talk *t, enum sickness sickness, struct octets *in, struct octets *out)
{
	bool greeting = t->speech == SPEECH_TURN_STREAM && !t->begun;
	size_t start = out->len;
	enum talk_verdict v;

	if (in->len == 0)
		return TALK_ON;
	if (sickness == SICKNESS_GARBAGE) {
		octets_consume(in, in->len);
		talk_noise(t->manner, out);
		return TALK_ON;
	}
	if (sickness == SICKNESS_CLOSE_EARLY)
		return TALK_CLOSE;
	v = hear_speech(t, sickness, in, out);
	/* Pseudo-TLS only opens the way, as TLS does. */
	if (!greeting)
		spoil(t->speech, sickness, out, start);
	return v;
}
