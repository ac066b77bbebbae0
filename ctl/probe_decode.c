/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_decode - see probe_decode.h.
 */
#include "probe_decode.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shown.h"
#include "stun_codec.h"
#include "turn_codec.h"

enum speech
probe_speech(enum probe kind)
{
	static const enum speech speeches[PROBES] = {[PROBE_SIP] = SPEECH_SIP,
	    [PROBE_SIP_REGISTER] = SPEECH_SIP,
	    [PROBE_MTLS] = SPEECH_SIP,
	    [PROBE_XMPP] = SPEECH_XMPP,
	    [PROBE_TURN_UDP] = SPEECH_TURN,
	    [PROBE_TURN_TCP] = SPEECH_TURN_STREAM,
	    [PROBE_STUN] = SPEECH_STUN,
	    [PROBE_TURN] = SPEECH_STUN,
	    [PROBE_UDP] = SPEECH_DATAGRAM,
	    [PROBE_ICMP] = SPEECH_DATAGRAM,
	    [PROBE_EXEC] = SPEECH_PROGRAM};

	return speeches[kind];
}

/* --- MS-TURN ---------------------------------------------------------------------------
 */

/* Whose public A/V address it is: a relay names itself, so through a VIP one learns who
 * answered.  NULL: no member's. */
static const struct member *
member_at(const struct model *m, const struct addr *a)
{
	for (size_t p = 0; m != NULL && p < m->n_pools; p++)
		for (size_t i = 0; i < m->pools[p].n_members; i++) {
			const struct member *member = &m->pools[p].members[i];

			for (int f = 0; f < FAMILIES; f++)
				if (addr_equal(&member->at[ADDRESS_AV].public.at[f], a))
					return member;
		}
	return NULL;
}

static void
tell_alternate(struct told *t, const struct addr *a, const struct probe_aim *aim,
    const struct model *m)
{
	const struct addr *public = &aim->question.public.at[addr_family(a)];
	const struct member *member = member_at(m, a);
	char text[ADDR_TEXT_MAX];

	if (addr_present(public) && addr_equal(a, public))
		told_fact(
		    t, "alternate-is", "the member's public address, as configured");
	else if (member != NULL)
		told_fact(t, "alternate-is", "%s", member->full_name);
	else if (addr_present(public))
		told_fact(t, "alternate-is", "not the configured public address, %s",
		    addr_text(public, text));
	if (probe_aim_is_outside(aim) && addr_is_private(a))
		told_fact(t, "alternate-range",
		    "not routed in the Internet: clients outside cannot reach it");
}

void
probe_decode_turn(struct told *t, const uint8_t *octets, size_t n,
    const struct probe_aim *aim, const struct model *m)
{
	struct turn_attribute a;
	size_t at = 0;
	uint16_t type;
	int err;

	if (n < 20) {
		told_fact(t, "message", "none: shorter than a header");
		return;
	}
	type = (uint16_t)(octets[0] << 8 | octets[1]);
	told_fact(t, "message", "%s (0x%04x)",
	    turn_type_name(type) != NULL ? turn_type_name(type) : "not MS-TURN", type);
	while ((err = turn_attribute_next(octets, n, &at, &a)) == 0) {
		char name[TOLD_NAME_MAX], text[TURN_VALUE_MAX];
		struct addr alternate;

		if (turn_attribute_name(a.type) != NULL)
			snprintf(name, sizeof name, "%s", turn_attribute_name(a.type));
		else
			snprintf(name, sizeof name, "0x%04x", a.type);
		told_fact(t, name, "%s", turn_attribute_text(&a, text));
		if (turn_attribute_alternate(&a, &alternate))
			tell_alternate(t, &alternate, aim, m);
	}
	if (err == -EBADMSG)
		told_fact(t, "broken", "lengths do not fit the octets from %zu on",
		    at == 0 ? 20 : at);
}

/* --- STUN and TURN of the RFCs --------------------------------------------------------
 */

