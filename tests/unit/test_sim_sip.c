/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the simulated Access Edge makes of SIP, and the XMPP proxy of a stream.
 */
#include "talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
draw_pattern(void *bytes, size_t n)
{
	memset(bytes, 0x5a, n);
}

static const struct manner manner = {.name = "edge1",
    .server_token = "RTC/5.0",
    .realm = "rtcmedia",
    .sip_domain = "contoso.com",
    .draw = draw_pattern};

static const char options[] = "OPTIONS sip:nobody.invalid SIP/2.0\r\n"
			      "Via: SIP/2.0/TLS 192.0.2.1:4711;branch=z9hG4bK77\r\n"
			      "Via: SIP/2.0/TLS 10.0.0.1;branch=z9hG4bK76\r\n"
			      "Max-Forwards: 70\r\n"
			      "From: <sip:probe@invalid>;tag=a1;epid=b2\r\n"
			      "To: <sip:nobody.invalid>\r\n"
			      "Call-ID: c3\r\n"
			      "CSeq: 42 OPTIONS\r\n"
			      "Content-Length: 0\r\n\r\n";

static const char answer_504[] = "SIP/2.0 504 Server time-out\r\n"
				 "ms-user-logon-data: RemoteUser\r\n"
				 "From: <sip:probe@invalid>;tag=a1;epid=b2\r\n"
				 "To: <sip:nobody.invalid>;tag=edge1-5a5a5a5a\r\n"
				 "Call-ID: c3\r\n"
				 "CSeq: 42 OPTIONS\r\n"
				 "Via: SIP/2.0/TLS 192.0.2.1:4711;branch=z9hG4bK77\r\n"
				 "Via: SIP/2.0/TLS 10.0.0.1;branch=z9hG4bK76\r\n"
				 "Server: RTC/5.0\r\n"
				 "Content-Length: 0\r\n\r\n";

#define HALF_504                                                                         \
	"SIP/2.0 504 Server time-out\r\n"                                                \
	"ms-user-logon-data: RemoteUser\r\n"                                             \
	"From: <sip:probe@invalid>;tag=a1;epid=b2\r\n"                                   \
	"To: <sip:nobody.invalid>;tag=edge1-5a5a5a5a\r\n"                                \
	"Call-ID"

struct row {
	const char *sentence;
	enum speech speech;
	enum sickness sickness;
	const char *heard;
	enum talk_verdict verdict;
	const char *said; /* the whole; NULL: anything */
	const char *somewhere;
};

#define HEADER                                                                           \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:server'"                      \
	" xmlns:stream='http://etherx.jabber.org/streams' to='contoso.com'"              \
	" from='probe.example.net' version='1.0'>"
#define LEAST                                                                            \
	"v: SIP/2.0/TLS h;branch=z9hG4bK1\r\nf: <sip:a>\r\nt: <sip:b>;tag=t\r\ni: 1\r\n" \
	"CSeq: 1 X\r\n"

