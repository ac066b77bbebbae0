/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_story - see probe_story.h.
 *
 * Reads the clock itself at every step: the loop's time stands still within a turn, and
 * who looks wants to see what the handshake cost and what the answer.
 */
#include "probe_story.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <edge/clock.h>

#include "probe_certificate.h"
#include "probe_decode.h"
#include "pseudo_tls.h"

#define DATAGRAMS_TOLD 16

struct probe_story {
	struct pulse pulse;
	struct probe_run run;
	struct probe_question question;
	const struct probe_aim *aim;
	const struct model *model;
	probe_story_step *on_step;
	void *owner;
	struct told told;
	struct outcome outcome;
	bool done;
	struct certificate *seen;
	bool seen_told;

	/* What has come since the last step of another kind: told in one piece, because
	 * a peer may send octet by octet. */
	uint8_t heard[PROBE_IN_MAX];
	size_t n_heard, octets, pieces;
	int64_t heard_at;

	/* turn-tcp: what of the stream has not been understood yet. */
	uint8_t stream[PROBE_IN_MAX];
	size_t n_stream;
	bool greeted;
	size_t datagrams;
};

static int64_t
elapsed(const struct probe_story *s)
{
	return clock_mono_ns() - s->run.started;
}

static void
begin(struct probe_story *s, const char *word)
{
	told_begin(&s->told, elapsed(s), word, "%s", "");
}

static void
end(struct probe_story *s)
{
	s->on_step(s->owner, &s->told);
}

static void
show(struct probe_story *s, const void *octets, size_t n)
{
	s->told.octets = octets;
	s->told.n_octets = n;
}

#define SUMMARY(s, ...) snprintf((s)->told.summary, sizeof(s)->told.summary, __VA_ARGS__)

/* --- the connection --------------------------------------------------------------------
 */

static void
tell_opened(struct probe_story *s, size_t which)
{
	const struct probe_question *q = s->run.question;
	char at[ADDR_PORT_TEXT_MAX];

	begin(s, "connecting");
	addr_port_text(&q->addr, q->port, at);
	if (which > 1)
		SUMMARY(s, "to %s once more: nothing came back yet", at);
	else
		SUMMARY(s, "to %s", at);
	end(s);
}

static void
tell_connected(struct probe_story *s)
{
	struct sockaddr_storage ss = {0};
	socklen_t length = sizeof ss;
	char at[ADDR_PORT_TEXT_MAX];
	struct addr local;
	uint16_t port;

	begin(s, s->run.kind->proto == PROTO_UDP ? "socket" : "connected");
	if (getsockname(s->run.fd, (struct sockaddr *)&ss, &length) == 0 &&
	    addr_from_sockaddr(&ss, &local, &port))
		SUMMARY(s, "from %s", addr_port_text(&local, port, at));
	end(s);
}

/* Once, and also where the handshake failed behind it. */
static void
tell_certificate(struct probe_story *s)
{
	if (!s->seen->known || s->seen_told)
		return;
	s->seen_told = true;
	begin(s, "certificate");
	SUMMARY(s, "%s", s->seen->subject);
	probe_certificate_tell(&s->told, s->aim, s->seen, clock_wall_s());
	end(s);
}

static void
tell_secured(struct probe_story *s)
{
	struct tls_facts facts;

	tls_facts(s->run.tls, &facts);
	begin(s, "TLS");
	SUMMARY(
	    s, "%s, %s", tls_word((uint64_t)facts.version), tls_cipher_text(s->run.tls));
	if (facts.asked_us)
		told_fact(&s->told, "asks-for", "a client certificate%s",
		    tls_context_has_certificate(s->run.question->tls)
			? ", and was shown one"
			: "; none is configured");
	if (s->run.question->name == NULL)
		told_fact(&s->told, "server-name", "none was sent (--name)");
	else
		told_fact(&s->told, "server-name", "%s", s->run.question->name);
	end(s);
	tls_certificate(s->run.tls, clock_wall_s(), s->seen);
	tell_certificate(s);
}

/* --- octets ----------------------------------------------------------------------------
 */

static void
tell_sent(struct probe_story *s, const uint8_t *octets, size_t n)
{
	bool again = s->run.kind->proto == PROTO_UDP && s->run.resent > 0;

	begin(s, "sent");
	SUMMARY(s, "%zu octets%s", n, again ? ", the same once more: no answer yet" : "");
	if (!again && probe_speech(s->run.kind->id) != SPEECH_PROGRAM)
		show(s, octets, n);
	end(s);
}

/* The hello, then frames; what is incomplete waits for more. */
static void
understand_turn_stream(struct probe_story *s)
{
	size_t length;
	int err;

	if (!s->greeted) {
		err = pseudo_tls_check(s->stream, s->n_stream);
		if (err == -EAGAIN)
			told_fact(&s->told, "hello", "no more than %zu of %d octets",
			    s->n_stream, PSEUDO_TLS_ANSWER);
		else if (err != 0)
			told_fact(&s->told, "hello", "not the pseudo-TLS answer");
		if (err != 0) {
			show(s, s->stream, s->n_stream);
			return;
		}
		told_fact(&s->told, "hello", "the pseudo-TLS answer, %d octets",
		    PSEUDO_TLS_ANSWER);
		s->greeted = true;
		s->n_stream -= PSEUDO_TLS_ANSWER;
		memmove(s->stream, s->stream + PSEUDO_TLS_ANSWER, s->n_stream);
	}
	if (s->n_stream == 0)
		return;
	err =
	    turn_unframe(s->stream, s->n_stream, sizeof s->stream - TURN_FRAME, &length);
	if (err != 0) {
		told_fact(&s->told, "frame", "%s",
		    err == -EAGAIN ? "not complete" : "not MS-TURN's");
		show(s, s->stream, s->n_stream);
		return;
	}
	probe_decode_turn(&s->told, s->stream + TURN_FRAME, length, s->aim, s->model);
	s->n_stream -= TURN_FRAME + length;
	memmove(s->stream, s->stream + TURN_FRAME + length, s->n_stream);
}

