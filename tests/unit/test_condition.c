/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of conditions: every bit named, once, and nothing beyond it. */
#include "unit.h"

#include <string.h>

#include <edge/condition.h>

static void
every_condition_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (enum condition c = 0; c < CONDITIONS; c++) {
		assert_string_not_equal(condition_word(c), "?");
		assert_true(strlen(condition_text(c)) > 10);
		assert_true((unsigned)condition_severity(c) < SEVERITIES);
		assert_true(condition_bit(c) == UINT64_C(1) << c);
		for (enum condition d = 0; d < c; d++)
			assert_string_not_equal(condition_word(c), condition_word(d));
	}
}

static void
bits_are_what_they_were(void **state)
{
	(void)state;
	assert_int_equal(CONDITION_CERT_EXPIRING, 0);
	assert_int_equal(CONDITION_CERT_DIFFERS, 7);
	assert_int_equal(CONDITION_OLD_TLS, 9);
	assert_int_equal(CONDITION_VIP_NOT_MEASURED, 13);
	assert_int_equal(CONDITION_PROBER_CERT, 14);
}

static void
a_word_of_a_newer_writer_is_no_trouble(void **state)
{
	(void)state;
	assert_string_equal(condition_word(CONDITIONS), "?");
	assert_true(condition_bit((enum condition)70) == 0);
	assert_false(condition_is_in(UINT64_MAX, (enum condition)70));
	assert_true(condition_is_in(UINT64_MAX, CONDITION_OLD_TLS));
	assert_false(
	    condition_is_in(~condition_bit(CONDITION_OLD_TLS), CONDITION_OLD_TLS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_condition_has_a_word_of_its_own),
	    cmocka_unit_test(bits_are_what_they_were),
	    cmocka_unit_test(a_word_of_a_newer_writer_is_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
