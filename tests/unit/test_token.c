/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token - a burst, then one at a time; what was not used comes back at once.
 */
#include "unit.h"

#include "token.h"

static void
three_at_once_then_one_a_second(void **state)
{
	struct token t;

	(void)state;
	token_init(&t, 1000, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(token_take(&t, 5000), 5000);
	assert_int_equal(token_take(&t, 5000), 6000);
	assert_int_equal(token_take(&t, 5999), 6000);
	assert_int_equal(token_take(&t, 6000), 6000);
	assert_int_equal(token_take(&t, 6000), 7000);
	/* After a long time there are three again, not more. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(token_take(&t, 90000), 90000);
	assert_int_equal(token_take(&t, 90000), 91000);
}

static void
what_was_not_used_comes_back(void **state)
{
	struct token t;

	(void)state;
	token_init(&t, 1000, 3);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(token_take(&t, 5000), 5000);
		token_give_back(&t);
	}
	/* But never more than there were. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(token_take(&t, 5000), 5000);
	assert_int_equal(token_take(&t, 5000), 6000);
}

static void
without_a_spacing_there_is_no_bound(void **state)
{
	struct token t;

	(void)state;
	token_init(&t, 0, 1);
	for (int i = 0; i < 100; i++)
		assert_int_equal(token_take(&t, 5), 5);
	token_give_back(&t);
	assert_int_equal(token_take(&t, 5), 5);
}

/* An hour between two, then a second: nobody waits for the hours any more. */
static void
another_spacing_counts_at_once(void **state)
{
	struct token slow, quick;

	(void)state;
	token_init(&slow, 3600000, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(token_take(&slow, 5000), 5000);
	token_init(&quick, 1000, 3);
	token_inherit(&quick, &slow, 6000);
	assert_int_equal(token_take(&quick, 6000), 7000);
	assert_int_equal(token_take(&quick, 7000), 7000);
	/* The other way round what was taken stays taken; nothing taken stays all. */
	token_inherit(&slow, &quick, 7000);
	assert_int_equal(slow.full_at, quick.full_at);
	token_init(&quick, 1000, 3);
	token_inherit(&slow, &quick, 7000);
	assert_int_equal(token_take(&slow, 7000), 7000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(three_at_once_then_one_a_second),
	    cmocka_unit_test(what_was_not_used_comes_back),
	    cmocka_unit_test(without_a_spacing_there_is_no_bound),
	    cmocka_unit_test(another_spacing_counts_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