static const struct row rows[] = {
    {"an OPTIONS gets 504, header for header", SPEECH_SIP, SICKNESS_WELL, options,
	TALK_ON, answer_504, NULL},
    {"503 is 503", SPEECH_SIP, SICKNESS_UNAVAILABLE, options, TALK_ON, NULL,
	"SIP/2.0 503 Service Unavailable\r\n"},
    {"a silent one says nothing", SPEECH_SIP, SICKNESS_SILENT, options, TALK_ON, "",
	NULL},
    {"half an answer", SPEECH_SIP, SICKNESS_HALF, options, TALK_ON, HALF_504, NULL},
    {"an answer to another has another's Call-ID", SPEECH_SIP, SICKNESS_OTHER, options,
	TALK_ON, NULL, "\r\nCall-ID: b3\r\n"},
    {"an endless answer goes on with blanks", SPEECH_SIP, SICKNESS_ENDLESS, options,
	TALK_ON, NULL, HALF_504 "                "},
    {"keep-alive is not answered", SPEECH_SIP, SICKNESS_WELL, "\r\n\r\n\r\n\r\n", TALK_ON,
	"", NULL},
    {"compact names are names, a tag in To stays", SPEECH_SIP, SICKNESS_WELL,
	"REGISTER sip:b SIP/2.0\r\n" LEAST "l: 4\r\n\r\nbody", TALK_ON, NULL,
	"To: <sip:b>;tag=t\r\n"},
    {"a body that is not all there yet is waited for", SPEECH_SIP, SICKNESS_WELL,
	"REGISTER sip:b SIP/2.0\r\n" LEAST "l: 4\r\n\r\nbod", TALK_ON, "", NULL},
    {"a REGISTER for its own domain is the next hop's to answer", SPEECH_SIP,
	SICKNESS_WELL, "REGISTER sip:Contoso.com SIP/2.0\r\n" LEAST "\r\n", TALK_ON, NULL,
	"SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: NTLM "},
    {"the same with a user and a port", SPEECH_SIP, SICKNESS_WELL,
	"REGISTER sip:a@contoso.com:5061;x=y SIP/2.0\r\n" LEAST "\r\n", TALK_ON, NULL,
	"SIP/2.0 401 "},
    {"an OPTIONS for it is not", SPEECH_SIP, SICKNESS_NEXT_HOP_HANGS,
	"OPTIONS sip:contoso.com SIP/2.0\r\n" LEAST "\r\n", TALK_ON, NULL,
	"SIP/2.0 504 Server time-out\r\nms-user"},
    {"a dead next hop is told with ms-diagnostics", SPEECH_SIP, SICKNESS_NEXT_HOP_DEAD,
	"REGISTER sip:contoso.com SIP/2.0\r\n" LEAST "\r\n", TALK_ON, NULL,
	"SIP/2.0 504 Server time-out\r\nms-diagnostics: 1010;reason=\""},
    {"one that refuses is passed on", SPEECH_SIP, SICKNESS_NEXT_HOP_REFUSES,
	"REGISTER sip:contoso.com SIP/2.0\r\n" LEAST "\r\n", TALK_ON, NULL,
	"SIP/2.0 503 "},
    {"one that hangs says nothing", SPEECH_SIP, SICKNESS_NEXT_HOP_HANGS,
	"REGISTER sip:contoso.com SIP/2.0\r\n" LEAST "\r\n", TALK_ON, "", NULL},
    {"an ACK is not answered", SPEECH_SIP, SICKNESS_WELL,
	"ACK sip:b SIP/2.0\r\n" LEAST "\r\n", TALK_ON, "", NULL},
    {"a response is not answered", SPEECH_SIP, SICKNESS_WELL,
	"SIP/2.0 200 OK\r\n" LEAST "\r\n", TALK_ON, "", NULL},
    {"HTTP is not SIP", SPEECH_SIP, SICKNESS_WELL, "GET / HTTP/1.1\r\n\r\n", TALK_CLOSE,
	"", NULL},
    {"a request without Call-ID ends it", SPEECH_SIP, SICKNESS_WELL,
	"X sip:b SIP/2.0\r\nVia: x\r\nFrom: a\r\nTo: b\r\nCSeq: 1 X\r\n\r\n", TALK_CLOSE,
	"", NULL},
    {"a length that is no number ends it", SPEECH_SIP, SICKNESS_WELL,
	"X sip:b SIP/2.0\r\n" LEAST "Content-Length: -1\r\n\r\n", TALK_CLOSE, "", NULL},
    {"noise ends it at once", SPEECH_SIP, SICKNESS_WELL, "\x16\x03\x01", TALK_CLOSE, "",
	NULL},
    {"a stream header gets features", SPEECH_XMPP, SICKNESS_WELL, HEADER, TALK_ON, NULL,
	" id='edge1-5a5a5a5a5a5a5a5a' from='contoso.com' to='probe.example.net'"
	" version='1.0'><stream:features><starttls "},
    {"a client's namespace is refused, after the header", SPEECH_XMPP, SICKNESS_WELL,
	"<stream:stream xmlns='jabber:client' to='contoso.com'>", TALK_CLOSE, NULL,
	"<stream:error><invalid-namespace "},
    {"stream-error is an error, and life", SPEECH_XMPP, SICKNESS_STREAM_ERROR, HEADER,
	TALK_CLOSE, NULL, "<stream:error><host-unknown "},
    {"no quote gets out of its quotes", SPEECH_XMPP, SICKNESS_WELL,
	"<stream:stream xmlns='jabber:server' to=\"a' b='c\">", TALK_CLOSE, NULL,
	"<improper-addressing "},
    {"what is not a tag is not well-formed", SPEECH_XMPP, SICKNESS_WELL, "hello",
	TALK_CLOSE, NULL, "<not-well-formed "},
    {"the end is answered with the end", SPEECH_XMPP, SICKNESS_WELL,
	HEADER "</stream:stream>", TALK_CLOSE, NULL,
	"</stream:features></stream:stream>"},
    {"STARTTLS goes on", SPEECH_XMPP, SICKNESS_WELL,
	HEADER "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", TALK_START_TLS,
	NULL, "<proceed "},
    {"PSOM listens and says nothing", SPEECH_PSOM, SICKNESS_WELL, "hello", TALK_ON, "",
	NULL},
    {"a frame without our cookie ends it", SPEECH_TURN_STREAM, SICKNESS_WELL,
	"\x02\0\0\x01x", TALK_CLOSE, "", NULL},
};

static void
play(const struct row *r, size_t step)
{
	struct talk t = {.speech = r->speech, .manner = &manner};
	struct octets in = {0}, out = {0};
	enum talk_verdict v = TALK_ON;
	/* The one row with NULs in it is five octets. */
	size_t n = r->speech == SPEECH_TURN_STREAM ? 5 : strlen(r->heard);

	t.peer.ss_family = t.local.ss_family = AF_INET;
	for (size_t at = 0; at < n && v == TALK_ON; at += step) {
		octets_append(&in, r->heard + at, at + step > n ? n - at : step);
		v = talk_hear(&t, r->sickness, &in, &out);
	}
	octets_append(&out, "", 1);
	const char *said = (const char *)out.bytes;
	if (v != r->verdict || (r->said != NULL && strcmp(said, r->said) != 0) ||
	    (r->somewhere != NULL && strstr(said, r->somewhere) == NULL))
		fail_msg("%s (%zu octets at a time): verdict %d, said: %s", r->sentence,
		    step, (int)v, said);
	octets_fini(&in);
	octets_fini(&out);
}

/* However the network cuts what is heard, the conversation is the same. */
static void
conversations(void **state)
{
	static const size_t steps[] = {1, 3, 17, 4096};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
			play(&rows[i], steps[s]);
	}
}

static void
pipelined_requests_are_answered_in_order(void **state)
{
	struct talk t = {.speech = SPEECH_SIP, .manner = &manner};
	struct octets in = {0}, out = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		octets_append(&in, options, sizeof options - 1);
	assert_int_equal(talk_hear(&t, SICKNESS_WELL, &in, &out), TALK_ON);
	assert_int_equal(out.len, 100 * (sizeof answer_504 - 1));
	octets_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conversations),
	    cmocka_unit_test(pipelined_requests_are_answered_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