static void
understand(struct probe_story *s, const uint8_t *octets, size_t n)
{
	switch (probe_speech(s->run.kind->id)) {
	case SPEECH_TURN:
		probe_decode_turn(&s->told, octets, n, s->aim, s->model);
		return;
	case SPEECH_TURN_STREAM:
		if (n > sizeof s->stream - s->n_stream)
			n = sizeof s->stream - s->n_stream;
		memcpy(s->stream + s->n_stream, octets, n);
		s->n_stream += n;
		understand_turn_stream(s);
		return;
	case SPEECH_SIP:
		show(s, octets, n);
		probe_decode_sip(&s->told, octets, n);
		return;
	case SPEECH_STUN:
		probe_decode_stun(&s->told, octets, n);
		return;
	case SPEECH_XMPP:
		show(s, octets, n);
		probe_decode_xmpp(&s->told, octets, n);
		return;
	case SPEECH_PROGRAM:
		return;
	case SPEECH_DATAGRAM:
	case SPEECH_OTHER:
		show(s, octets, n);
		return;
	}
}

static void
hear(struct probe_story *s, const uint8_t *octets, size_t n)
{
	size_t room = sizeof s->heard - s->n_heard, kept = n < room ? n : room;

	if (s->pieces == 0)
		s->heard_at = elapsed(s);
	memcpy(s->heard + s->n_heard, octets, kept);
	s->n_heard += kept;
	s->octets += n;
	s->pieces++;
}

static void
tell_heard(struct probe_story *s)
{
	if (s->pieces == 0)
		return;
	told_begin(&s->told, s->heard_at, "received", "%zu octets", s->octets);
	if (s->pieces > 1)
		SUMMARY(s, "%zu octets in %zu pieces", s->octets, s->pieces);
	understand(s, s->heard, s->n_heard);
	end(s);
	s->n_heard = s->octets = s->pieces = 0;
}

/* Each datagram is a message of its own; a flood of them is not. */
static void
tell_received(struct probe_story *s, const uint8_t *octets, size_t n)
{
	if (s->run.kind->proto != PROTO_UDP) {
		hear(s, octets, n);
	} else if (s->datagrams++ < DATAGRAMS_TOLD) {
		hear(s, octets, n);
		tell_heard(s);
	}
}

static void
tell_holding(struct probe_story *s)
{
	begin(s, "holding");
	SUMMARY(s, "the connection should stay open for %.1f s",
	    (double)s->run.kind->hold_ns(&s->run) / (double)NS_PER_S);
	end(s);
}

static void
on_step(struct probe_run *p, enum probe_step step, const void *octets, size_t n)
{
	struct probe_story *s = container_of(p, struct probe_story, run);

	if (step != STEP_RECEIVED)
		tell_heard(s);
	switch (step) {
	case STEP_OPENED:
		if (p->kind->proto != PROTO_UDP)
			tell_opened(s, n);
		return;
	case STEP_CONNECTED:
		tell_connected(s);
		return;
	case STEP_SECURED:
		tell_secured(s);
		return;
	case STEP_SENT:
		tell_sent(s, octets, n);
		return;
	case STEP_RECEIVED:
		tell_received(s, octets, n);
		return;
	case STEP_HOLDING:
		tell_holding(s);
		return;
	}
}

static void
on_done(struct probe_run *p, const struct outcome *outcome)
{
	struct probe_story *s = container_of(p, struct probe_story, run);

	tell_heard(s);
	tell_certificate(s);
	s->outcome = *outcome;
	s->done = true;
	ev_break(s->pulse.loop, EVBREAK_ALL);
}

int
probe_story_run(const struct probe_aim *aim, const struct model *m,
    struct tls_context *tls, const char *run_dir, probe_story_step *step, void *owner,
    struct outcome *ret, struct certificate *seen)
{
	struct probe_story *s = calloc(1, sizeof *s);
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);

	if (s == NULL || loop == NULL) {
		free(s);
		if (loop != NULL)
			ev_loop_destroy(loop);
		return -ENOMEM;
	}
	s->aim = aim;
	s->model = m;
	s->on_step = step;
	s->owner = owner;
	s->question = aim->question;
	s->question.tls = tls;
	s->question.certificate = s->seen = seen;
	pulse_start(&s->pulse, loop);
	s->pulse.run_dir = run_dir;
	probe_init(&s->run, &s->pulse, on_done);
	s->run.on_step = on_step;
	probe_start(&s->run, &s->question);
	while (!s->done)
		ev_run(loop, 0);
	*ret = s->outcome;
	pulse_stop(&s->pulse);
	ev_loop_destroy(loop);
	free(s);
	return 0;
}
