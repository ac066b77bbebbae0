/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sip_answer - responses as real and as strange servers send them.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sip_answer.h"

static const struct sip_question question = {
    .branch = "00112233445566778899aabbccddeeff",
    .call_id = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf",
    .tag = "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
};

#define VIA                                                                              \
	"Via: SIP/2.0/TLS "                                                              \
	"192.0.2.1:40000;branch=z9hG4bK00112233445566778899aabbccddeeff\r\n"
#define CALL_ID "Call-ID: c0c1c2c3c4c5c6c7c8c9cacbcccdcecf\r\n"
#define CSEQ    "CSeq: 1 OPTIONS\r\n"
#define OURS    VIA CALL_ID CSEQ
#define END     "Content-Length: 0\r\n\r\n"

struct row {
	const char *sentence;
	const char *text;
	int result;
	int status;
	unsigned major;
};

static const struct row rows[] = {
    {"504, as a healthy Access Edge of 2013 answers",
	"SIP/2.0 504 Server time-out\r\nms-user-logon-data: RemoteUser\r\n"
	"From: <sip:probe@edgepool.invalid>;tag=1\r\nTo: "
	"<sip:edgepool.invalid>;tag=2\r\n" CALL_ID CSEQ VIA "Server: RTC/5.0\r\n" END,
	0, 504, 5},
    {"no Server header", "SIP/2.0 504 Server time-out\r\n" OURS END, 0, 504, 0},
    {"another server", "SIP/2.0 200 OK\r\n" OURS "Server: kamailio (5.6.3)\r\n" END, 0,
	200, 0},
    {"a server without a number", "SIP/2.0 200 OK\r\n" OURS "Server: RTC/x\r\n" END, 0,
	200, 0},
    {"400 of the years before",
	"SIP/2.0 400 Invalid Contact information\r\n" OURS
	"ms-diagnostics: 1018;reason=\"Parsing failure\"\r\n" END,
	0, 400, 0},
    {"503", "SIP/2.0 503 Service Unavailable\r\n" OURS "Retry-After: 9\r\n" END, 0, 503,
	0},
    {"compact header names",
	"SIP/2.0 401 Unauthorized\r\n"
	"v: SIP/2.0/TLS "
	"h;branch=z9hG4bK00112233445566778899aabbccddeeff;received=1.2.3.4\r\n"
	"i: c0c1c2c3c4c5c6c7c8c9cacbcccdcecf\r\nCSEQ:1 OPTIONS\r\nl: 0\r\n\r\n",
	0, 401, 0},
    {"folded lines",
	"SIP/2.0 200 OK\r\nVia:\r\n SIP/2.0/TLS h\r\n"
	"\t;branch=z9hG4bK00112233445566778899aabbccddeeff\r\n" CALL_ID CSEQ END,
	0, 200, 0},
    {"lines folded where a blank could stand",
	"SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS h ;\r\n branch = "
	"z9hG4bK00112233445566778899aabbccddeeff\r\n\t;received=1.2.3.4\r\n" CALL_ID
	"CSeq: 1\r\n OPTIONS\r\n" END,
	0, 200, 0},
    {"our branch behind a comma, as second Via",
	"SIP/2.0 504 x\r\nVia: SIP/2.0/TLS h, SIP/2.0/TLS "
	"h;branch=z9hG4bK00112233445566778899aabbccddeeff\r\n" CALL_ID CSEQ END,
	-ENOMSG, 0, 0},
    {"bare line feeds",
	"SIP/2.0 200 OK\nVia: SIP/2.0/TLS h;branch="
	"z9hG4bK00112233445566778899aabbccddeeff\nCall-ID: "
	"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf\n"
	"CSeq: 1 OPTIONS\n\n",
	0, 200, 0},
    {"an empty reason phrase", "SIP/2.0 504 \r\n" OURS END, 0, 504, 0},
    {"no reason phrase", "SIP/2.0 504\r\n" OURS END, 0, 504, 0},
    {"a body that has not come",
	"SIP/2.0 200 OK\r\n" OURS "Content-Length: 900\r\n\r\nv=0", 0, 200, 0},
    {"keep-alives in front", "\r\n\r\n\r\nSIP/2.0 504 x\r\n" OURS END, 0, 504, 0},
    {"a provisional response first",
	"SIP/2.0 100 Trying\r\n" OURS
	"Content-Length: 4\r\n\r\nwaitSIP/2.0 504 x\r\n" OURS END,
	0, 504, 0},
    {"a request of the peer's first",
	"OPTIONS sip:you SIP/2.0\r\nVia: x\r\n" END "SIP/2.0 504 x\r\n" OURS END, 0, 504,
	0},
    {"another branch",
	"SIP/2.0 504 x\r\nVia: SIP/2.0/TLS h;branch=z9hG4bKother\r\n" CALL_ID CSEQ END,
	-ENOMSG, 0, 0},
    {"our branch, but not in the topmost Via",
	"SIP/2.0 504 x\r\nVia: SIP/2.0/TLS h;branch="
	"z9hG4bKother\r\n" OURS END,
	-ENOMSG, 0, 0},
    {"another Call-ID", "SIP/2.0 504 x\r\n" VIA "Call-ID: other\r\n" CSEQ END, -ENOMSG, 0,
	0},
    {"another CSeq", "SIP/2.0 504 x\r\n" VIA CALL_ID "CSeq: 2 OPTIONS\r\n" END, -ENOMSG,
	0, 0},
    {"another method", "SIP/2.0 504 x\r\n" VIA CALL_ID "CSeq: 1 REGISTER\r\n" END,
	-ENOMSG, 0, 0},
    {"no Via at all", "SIP/2.0 504 x\r\n" CALL_ID CSEQ END, -ENOMSG, 0, 0},
    {"only provisional", "SIP/2.0 100 Trying\r\n" OURS END, -EAGAIN, 0, 0},
    {"nothing yet", "", -EAGAIN, 0, 0},
    {"half a line", "SIP/2.0 50", -EAGAIN, 0, 0},
    {"half the headers", "SIP/2.0 504 x\r\n" VIA, -EAGAIN, 0, 0},
    {"another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", -EBADMSG, 0, 0},
    {"binary", "\x01\x02\x03\x04", -EBADMSG, 0, 0},
    {"a status that is none", "SIP/2.0 999 x\r\n" OURS END, -EBADMSG, 0, 0},
    {"a status of letters", "SIP/2.0 abc x\r\n" OURS END, -EBADMSG, 0, 0},
    {"a status too long", "SIP/2.0 5044 x\r\n" OURS END, -EBADMSG, 0, 0},
    {"a header without a colon", "SIP/2.0 504 x\r\nnonsense\r\n" OURS END, -EBADMSG, 0,
	0},
    {"a length that is none", "SIP/2.0 100 x\r\nContent-Length: -1\r\n\r\n", -EBADMSG, 0,
	0},
    {"a length beyond reason", "SIP/2.0 100 x\r\nContent-Length: 9999999\r\n\r\n",
	-EBADMSG, 0, 0},
};

