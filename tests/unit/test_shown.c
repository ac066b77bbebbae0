/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shown, turn_words - what a stranger sent, as text for a terminal.
 */
#include "unit.h"

#include <string.h>

#include "shown.h"
#include "turn_codec.h"

static void
only_printable_ascii_passes(void **state)
{
	char buf[64];

	(void)state;
	assert_string_equal(
	    shown_text("a\033[2J\n\0b", 8, buf, sizeof buf), "a\\x1b[2J\\x0a\\x00b");
	assert_string_equal(
	    shown_text("\xe2\x80\xae\x7f", 4, buf, sizeof buf), "\\xe2\\x80\\xae\\x7f");
	assert_string_equal(shown_hex("\x00\xff", 2, buf, sizeof buf), "00ff");
	assert_string_equal(shown_text("", 0, buf, sizeof buf), "");
}

static void
what_does_not_fit_is_said_to_go_on(void **state)
{
	char octets[32], buf[32];

	(void)state;
	memset(octets, 'a', sizeof octets);
	for (size_t size = 8; size < sizeof buf; size++)
		for (size_t n = 0; n < sizeof octets; n++)
			for (int control = 0; control < 2; control++) {
				size_t length = n * (control ? 4 : 1);

				memset(octets, control ? 1 : 'a', sizeof octets);
				shown_text(octets, n, buf, size);
				assert_true(strlen(buf) < size);
				if (length < size) {
					assert_null(strchr(buf, '.'));
					assert_int_equal(strlen(buf), length);
				} else {
					assert_string_equal(buf + strlen(buf) - 3, "...");
				}
				shown_hex(octets, n, buf, size);
				assert_true(strlen(buf) < size);
				assert_true(2 * n >= size || strlen(buf) == 2 * n);
			}
}

static void
attributes_say_what_they_hold(void **state)
{
	static const struct {
		struct turn_attribute a;
		const char *name, *text;
	} rows[] = {
	    {{0x0009, (const uint8_t *)"\0\0\4\1Un\033", 7}, "Error-Code", "401 Un\\x1b"},
	    {{0x0009, (const uint8_t *)"\0\0\4", 3}, "Error-Code", "000004"},
	    {{0x000e, (const uint8_t *)"\0\1\x0d\x96\xc0\0\2\1", 8}, "Alternate-Server",
		"192.0.2.1:3478"},
	    {{0x000e, (const uint8_t *)"\0\2\0\1\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7",
		 20},
		"Alternate-Server", "[2001:db8::7]:1"},
	    {{0x000e, (const uint8_t *)"\0\3\0\1\0\0\0\0", 8}, "Alternate-Server",
		"0003000100000000"},
	    {{0x0015, (const uint8_t *)"rtcmedia", 8}, "Realm", "rtcmedia"},
	    {{0x0014, (const uint8_t *)"abc", 3}, "Nonce", "3 octets"},
	    {{0x8008, (const uint8_t *)"\0\0\0\6", 4}, "MS-Version", "6"},
	    {{0x8050, (const uint8_t *)"aaaaaaaaaaaaaaaaaaaa\0\0\0\1", 24},
		"MS-Sequence-Number", "1"},
	    {{0x7777, (const uint8_t *)"xyz", 3}, NULL, "78797a"},
	};
	char text[TURN_VALUE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = turn_attribute_name(rows[i].a.type);

		if (rows[i].name == NULL)
			assert_null(name);
		else
			assert_string_equal(name, rows[i].name);
		assert_string_equal(turn_attribute_text(&rows[i].a, text), rows[i].text);
	}
	assert_string_equal(turn_type_name(0x0113), "Allocate error");
	assert_null(turn_type_name(0x0111));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_printable_ascii_passes),
	    cmocka_unit_test(what_does_not_fit_is_said_to_go_on),
	    cmocka_unit_test(attributes_say_what_they_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
