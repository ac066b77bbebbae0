/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kind_sip - asks OPTIONS and takes any final response for life.
 *
 * 504 is what a healthy Access Edge says to a stranger.  503 is a verdict of its own:
 * the service lives and takes nothing new.
 *
 * Why sip-register asks OPTIONS first: what it hears then is the member's own word, and
 * decides alone.  The answer to REGISTER, its absence too, is the next hop's, which all
 * members share: it must never take them down, all at once.
 */
#include "kind_sip.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define SETTLE_NS (250 * NS_PER_MS)

_Static_assert(SIP_REQUEST_MAX <= PROBE_OUT_MAX, "a request fits");
_Static_assert(SIP_SAID_MAX <= OUTCOME_SAID_MAX, "what is said fits");

static void
ask(struct probe_run *p, bool registers)
{
	struct sockaddr_storage ss = {0};
	socklen_t length = sizeof ss;
	struct addr local = {0};
	uint16_t port = 0;
	uint8_t random[48];
	char text[SIP_REQUEST_MAX];

	probe_random(random, sizeof random);
	sip_question_init(&p->sip, registers, random);
	if (getsockname(p->fd, (struct sockaddr *)&ss, &length) == 0)
		addr_from_sockaddr(&ss, &local, &port);
	probe_say(p, text,
	    sip_request(text, sizeof text, &p->sip, p->question->domain, &local, port));
}

bool
kind_sip_ask(struct probe_run *p)
{
	ask(p, false);
	return true;
}

bool
kind_sip_ask_if_known(struct probe_run *p)
{
	return p->question->sip && tls_context_has_certificate(p->question->tls) &&
	       kind_sip_ask(p);
}

static void
record_diagnostics(struct probe_run *p, const struct sip_answer *a)
{
	p->outcome.diagnostics = a->diagnostics;
	memcpy(p->outcome.said, a->said, sizeof a->said);
}

enum probe_look
kind_sip_look(struct probe_run *p)
{
	struct sip_answer answer;
	int err = sip_answer_parse((const char *)p->in, p->n_in, &p->sip, &answer);

	if (err == -EAGAIN)
		return LOOK_MORE;
	if (err == -ENOMSG)
		return probe_verdict(p, false, REASON_ANSWER_WRONG, 0);
	if (err != 0)
		return probe_verdict(p, false, REASON_ANSWER_GARBAGE, 0);
	p->outcome.sip_status = answer.status;
	p->outcome.server_major = answer.server_major;
	record_diagnostics(p, &answer);
	p->skip = answer.length;
	if (answer.status == 503)
		return probe_verdict(p, false, REASON_REFUSING, 503);
	return probe_verdict(p, true, REASON_OK, 0);
}

static enum next_hop
judge_next_hop(const struct sip_answer *a)
{
	if (a->status < 300 || a->status == 401 || a->status == 407)
		return NEXT_HOP_ALIVE;
	if (a->status == 503 || (a->status == 504 && a->diagnostics != 0))
		return NEXT_HOP_DEAD;
	return NEXT_HOP_UNCLEAR;
}

/* The answer to OPTIONS, which is behind us, may still be coming in. */
static enum probe_look
look_for_next_hop(struct probe_run *p)
{
	struct sip_answer answer;
	int err = p->n_in <= p->skip ? -EAGAIN
				     : sip_answer_parse((const char *)p->in + p->skip,
					   p->n_in - p->skip, &p->sip, &answer);

	if (err == -EAGAIN)
		return LOOK_MORE;
	p->outcome.next_hop = NEXT_HOP_UNCLEAR;
	if (err == 0) {
		p->outcome.register_status = answer.status;
		p->outcome.next_hop = judge_next_hop(&answer);
		record_diagnostics(p, &answer);
	}
	return probe_verdict(p, true, REASON_OK, 0);
}

enum probe_look
kind_sip_look_register(struct probe_run *p)
{
	enum probe_look look;

	if (p->settled)
		return look_for_next_hop(p);
	look = kind_sip_look(p);
	if (look == LOOK_MORE || !p->outcome.ok)
		return look;
	p->settled = true;
	p->outcome.latency_ns = p->pulse->now - p->started;
	p->outcome.next_hop = NEXT_HOP_SILENT; /* until it speaks */
	p->n_out = p->sent = 0;
	ask(p, true);
	return LOOK_MORE;
}

int64_t
kind_sip_settle_ns(const struct probe_run *p)
{
	struct tls_facts facts;

	tls_facts(p->tls, &facts);
	return facts.version == 0x0304 && tls_context_has_certificate(p->question->tls)
		   ? SETTLE_NS
		   : 0;
}
