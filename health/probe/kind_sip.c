/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kind_sip - asks OPTIONS and takes any final response for life.
 *
 * 504 is what a healthy Access Edge says to a stranger.  503 is a verdict of its own:
 * the service lives and takes nothing new.
 */
#include "kind_sip.h"

#include <errno.h>
#include <sys/socket.h>

#define SETTLE_NS (250 * NS_PER_MS)

bool
kind_sip_ask(struct probe_run *p)
{
	struct sockaddr_storage ss = {0};
	socklen_t length = sizeof ss;
	struct addr local = {0};
	uint16_t port = 0;
	uint8_t random[48];
	char text[SIP_OPTIONS_MAX];
	size_t n;

	probe_random(random, sizeof random);
	sip_question_init(&p->sip, random);
	if (getsockname(p->fd, (struct sockaddr *)&ss, &length) == 0)
		addr_from_sockaddr(&ss, &local, &port);
	n = sip_options(text, sizeof text, &p->sip, &local, port);
	probe_say(p, text, n);
	return true;
}

bool
kind_sip_ask_if_known(struct probe_run *p)
{
	return p->question->sip && tls_context_has_certificate(p->question->tls) &&
	       kind_sip_ask(p);
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
	if (answer.status == 503)
		return probe_verdict(p, false, REASON_REFUSING, 503);
	return probe_verdict(p, true, REASON_OK, 0);
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