static void
answers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct sip_answer a = {0};

		print_message("%s\n", rows[i].sentence);
		assert_int_equal(
		    sip_answer_parse(rows[i].text, strlen(rows[i].text), &question, &a),
		    rows[i].result);
		assert_int_equal(a.status, rows[i].status);
		assert_int_equal(a.server_major, rows[i].major);
	}
}

static void
every_beginning_of_an_answer_asks_for_more(void **state)
{
	const char *text = rows[0].text;
	size_t n = strlen(text);

	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		struct sip_answer a;
		char *exact = test_malloc(cut + 1);

		memcpy(exact, text, cut);
		assert_int_equal(sip_answer_parse(exact, cut, &question, &a), -EAGAIN);
		test_free(exact);
	}
}

static void
the_question_is_sip_and_its_ids_come_back(void **state)
{
	char text[SIP_REQUEST_MAX], answer[SIP_REQUEST_MAX + 64];
	uint8_t random[48];
	struct sip_question q;
	struct sip_answer a;
	struct addr local;
	char *headers;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof random; i++)
		random[i] = (uint8_t)(i * 5);
	sip_question_init(&q, false, random);
	assert_string_equal(q.branch, "00050a0f14191e23282d32373c41464b");
	assert_string_not_equal(q.branch, q.call_id);
	assert_true(addr_parse("2001:db8::1", &local));
	n = sip_request(text, sizeof text, &q, "contoso.com", &local, 40000);
	assert_true(n > 0 && n == strlen(text));
	assert_memory_equal(text, "OPTIONS sip:", 12);
	assert_non_null(
	    strstr(text, "\r\nVia: SIP/2.0/TLS [2001:db8::1]:40000;branch=z9hG4bK"));
	assert_non_null(strstr(text, "\r\nMax-Forwards: 70\r\n"));
	assert_string_equal(text + n - 4, "\r\n\r\n");

	/* What a server does: the request's headers under a status line. */
	headers = strstr(text, "\r\n") + 2;
	snprintf(answer, sizeof answer, "SIP/2.0 504 Server time-out\r\n%s", headers);
	assert_int_equal(sip_answer_parse(answer, strlen(answer), &q, &a), 0);
	assert_int_equal(a.status, 504);
	assert_int_equal(sip_request(text, 100, &q, "contoso.com", &local, 1), 0);
}

