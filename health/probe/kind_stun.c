/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kind_stun - a STUN server tells us our address; a TURN server asks a stranger for
 * credentials, and that is enough: an allocation would be left behind by every probe.
 */
#include "kind_stun.h"

#include "stun_codec.h"

_Static_assert(STUN_TRANSACTION <= TURN_TRANSACTION, "both fit p->transaction");

bool
kind_stun_ask(struct probe_run *p)
{
	uint8_t octets[STUN_BINDING];

	probe_random(p->transaction, STUN_TRANSACTION);
	stun_binding(octets, p->transaction);
	probe_say(p, octets, sizeof octets);
	return true;
}

bool
kind_stun_ask_allocate(struct probe_run *p)
{
	uint8_t octets[STUN_ALLOCATE];

	probe_random(p->transaction, STUN_TRANSACTION);
	stun_allocate(octets, p->transaction);
	probe_say(p, octets, sizeof octets);
	return true;
}

/* False: not an answer to us, and noted as noise; anybody can send a datagram. */
static bool
take(struct probe_run *p, struct stun_answer *ret)
{
	int err = stun_decode(p->in, p->n_in, p->transaction, ret);

	p->n_in = 0;
	if (err != 0)
		p->noise = true;
	return err == 0;
}

enum probe_look
kind_stun_look(struct probe_run *p)
{
	struct stun_answer a;

	if (!take(p, &a))
		return LOOK_MORE;
	if (a.type != STUN_TYPE_BINDING_SUCCESS || !addr_present(&a.mapped))
		return probe_verdict(p, false, REASON_ANSWER_WRONG, (uint64_t)a.error);
	p->outcome.mapped = a.mapped;
	p->outcome.mapped_port = a.mapped_port;
	return probe_verdict(p, true, REASON_OK, 0);
}

enum probe_look
kind_stun_look_allocate(struct probe_run *p)
{
	struct stun_answer a;

	if (!take(p, &a))
		return LOOK_MORE;
	if (a.type != STUN_TYPE_ALLOCATE_ERROR || a.error != STUN_ERROR_UNAUTHORIZED ||
	    !a.realm || !a.nonce)
		return probe_verdict(p, false, REASON_ANSWER_WRONG, (uint64_t)a.error);
	return probe_verdict(p, true, REASON_OK, 0);
}
