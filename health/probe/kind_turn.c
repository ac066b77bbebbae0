/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kind_turn - a 401 with realm and nonce is what a living media relay says to a stranger.
 *
 * An Alternate-Server that is not the member's public address is a wrong setting in the
 * topology: clients would be sent elsewhere.  It is recorded as a reason of its own while
 * the endpoint stays up, because removal could not repair it and every member of the pool
 * would go at once.
 */
#include "kind_turn.h"

#include <errno.h>
#include <string.h>

#include "pseudo_tls.h"

/* A relay has one address of each family, and may name either. */
static bool
is_public(const struct addr *alternate, const struct addrs *public)
{
	const struct addr *own;

	if (!addr_present(alternate))
		return true;
	own = &public->at[addr_family(alternate)];
	return !addr_present(own) || addr_equal(alternate, own);
}

static enum probe_look
judge(struct probe_run *p, const struct turn_answer *a)
{
	p->outcome.alternate = a->alternate;
	p->outcome.alternate_port = a->alternate_port;
	if (a->type != TURN_TYPE_ALLOCATE_ERROR || a->error != TURN_ERROR_UNAUTHORIZED ||
	    !a->realm || !a->nonce)
		return probe_verdict(p, false, REASON_ANSWER_WRONG, (uint64_t)a->error);
	if (!is_public(&a->alternate, &p->question->public))
		return probe_verdict(p, true, REASON_PRIVATE_ALTERNATE, 0);
	return probe_verdict(p, true, REASON_OK, 0);
}

bool
kind_turn_ask_udp(struct probe_run *p)
{
	uint8_t octets[TURN_ALLOCATE];

	probe_random(p->transaction, sizeof p->transaction);
	turn_allocate(octets, p->transaction);
	probe_say(p, octets, sizeof octets);
	return true;
}

/* Anybody can send a datagram in a member's name: only one with our transaction id can
 * end the probe.  Others are remembered, for the reason if nothing better comes. */
enum probe_look
kind_turn_look_udp(struct probe_run *p)
{
	struct turn_answer answer;
	int err = turn_decode(p->in, p->n_in, p->transaction, &answer);

	p->n_in = 0;
	if (err == 0)
		return judge(p, &answer);
	p->noise = true;
	return LOOK_MORE;
}

bool
kind_turn_ask_tcp(struct probe_run *p)
{
	uint8_t random[PSEUDO_TLS_RANDOM], hello[PSEUDO_TLS_HELLO];

	probe_random(random, sizeof random);
	probe_random(p->transaction, sizeof p->transaction);
	pseudo_tls_hello(hello, random);
	probe_say(p, hello, sizeof hello);
	return true;
}

static enum probe_look
look_hello(struct probe_run *p)
{
	uint8_t octets[TURN_FRAMED_ALLOCATE];
	int err = pseudo_tls_check(p->in, p->n_in);

	if (err == -EAGAIN)
		return LOOK_MORE;
	/* Nothing may follow the hello before we have asked. */
	if (err != 0 || p->n_in > PSEUDO_TLS_ANSWER)
		return probe_verdict(p, false, REASON_ANSWER_GARBAGE, 0);
	p->greeted = true;
	p->n_in = 0;
	turn_allocate_framed(octets, p->transaction);
	probe_say(p, octets, sizeof octets);
	return LOOK_MORE;
}

enum probe_look
kind_turn_look_tcp(struct probe_run *p)
{
	struct turn_answer answer;
	size_t length;
	int err;

	if (!p->greeted)
		return look_hello(p);
	err = turn_unframe(p->in, p->n_in, sizeof p->in - TURN_FRAME, &length);
	if (err == -EAGAIN)
		return LOOK_MORE;
	if (err == 0)
		err = turn_decode(p->in + TURN_FRAME, length, p->transaction, &answer);
	if (err == 0)
		return judge(p, &answer);
	return probe_verdict(
	    p, false, err == -ENOMSG ? REASON_ANSWER_WRONG : REASON_ANSWER_GARBAGE, 0);
}
