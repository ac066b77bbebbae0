/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_advice - see probe_advice.h.
 *
 * Said here is what people who keep Edge Servers get wrong most: that 504 and 401 are
 * health, that an open port is not, and who is to blame for a silence.
 */
#include "probe_advice.h"

#include <stdarg.h>
#include <stdio.h>

#include "probe_certificate.h"
#include "probe_decode.h"
#include "report_reason.h"

const char *
advice_grade_word(enum advice_grade g)
{
	switch (g) {
	case ADVICE_GOOD:
		return "good";
	case ADVICE_BAD:
		return "bad";
	case ADVICE_NOT_KNOWN:
		return "not known";
	}
	return "?";
}

static void hint(struct advice *a, const char *format, ...) edge_printf(2, 3);

static void
hint(struct advice *a, const char *format, ...)
{
	va_list args;

	if (a->n_hints == ADVICE_HINTS_MAX)
		return;
	va_start(args, format);
	vsnprintf(a->hints[a->n_hints++], ADVICE_TEXT_MAX, format, args);
	va_end(args);
}

/* --- what is bad -----------------------------------------------------------------------
 */

/* By reason, and by what is spoken there; the first row that fits.  SPEECH_OTHER fits
 * all. */
static const struct {
	enum reason reason;
	enum speech speech;
	const char *text;
} meanings[] = {
    {REASON_CONNECT_REFUSED, SPEECH_TURN,
	"Nothing listens there: the A/V service is stopped or still starting."},
    {REASON_CONNECT_REFUSED, SPEECH_OTHER,
	"Nothing listens there: the service is stopped or still starting, or a firewall "
	"rejects."},
    {REASON_CONNECT_TIMEOUT, SPEECH_OTHER,
	"Nothing came back at all: the host is off, the address is another's, or a "
	"firewall "
	"drops packets."},
    {REASON_UNREACHABLE, SPEECH_OTHER,
	"This host or a router on the way knows no way there: routes, link, or the host "
	"is "
	"off."},
    {REASON_TLS_TIMEOUT, SPEECH_OTHER,
	"The port accepts and then says nothing: the service hangs. A check of ports "
	"would "
	"call it healthy."},
    {REASON_TLS_FAILED, SPEECH_OTHER,
	"What listens there does not speak TLS. An A/V port never does: it speaks "
	"pseudo-TLS (av-tcp)."},
    {REASON_TLS_ALERT, SPEECH_SIP,
	"The peer ended the handshake. Ports for trusted servers do so when the client "
	"certificate is missing, not trusted, or not of a server in the topology "
	"(health.tls.certificate)."},
    {REASON_TLS_ALERT, SPEECH_OTHER, "The peer ended the handshake."},
    {REASON_CLOSED_EARLY, SPEECH_SIP,
	"It accepted and hung up. Ports for trusted servers do so when the client "
	"certificate is not of a server in the topology; else the service is ending or "
	"overloaded."},
    {REASON_CLOSED_EARLY, SPEECH_OTHER,
	"It accepted and hung up: the service is ending, starting or overloaded."},
    {REASON_ANSWER_TIMEOUT, SPEECH_TURN,
	"Three times the same question, no answer: the relay is dead, or UDP is filtered "
	"on "
	"the way or on the way back."},
    {REASON_ANSWER_TIMEOUT, SPEECH_DATAGRAM,
	"Asked three times, no answer: nobody is there, packets are filtered, or what "
	"was "
	"sent is not what is understood there."},
    {REASON_ANSWER_TIMEOUT, SPEECH_STUN,
	"No answer. An A/V Edge does not answer this: it speaks MS-TURN (av-udp)."},
    {REASON_ANSWER_TIMEOUT, SPEECH_OTHER,
	"The connection stands and no answer comes: the service hangs. A check of ports "
	"would call it healthy."},
    {REASON_ANSWER_GARBAGE, SPEECH_TURN_STREAM,
	"Something answers, but not with pseudo-TLS and MS-TURN: another service, a "
	"proxy, "
	"or a TLS server, is on this port."},
    {REASON_ANSWER_GARBAGE, SPEECH_OTHER,
	"Something answers in another language: another service or a proxy is on this "
	"port."},
    {REASON_ANSWER_WRONG, SPEECH_TURN,
	"A relay that is well answers 401 with a realm and a nonce; 300 and 5xx mean "
	"that "
	"it can take nobody."},
    {REASON_ANSWER_WRONG, SPEECH_TURN_STREAM,
	"A relay that is well answers 401 with a realm and a nonce; 300 and 5xx mean "
	"that "
	"it can take nobody."},
    {REASON_ANSWER_WRONG, SPEECH_OTHER,
	"The answer belongs to another question: something between rewrites or mixes "
	"up."},
    {REASON_REFUSING, SPEECH_OTHER,
	"The service lives and wants no new work: it keeps its sessions and gets no new "
	"ones. It drains, or is overloaded."},
    {REASON_PROGRAM_FAILED, SPEECH_OTHER,
	"The program of the configuration ended with another status than 0."},
    {REASON_LOCAL, SPEECH_PROGRAM,
	"This says something about this host only: edge-health-exec does not run, or may "
	"not be asked by you, or could not start the program."},
    {REASON_LOCAL, SPEECH_OTHER,
	"This says something about this host only: descriptors, memory, rights, or a "
	"source "
	"address that is not here."},
};