static void
a_registration_is_for_a_domain_of_the_pool(void **state)
{
	char text[SIP_REQUEST_MAX], answer[SIP_REQUEST_MAX + 64], longest[254];
	uint8_t random[48] = {0};
	struct sip_question q;
	struct sip_answer a;
	struct addr local;
	size_t n;

	(void)state;
	sip_question_init(&q, true, random);
	assert_true(addr_parse("192.0.2.1", &local));
	n = sip_request(text, sizeof text, &q, "contoso.com", &local, 40000);
	assert_true(n > 0 && n == strlen(text));
	assert_memory_equal(text, "REGISTER sip:contoso.com SIP/2.0\r\n", 33);
	assert_non_null(strstr(text, "\r\nTo: <sip:edgepool-probe@contoso.com>\r\n"));
	assert_non_null(strstr(text, "\r\nExpires: 0\r\n")); /* leaves nothing behind */
	assert_string_equal(text + n - 4, "\r\n\r\n");
	snprintf(answer, sizeof answer, "SIP/2.0 401 Unauthorized\r\n%s",
	    strstr(text, "\r\n") + 2);
	assert_int_equal(sip_answer_parse(answer, strlen(answer), &q, &a), 0);
	assert_int_equal(a.status, 401);
	assert_int_equal(a.length, strlen(answer));
	q.registers = false; /* the same answer is none to an OPTIONS */
	assert_int_equal(sip_answer_parse(answer, strlen(answer), &q, &a), -ENOMSG);
	q.registers = true;
	memset(longest, 'a', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	assert_true(sip_request(text, sizeof text, &q, longest, &local, 1) > 0);
}

/* What ms-diagnostics says of a next hop, fit to be shown. */
static void
diagnostics_are_read_and_made_harmless(void **state)
{
	static const struct {
		const char *header;
		unsigned number;
		const char *said;
	} diagnostics[] = {
	    {"1008;reason=\"Unable to resolve DNS SRV record\";domain=\"contoso.com\"",
		1008, "Unable to resolve DNS SRV record"},
	    {"1010", 1010, ""},
	    {" 24117 ;source=\"a\";reason=\"b\"", 24117, "b"},
	    {"reason=\"no number\"", 0, "no number"},
	    {"99999999;reason=\"a number too long\"", 0, "a number too long"},
	    {"1;reason=\"never ends", 1, ""},
	    {"1;reason=\"\x1b[2J\xe2\x80\xae\"", 1, "\\x1b[2J\\xe2\\x80\\xae"},
	    {"1;reason=\"12345678901234567890123456789012345678901234567890"
	     "123456789012345678901234567890\"",
		1,
		"12345678901234567890123456789012345678901234567890"
		"12345678901234567890123456..."},
	};

	(void)state;
	for (size_t i = 0; i < countof(diagnostics); i++) {
		char text[512];
		struct sip_answer a;

		snprintf(text, sizeof text,
		    "SIP/2.0 504 x\r\n" OURS "ms-diagnostics: %s\r\nContent-Length: "
		    "700\r\n\r\nbody",
		    diagnostics[i].header);
		assert_int_equal(sip_answer_parse(text, strlen(text), &question, &a), 0);
		assert_int_equal(a.diagnostics, diagnostics[i].number);
		assert_string_equal(a.said, diagnostics[i].said);
		assert_int_equal(a.length, strlen(text) + 696);
	}
}

/* A peer that sends octet by octet decides how often its answer is read: reading must
 * cost no more than its length, whatever it is made of. */
static void
reading_costs_no_more_than_the_length(void **state)
{
	static const char *const fillers[] = {
	    "\n ", "\n", " ", ";", ";branch", "a:\n", "\r"};
	static char text[8192];

	(void)state;
	for (size_t i = 0; i < countof(fillers); i++) {
		size_t n = strlen("SIP/2.0 200 OK\r\nv: SIP"),
		       period = strlen(fillers[i]);
		clock_t began = clock();
		struct sip_answer a;

		memcpy(text, "SIP/2.0 200 OK\r\nv: SIP", n);
		for (size_t at = n; at < sizeof text; at++)
			text[at] = fillers[i][(at - n) % period];
		for (; n <= sizeof text; n += 4)
			assert_int_not_equal(sip_answer_parse(text, n, &question, &a), 0);
		/* Milliseconds; it was minutes when folded lines cost the square. */
		assert_true(clock() - began < 8 * CLOCKS_PER_SEC);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_are_read),
	    cmocka_unit_test(every_beginning_of_an_answer_asks_for_more),
	    cmocka_unit_test(the_question_is_sip_and_its_ids_come_back),
	    cmocka_unit_test(a_registration_is_for_a_domain_of_the_pool),
	    cmocka_unit_test(diagnostics_are_read_and_made_harmless),
	    cmocka_unit_test(reading_costs_no_more_than_the_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
