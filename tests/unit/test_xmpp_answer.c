/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xmpp_answer - what proves life on an XMPP port, and what does not.
 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "xmpp_answer.h"

#define HEADER                                                                           \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:server' id='1' "              \
	"xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"

static const struct row {
	const char *sentence;
	const char *text;
	int result;
} rows[] = {
    {"features", HEADER "<stream:features><starttls/></stream:features>", 0},
    {"empty features", HEADER "<stream:features/>", 0},
    {"an error", HEADER "<stream:error><host-unknown/></stream:error></stream:stream>",
	0},
    {"white space between", "\n" HEADER "\n  <stream:features>", 0},
    {"another prefix",
	"<s:stream xmlns:s='http://etherx.jabber.org/streams' version=\"1.0\">"
	"<s:features>",
	0},
    {"no prefix", "<stream version='1.0'><features>", 0},
    {"the protocol before 1.0 has no features", "<stream:stream id='2'>", 0},
    {"a bracket inside quotes", "<stream:stream a='>' version='1.0'><stream:error>", 0},
    {"a header and silence", HEADER, -EAGAIN},
    {"half a header", "<stream:stream id=", -EAGAIN},
    {"nothing", "", -EAGAIN},
    {"only white space", " \r\n\t", -EAGAIN},
    {"another element", HEADER "<message>", -EBADMSG},
    {"features of another prefix", HEADER "<db:features>", -EBADMSG},
    {"no stream", "<html version='1'>", -EBADMSG},
    {"no XML", "220 mail ESMTP\r\n", -EBADMSG},
    {"a tag in a tag", "<stream:stream <", -EBADMSG},
    {"an empty tag", "<>", -EBADMSG},
};

static void
answers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		print_message("%s\n", rows[i].sentence);
		assert_int_equal(xmpp_answer_check(rows[i].text, strlen(rows[i].text)),
		    rows[i].result);
	}
	assert_int_equal(xmpp_answer_check("<str\0eam>", 9), -EBADMSG);
}

static void
an_endless_tag_is_refused(void **state)
{
	char text[6000];

	(void)state;
	memset(text, 'a', sizeof text);
	text[0] = '<';
	assert_int_equal(xmpp_answer_check(text, 4000), -EAGAIN);
	assert_int_equal(xmpp_answer_check(text, sizeof text), -EBADMSG);
}

static void
our_own_header_is_a_header(void **state)
{
	char text[XMPP_HEADER_MAX];
	size_t n = xmpp_header(text, sizeof text, "contoso.com", "edgepool.invalid");

	(void)state;
	assert_true(n > 0);
	assert_int_equal(xmpp_answer_check(text, n), -EAGAIN);
	assert_non_null(strstr(text, " to='contoso.com' "));
	assert_int_equal(xmpp_header(text, 50, "contoso.com", "x"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_are_read),
	    cmocka_unit_test(an_endless_tag_is_refused),
	    cmocka_unit_test(our_own_header_is_a_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
