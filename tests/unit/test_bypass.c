/* SPDX-License-Identifier: BSD-2-Clause */
/* bypass: who answers past the balancer is told, once; who only seems to is not. */
#include "bypass.h"

#include <edge/clock.h>

#include "unit.h"

static struct bypass_seen
seen(uint64_t tries, uint64_t answers, uint64_t probes)
{
	return (struct bypass_seen){.tries = tries,
	    .answers = answers,
	    .probes = probes,
	    .enough = 3,
	    .up = true};
}

static bool
look(struct bypass *b, struct bypass_seen s)
{
	return bypass_look(b, &s);
}

static void
told_once_after_two_probes(void **state)
{
	struct bypass b = {0};

	(void)state;
	assert_false(look(&b, seen(2, 0, 10)));
	assert_false(look(&b, seen(2, 0, 20)));
	assert_false(look(&b, seen(3, 0, 20)));
	assert_false(look(&b, seen(9, 0, 21)));
	assert_true(look(&b, seen(9, 0, 22)));
	assert_false(look(&b, seen(90, 0, 99)));
	/* Its gateway was set right, and later wrong again. */
	assert_false(look(&b, seen(91, 1, 100)));
	assert_false(look(&b, seen(94, 1, 101)));
	assert_true(look(&b, seen(94, 1, 103)));
}

static void
answers_on_their_way_are_waited_for(void **state)
{
	struct bypass b = {0};

	(void)state;
	/* Many begin in one moment, which is when it is looked at. */
	for (uint64_t n = 1; n < 20; n++) {
		assert_false(look(&b, seen(10 * n, 10 * (n - 1), 10 * n)));
		assert_false(look(&b, seen(10 * n, 10 * n, 10 * n + 5)));
	}
}

static void
a_member_that_has_died_does_not_answer_past_us(void **state)
{
	struct bypass b = {0};
	struct bypass_seen s = seen(50, 0, 10);

	(void)state;
	/* It counts as up until enough probes have failed. */
	for (; s.failures < 3; s.failures++, s.probes++)
		assert_false(look(&b, s));
	s.up = false;
	assert_false(look(&b, s));
	s.probes += 5; /* well again: it counts from there */
	assert_false(look(&b, s));
	s.up = true;
	s.probes++;
	assert_false(look(&b, s));
	s.probes++;
	assert_true(look(&b, s));
}

static void
who_is_not_probed_is_not_judged(void **state)
{
	struct bypass b = {0};

	(void)state;
	for (uint64_t n = 0; n < 20; n++)
		assert_false(look(&b, seen(100 * n, 0, 0)));
}

static void
late_words_are_not_direct_conversations(void **state)
{
	struct unasked u = {0};
	uint64_t n = 500; /* an edge-lb's before */

	(void)state;
	for (int64_t s = 1; s < 3600; s++) /* six a minute */
		assert_int_equal(unasked_look(&u, n += s % 10 == 0, s * NS_PER_S), 0);
}

static void
direct_conversations_are_told_each_ten_minutes(void **state)
{
	struct unasked u = {0};
	unsigned told = 0;
	uint64_t n = 500;

	(void)state;
	for (int64_t s = 1; s < 1800; s++)
		told += unasked_look(&u, n += 5, s * NS_PER_S) > 0;
	assert_int_equal(told, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(told_once_after_two_probes),
	    cmocka_unit_test(answers_on_their_way_are_waited_for),
	    cmocka_unit_test(a_member_that_has_died_does_not_answer_past_us),
	    cmocka_unit_test(who_is_not_probed_is_not_judged),
	    cmocka_unit_test(late_words_are_not_direct_conversations),
	    cmocka_unit_test(direct_conversations_are_told_each_ten_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
