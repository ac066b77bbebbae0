/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kinds - all probe kinds, one row each, and those too small for a file of their own.
 *
 * A new kind is a row here, a word in model.h and, if it speaks, a file kind_NAME.c.
 */
#include <errno.h>
#include <string.h>

#include "kind_exec.h"
#include "kind_plain.h"
#include "kind_sip.h"
#include "kind_stun.h"
#include "kind_turn.h"
#include "probe.h"
#include "xmpp_answer.h"

WORDS_DEFINE(next_hop, NEXT_HOPS, NEXT_HOP_WORDS);

/* Nobody's domain (RFC 2606): the peer may refuse it, and a refusal proves life. */
#define XMPP_FROM "edgepool.invalid"

static int64_t
psom_hold_ns(const struct probe_run *p)
{
	return p->question->hold_ns;
}

static bool
xmpp_ask(struct probe_run *p)
{
	char text[XMPP_HEADER_MAX];
	const char *to = p->question->domain == NULL ? XMPP_FROM : p->question->domain;
	size_t n = xmpp_header(text, sizeof text, to, XMPP_FROM);

	probe_say(p, text, n);
	return true;
}

static enum probe_look
xmpp_look(struct probe_run *p)
{
	int err = xmpp_answer_check((const char *)p->in, p->n_in);

	if (err == -EAGAIN)
		return LOOK_MORE;
	if (err != 0)
		return probe_verdict(p, false, REASON_ANSWER_GARBAGE, 0);
	return probe_verdict(p, true, REASON_OK, 0);
}

const struct probe_kind probe_kinds[PROBES] = {
    [PROBE_TCP] = {.id = PROBE_TCP, .proto = PROTO_TCP},
    [PROBE_TLS] = {.id = PROBE_TLS, .proto = PROTO_TCP, .tls = true},
    [PROBE_SIP] = {.id = PROBE_SIP,
	.proto = PROTO_TCP,
	.tls = true,
	.ask = kind_sip_ask,
	.look = kind_sip_look},
    [PROBE_MTLS] = {.id = PROBE_MTLS,
	.proto = PROTO_TCP,
	.tls = true,
	.asked_suffices = true,
	.ask = kind_sip_ask_if_known,
	.look = kind_sip_look,
	.hold_ns = kind_sip_settle_ns},
    [PROBE_TURN_UDP] = {.id = PROBE_TURN_UDP,
	.proto = PROTO_UDP,
	.ask = kind_turn_ask_udp,
	.look = kind_turn_look_udp},
    [PROBE_TURN_TCP] = {.id = PROBE_TURN_TCP,
	.proto = PROTO_TCP,
	.ask = kind_turn_ask_tcp,
	.look = kind_turn_look_tcp},
    [PROBE_XMPP] = {.id = PROBE_XMPP,
	.proto = PROTO_TCP,
	.ask = xmpp_ask,
	.look = xmpp_look,
	.farewell = XMPP_FAREWELL},
    [PROBE_PSOM] = {.id = PROBE_PSOM,
	.proto = PROTO_TCP,
	.tls = true,
	.hold_ns = psom_hold_ns},
    [PROBE_UDP] = {.id = PROBE_UDP,
	.proto = PROTO_UDP,
	.ask = kind_udp_ask,
	.look = kind_udp_look},
    [PROBE_STUN] = {.id = PROBE_STUN,
	.proto = PROTO_UDP,
	.ask = kind_stun_ask,
	.look = kind_stun_look},
    [PROBE_TURN] = {.id = PROBE_TURN,
	.proto = PROTO_UDP,
	.ask = kind_stun_ask_allocate,
	.look = kind_stun_look_allocate},
    [PROBE_SIP_REGISTER] = {.id = PROBE_SIP_REGISTER,
	.proto = PROTO_TCP,
	.tls = true,
	.ask = kind_sip_ask,
	.look = kind_sip_look_register},
    [PROBE_EXEC] = {.id = PROBE_EXEC,
	.proto = PROTO_UDP,
	.open = kind_exec_open,
	.helper = true,
	.ask = kind_exec_ask,
	.look = kind_exec_look},
    [PROBE_ICMP] = {.id = PROBE_ICMP,
	.proto = PROTO_UDP,
	.open = kind_icmp_open,
	.ask = kind_icmp_ask,
	.look = kind_icmp_look},
};