void
probe_decode_stun(struct told *t, const uint8_t *octets, size_t n)
{
	char text[ADDR_PORT_TEXT_MAX];
	struct stun_answer a;

	/* whose it is, the probe judges: any transaction will do */
	if (n < 20 || stun_decode(octets, n, octets + 8, &a) != 0) {
		told_fact(t, "message", "not STUN (RFC 5389)");
		t->octets = octets;
		t->n_octets = n;
		return;
	}
	told_fact(t, "message", "0x%04x", a.type);
	if (a.error != 0)
		told_fact(t, "ERROR-CODE", "%d", a.error);
	if (a.type == STUN_TYPE_ALLOCATE_ERROR)
		told_fact(t, "challenge", "%s, %s", a.realm ? "REALM" : "no REALM",
		    a.nonce ? "NONCE" : "no NONCE");
	if (addr_present(&a.mapped))
		told_fact(t, "MAPPED-ADDRESS", "%s: who asks, as seen from there",
		    addr_port_text(&a.mapped, a.mapped_port, text));
	told_fact(t, "FINGERPRINT", "%s", a.fingerprint ? "right" : "none");
}

/* --- SIP -------------------------------------------------------------------------------
 */

struct line {
	const uint8_t *at;
	size_t n;
};

/* The next line without its end; false behind the last. */
static bool
next_line(const uint8_t *octets, size_t n, size_t *at, struct line *ret)
{
	const uint8_t *feed;

	if (*at >= n)
		return false;
	feed = memchr(octets + *at, '\n', n - *at);
	ret->at = octets + *at;
	ret->n = feed == NULL ? n - *at : (size_t)(feed - ret->at);
	*at += ret->n + 1;
	while (ret->n > 0 && (ret->at[ret->n - 1] == '\r' || ret->at[ret->n - 1] == ' '))
		ret->n--;
	return true;
}

void
probe_decode_sip(struct told *t, const uint8_t *octets, size_t n)
{
	/* What tells product, side and cause; the rest stands in the text. */
	static const char *const telling[] = {"Server", "ms-diagnostics",
	    "ms-user-logon-data", "WWW-Authenticate", "Warning"};
	char text[TOLD_VALUE_MAX];
	struct line line;
	size_t at = 0;

	while (next_line(octets, n, &at, &line)) {
		if (line.n > 8 && memcmp(line.at, "SIP/2.0 ", 8) == 0)
			told_fact(t, "status", "%s",
			    shown_text(line.at + 8, line.n - 8, text, sizeof text));
		for (size_t i = 0; i < countof(telling); i++) {
			size_t length = strlen(telling[i]);
			const char *as_text = (const char *)line.at;

			if (line.n <= length + 1 || as_text[length] != ':' ||
			    strncasecmp(as_text, telling[i], length) != 0)
				continue;
			while (length + 1 < line.n && as_text[length + 1] == ' ')
				length++;
			told_fact(t, telling[i], "%s",
			    shown_text(line.at + length + 1, line.n - length - 1, text,
				sizeof text));
		}
	}
}

/* --- XMPP ------------------------------------------------------------------------------
 */

/* Names of tags only: the text itself is shown, too. */
void
probe_decode_xmpp(struct told *t, const uint8_t *octets, size_t n)
{
	char names[TOLD_VALUE_MAX], name[64];
	size_t at = 0, length = 0;

	while (at < n && length + sizeof name + 3 < sizeof names) {
		const uint8_t *open = memchr(octets + at, '<', n - at);
		size_t from, to;

		if (open == NULL)
			break;
		from = to = (size_t)(open - octets) + 1;
		while (to < n && strchr(" \t\r\n/>", octets[to]) == NULL)
			to++;
		if (to > from) /* closing tags have no name of their own */
			length += (size_t)snprintf(names + length, sizeof names - length,
			    "%s%s", length == 0 ? "" : ", ",
			    shown_text(octets + from, to - from, name, sizeof name));
		at = to;
	}
	if (length > 0)
		told_fact(t, "tags", "%s", names);
}
