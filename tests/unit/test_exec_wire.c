/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire, said - what prober and helper tell each other, and what they refuse to hear.
 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "said.h"
#include "wire.h"

static void
what_is_written_is_read(void **state)
{
	const struct wire_request asked = {.endpoint = 17, .conf_hash = UINT64_MAX};
	const struct wire_answer told = {
	    .end = WIRE_EXITED, .code = 3, .said = "no 'luck'"};
	uint8_t octets[WIRE_ANSWER + 1] = {0};
	struct wire_request request;
	struct wire_answer answer;

	(void)state;
	wire_request_write(octets, &asked);
	assert_int_equal(wire_request_read(octets, WIRE_REQUEST, &request), 0);
	assert_int_equal(request.endpoint, 17);
	assert_true(request.conf_hash == UINT64_MAX);
	assert_int_equal(wire_request_read(octets, WIRE_REQUEST - 1, &request), -EBADMSG);
	assert_int_equal(wire_request_read(octets, WIRE_REQUEST + 1, &request), -EBADMSG);
	octets[0] ^= 1;
	assert_int_equal(wire_request_read(octets, WIRE_REQUEST, &request), -EBADMSG);

	wire_answer_write(octets, &told);
	assert_int_equal(wire_answer_read(octets, WIRE_ANSWER, &answer), 0);
	assert_int_equal(answer.end, WIRE_EXITED);
	assert_int_equal(answer.code, 3);
	assert_string_equal(answer.said, "no 'luck'");
	assert_int_equal(wire_answer_read(octets, WIRE_ANSWER + 1, &answer), -EBADMSG);
	assert_int_equal(wire_answer_read(octets, 0, &answer), -EBADMSG);
}

static void
answers_that_could_fool_somebody_are_refused(void **state)
{
	const struct wire_answer told = {.end = WIRE_UNKNOWN, .said = "abc"};
	uint8_t octets[WIRE_ANSWER];
	struct wire_answer answer;

	(void)state;
	wire_answer_write(octets, &told);
	octets[17] = '\n';
	assert_int_equal(wire_answer_read(octets, WIRE_ANSWER, &answer), -EBADMSG);
	octets[17] = '"';
	assert_int_equal(wire_answer_read(octets, WIRE_ANSWER, &answer), -EBADMSG);
	memset(octets + 16, 'a', WIRE_SAID_MAX); /* has no end */
	assert_int_equal(wire_answer_read(octets, WIRE_ANSWER, &answer), -EBADMSG);
	octets[WIRE_ANSWER - 1] = '\0';
	assert_int_equal(wire_answer_read(octets, WIRE_ANSWER, &answer), 0);
	memset(octets + 4, 0xff, 4);
	assert_int_equal(wire_answer_read(octets, WIRE_ANSWER, &answer), -EBADMSG);
}

static const struct row {
	const char *output, *said;
} rows[] = {
    {"", ""},
    {"OK - 3 ms\n", "OK - 3 ms"},
    {"one\ntwo\n", "one"},
    {"no end", "no end"},
    {"DOS\r\nline", "DOS"},
    {"a\rb\n", "a?b"},
    {"\n", ""},
    {"it \"is\"", "it 'is'"},
    {"\033[31mred\a\xe2\x80\xae", "?[31mred????"},
    {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
	"123456789012345678901234567890123456789012345678901234567890123456789012345678"
	"9"},
};

static void
the_first_line_is_made_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		uint8_t octets[WIRE_ANSWER];
		struct wire_answer told = {.end = WIRE_EXITED}, heard;

		said_line(rows[i].output, strlen(rows[i].output), told.said);
		assert_string_equal(told.said, rows[i].said);
		/* and the other side takes whatever came out */
		wire_answer_write(octets, &told);
		assert_int_equal(wire_answer_read(octets, sizeof octets, &heard), 0);
		assert_string_equal(heard.said, rows[i].said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(answers_that_could_fool_somebody_are_refused),
	    cmocka_unit_test(the_first_line_is_made_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