static void
hint_reason(const struct probe_aim *aim, const struct outcome *o, struct advice *a)
{
	enum speech speech = probe_speech(aim->question.kind);

	for (size_t i = 0; i < countof(meanings); i++)
		if (meanings[i].reason == o->reason &&
		    (meanings[i].speech == speech ||
			meanings[i].speech == SPEECH_OTHER)) {
			hint(a, "%s", meanings[i].text);
			return;
		}
}

/* --- what is good ----------------------------------------------------------------------
 */

static void
hint_sip(const struct probe_aim *aim, const struct outcome *o, struct advice *a)
{
	if (o->sip_status == 504)
		hint(a,
		    "504 is what a healthy Access Edge answers to a stranger who asks "
		    "for nobody's domain.");
	else if (o->sip_status != 0 && o->ok)
		hint(a,
		    "Any final response proves that SIP lives; an Access Edge usually "
		    "answers 504.");
	else if (o->ok && o->tls.asked_us && !aim->question.sip)
		hint(a,
		    "It asked for a client certificate, as a port for trusted servers "
		    "must; SIP is not asked here.");
	else if (o->ok && o->tls.asked_us)
		hint(a,
		    "SIP was not asked: without a client certificate it is enough to be "
		    "asked for one. With health.tls.certificate the answer would count.");
}

static void
hint_next_hop(const struct outcome *o, struct advice *a)
{
	switch (o->next_hop) {
	case NEXT_HOP_UNASKED:
	case NEXT_HOPS:
		return;
	case NEXT_HOP_ALIVE:
		hint(a,
		    "REGISTER was answered %d: that comes from the next hop, which "
		    "lives.",
		    o->register_status);
		return;
	case NEXT_HOP_DEAD:
		hint(a,
		    "REGISTER was answered %d%s%s: the Edge lives, its next hop does "
		    "not. "
		    "A condition (degraded): all members share it, none is removed.",
		    o->register_status, o->said[0] != '\0' ? ", " : "", o->said);
		return;
	case NEXT_HOP_SILENT:
		hint(a, "REGISTER was not answered: the next hop hangs or cannot be "
			"reached. A "
			"condition (degraded): all members share it, none is removed.");
		return;
	case NEXT_HOP_UNCLEAR:
		hint(a,
		    "REGISTER was answered %d, which says nothing about the next hop.",
		    o->register_status);
		return;
	}
}

static void
hint_turn(const struct probe_aim *aim, const struct outcome *o, struct advice *a)
{
	char is[ADDR_TEXT_MAX], should[ADDR_TEXT_MAX];
	const struct addr *public;

	if (!o->ok)
		return;
	hint(a, "401 is what a healthy relay answers to a question without credentials.");
	if (!addr_present(&o->alternate)) {
		hint(a,
		    "No Alternate-Server came: a real A/V Edge names its public address "
		    "there.");
		return;
	}
	addr_text(&o->alternate, is);
	public = &aim->question.public.at[addr_family(&o->alternate)];
	if (o->reason == REASON_PRIVATE_ALTERNATE)
		hint(a,
		    "Clients go on at %s, not at %s: correct the A/V Edge's public "
		    "address in Topology Builder, or public = here. It stays up, because "
		    "every member would leave at once.",
		    is, addr_text(public, should));
	else if (probe_aim_is_outside(aim) && !addr_present(public) &&
		 addr_is_private(&o->alternate))
		hint(a,
		    "Clients go on at %s, which is not routed in the Internet: from "
		    "outside they will not reach it.",
		    is);
}

