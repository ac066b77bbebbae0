/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern - what an administrator writes, and what it finds.
 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include <edge/pattern.h>

/* "?" is split, or two of them before a bracket were a trigraph. */
static const struct row {
	const char *sentence, *pattern, *answer; /* answer NULL: no pattern at all */
	bool found;
} rows[] = {
    {"the same", "pong", "pong", true},
    {"more behind it", "pong", "pong 17", true},
    {"more before it", "pong", "a pong", false},
    {"more before it, and a star", "*pong", "a pong!", true},
    {"at the very end", "*pong", "a pong", true},
    {"one octet short", "*pong", "a pon", false},
    {"any octet", "p?ng", "ping", true},
    {"any octet, but one", "p?ng", "png", false},
    {"a star inside is itself", "a*b", "a*b", true},
    {"a star inside is no wildcard", "a*b", "axb", false},
    {"hex", "hex:70 6f6E 67", "pong", true},
    {"hex, any octet",
	"hex:70"
	"??"
	"6e67",
	"ping", true},
    {"hex, any octet, none there",
	"hex:70"
	"??",
	"p", false},
    {"hex, anywhere", "*hex:6e67", "ping", true},
    {"a lonely digit", "hex:706", NULL, false},
    {"half a wildcard", "hex:7?", NULL, false},
    {"no digit", "hex:0x70", NULL, false},
    {"only blanks", "hex:  ", NULL, false},
    {"only a star", "*", NULL, false},
    {"nothing", "", NULL, false},
};

static void
patterns_find_what_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct pattern p;
		const char *why = NULL, *answer = rows[i].answer;
		int err = pattern_parse(rows[i].pattern, true, &p, &why);

		if ((err == 0) != (answer != NULL) || (err != 0) != (why != NULL))
			fail_msg("%s: %d", rows[i].sentence, err);
		if (err == 0 && pattern_matches(&p, (const uint8_t *)answer,
				    strlen(answer)) != rows[i].found)
			fail_msg("%s", rows[i].sentence);
	}
}

static void
what_is_sent_has_no_wildcards(void **state)
{
	struct pattern p;
	const char *why;

	(void)state;
	assert_int_equal(pattern_parse("*a?", false, &p, &why), 0);
	assert_int_equal(p.n, 3);
	assert_false(p.anywhere);
	assert_memory_equal(p.octets, "*a?", 3);
	assert_int_equal(pattern_parse("hex:"
				       "??",
			     false, &p, &why),
	    -EINVAL);
	assert_string_equal(why, "is not made of pairs of hexadecimal digits");
}

static void
no_pattern_is_too_long_and_no_answer_too_short(void **state)
{
	char text[PATTERN_MAX + 2];
	struct pattern p;
	const char *why;

	(void)state;
	memset(text, 'a', sizeof text);
	text[PATTERN_MAX] = '\0';
	assert_int_equal(pattern_parse(text, true, &p, &why), 0);
	assert_false(pattern_matches(&p, (const uint8_t *)text, PATTERN_MAX - 1));
	assert_true(pattern_matches(&p, (const uint8_t *)text, PATTERN_MAX));
	text[PATTERN_MAX] = 'a';
	text[PATTERN_MAX + 1] = '\0';
	assert_int_equal(pattern_parse(text, true, &p, &why), -EINVAL);
	assert_string_equal(why, "is longer than 256 octets");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(patterns_find_what_they_say),
	    cmocka_unit_test(what_is_sent_has_no_wildcards),
	    cmocka_unit_test(no_pattern_is_too_long_and_no_answer_too_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
