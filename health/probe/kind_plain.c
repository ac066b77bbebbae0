/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kind_plain - datagrams without a protocol of ours.
 *
 * A UDP answer that does not match is kept waiting upon, as noise: the right one may be
 * behind it, and anybody can send in the member's name.
 */
#include "kind_plain.h"

#include <assert.h>
#include <errno.h>

#include <edge/pattern.h>

#include "icmp_codec.h"
#include "reach_icmp.h"

_Static_assert(ICMP_TOKEN <= TURN_TRANSACTION, "it fits p->transaction");
_Static_assert(PATTERN_MAX <= PROBE_OUT_MAX, "what is sent fits");

/* The configuration was checked: what it says is a pattern. */
static void
compile(const char *text, bool wild, struct pattern *ret)
{
	const char *why;
	int err = pattern_parse(text, wild, ret, &why);

	assert(err == 0);
	(void)err;
}

bool
kind_udp_ask(struct probe_run *p)
{
	struct pattern send;

	compile(p->question->send, false, &send);
	probe_say(p, send.octets, send.n);
	return true;
}

enum probe_look
kind_udp_look(struct probe_run *p)
{
	struct pattern expect;
	bool good;

	compile(p->question->expect, true, &expect);
	good = pattern_matches(&expect, p->in, p->n_in);
	p->n_in = 0;
	if (good)
		return probe_verdict(p, true, REASON_OK, 0);
	p->noise = true;
	return LOOK_MORE;
}

int
kind_icmp_open(struct probe_run *p)
{
	const struct probe_question *q = p->question;

	return reach_icmp_open(&q->addr, &q->source, q->raw);
}

bool
kind_icmp_ask(struct probe_run *p)
{
	uint8_t octets[ICMP_ECHO_MAX];

	probe_random(p->transaction, ICMP_TOKEN);
	probe_say(p, octets, icmp_echo(octets, p->question->addr.family, p->transaction));
	return true;
}

enum probe_look
kind_icmp_look(struct probe_run *p)
{
	const struct probe_question *q = p->question;
	int err =
	    icmp_reply_check(p->in, p->n_in, q->addr.family, q->raw, p->transaction);

	p->n_in = 0;
	if (err == 0)
		return probe_verdict(p, true, REASON_OK, 0);
	p->noise = p->noise || err == -EBADMSG;
	return LOOK_MORE;
}