static void
hint_kind(const struct probe_aim *aim, const struct outcome *o, struct advice *a)
{
	switch (probe_speech(aim->question.kind)) {
	case SPEECH_SIP:
		hint_sip(aim, o, a);
		hint_next_hop(o, a);
		return;
	case SPEECH_TURN:
	case SPEECH_TURN_STREAM:
		hint_turn(aim, o, a);
		return;
	case SPEECH_XMPP:
		if (o->ok)
			hint(a,
			    "A stream header with features or an error proves that XMPP "
			    "lives; an error is usual for a stranger.");
		return;
	case SPEECH_STUN:
		if (o->ok)
			hint(a,
			    "A server of RFC 5389 or RFC 5766 lives there: no A/V Edge "
			    "would have answered this.");
		return;
	case SPEECH_PROGRAM:
		if (o->said[0] != '\0')
			hint(a, "What was said: %s", o->said);
		return;
	case SPEECH_DATAGRAM:
		if (o->ok && aim->question.kind == PROBE_ICMP)
			hint(a,
			    "Only the host was seen to be there: no service was asked.");
		return;
	case SPEECH_OTHER:
		if (o->ok && aim->question.kind == PROBE_TCP)
			hint(a, "Only the port was seen to be open: what is behind it "
				"was not "
				"asked.");
		if (o->ok && aim->question.kind == PROBE_PSOM)
			hint(a, "TLS stood and the connection stayed open; PSOM itself "
				"is not "
				"spoken.");
		return;
	}
}

/* --- the state -------------------------------------------------------------------------
 */

static void
say_state(const struct probe_aim *aim, const struct outcome *o, struct advice *a)
{
	const struct health_conf *h = &aim->health;

	if (a->grade == ADVICE_NOT_KNOWN)
		snprintf(a->state, sizeof a->state,
		    "edge-health would not count it for or against anybody.");
	else if (a->grade == ADVICE_GOOD)
		snprintf(a->state, sizeof a->state,
		    "edge-health: up after %d such in a row, the first time after one.",
		    h->rise);
	else if (o->reason == REASON_CONNECT_REFUSED)
		snprintf(a->state, sizeof a->state,
		    "edge-health: down after %d such in a row.", h->hard_fall);
	else
		snprintf(a->state, sizeof a->state,
		    "edge-health: %s when %d failures add up.",
		    o->reason == REASON_REFUSING ? "down, refusing," : "down", h->fall);
}

/* --- the certificate
 * --------------------------------------------------------------------
 */

static void
hint_certificate(const struct probe_aim *aim, const struct certificate *seen,
    int64_t wall_s, struct advice *a)
{
	struct finding findings[PROBE_FINDINGS_MAX];
	size_t n = probe_certificate_findings(aim, seen, wall_s, findings);

	if (n == 1)
		hint(a, "%.200s: a condition, and never removes a member.",
		    findings[0].text);
	else if (n > 1)
		hint(a, "%.200s, and %zu more: conditions, and never remove a member.",
		    findings[0].text, n - 1);
}

/* A warning, as Edge Servers of 2013 cannot do better. */
static void
hint_old_tls(const struct outcome *o, struct advice *a)
{
	if (o->tls.version != 0 && o->tls.version < TLS_1_2)
		hint(a,
		    "%s is older than TLS 1.2: a condition, and never removes a member.",
		    tls_word((uint64_t)o->tls.version));
}

void
advice_give(const struct probe_aim *aim, const struct outcome *o,
    const struct certificate *seen, int64_t wall_s, struct advice *ret)
{
	*ret = (struct advice){.grade = ADVICE_BAD};
	if (o->ok)
		ret->grade = ADVICE_GOOD;
	else if (o->reason == REASON_LOCAL)
		ret->grade = ADVICE_NOT_KNOWN;
	report_reason(ret->why, sizeof ret->why, o->reason, o->detail);
	hint_reason(aim, o, ret);
	hint_kind(aim, o, ret);
	if (seen->known)
		hint_certificate(aim, seen, wall_s, ret);
	hint_old_tls(o, ret);
	say_state(aim, o, ret);
}
