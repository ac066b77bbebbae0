/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdio.h>

#include <edge/clock.h>

#include "sources.h"

#define BEGIN_NS (1000 * NS_PER_S)

static struct addr
address(unsigned n)
{
	char text[32];
	struct addr a;

	snprintf(text, sizeof text, "10.%u.%u.%u", n >> 16 & 255, n >> 8 & 255, n & 255);
	assert_true(addr_parse(text, &a));
	return a;
}

static void
a_source_has_so_many_sessions(void **state)
{
	struct source_limits limits = {.sessions = 2};
	struct sources *s = sources_new(100, 7);
	struct source_entry *e[4];
	struct addr a = address(1), b = address(2);

	(void)state;
	assert_true(sources_take(s, 1, &a, &limits, BEGIN_NS, &e[0]));
	assert_true(sources_take(s, 1, &a, &limits, BEGIN_NS, &e[1]));
	assert_false(sources_let(s, 1, &a, &limits, BEGIN_NS));
	assert_false(sources_take(s, 1, &a, &limits, BEGIN_NS, &e[2]));
	assert_null(e[2]);
	assert_true(sources_let(s, 1, &b, &limits, BEGIN_NS));
	assert_int_equal(sources_count(s), 1); /* asking is not remembered */
	/* Another address, and the same one at another listener. */
	assert_true(sources_take(s, 1, &b, &limits, BEGIN_NS, &e[2]));
	assert_true(sources_take(s, 2, &a, &limits, BEGIN_NS, &e[3]));
	sources_give(s, &e[0]);
	assert_null(e[0]);
	sources_give(s, &e[0]); /* twice is harmless */
	assert_true(sources_take(s, 1, &a, &limits, BEGIN_NS, &e[0]));
	for (int i = 0; i < 4; i++)
		sources_give(s, &e[i]);
	sources_free(&s);
}

static void
a_source_opens_so_many_per_second(void **state)
{
	struct source_limits limits = {.rate = rate_at_once(3)};
	struct sources *s = sources_new(100, 7);
	struct source_entry *e;
	struct addr a = address(1);

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(sources_let(s, 1, &a, &limits, BEGIN_NS + i), i < 3);
		assert_int_equal(
		    sources_take(s, 1, &a, &limits, BEGIN_NS + i, &e), i < 3);
		sources_give(s, &e); /* that it ended gives no rate back */
	}
	assert_true(sources_take(s, 1, &a, &limits, BEGIN_NS + NS_PER_S, &e));
	sources_give(s, &e);
	sources_free(&s);
}

static void
a_flood_costs_bounded_memory_and_no_count(void **state)
{
	struct source_limits limits = {.sessions = 1, .rate = rate_at_once(1)};
	struct sources *s = sources_new(64, 7);
	struct source_entry *held, *e;
	struct addr mine = address(0);

	(void)state;
	assert_true(sources_take(s, 1, &mine, &limits, BEGIN_NS, &held));
	for (unsigned i = 1; i <= 100000; i++) {
		struct addr a = address(i);

		assert_true(sources_take(s, 1, &a, &limits, BEGIN_NS + i, &e));
		sources_give(s, &e);
		assert_true(sources_count(s) <= 64);
	}
	assert_false(sources_take(s, 1, &mine, &limits, BEGIN_NS + 10 * NS_PER_S, &e));
	sources_give(s, &held);
	/* What has recovered is forgotten: two for each that comes. */
	for (unsigned i = 0; i < 64; i++) {
		assert_true(sources_take(
		    s, 1, &mine, &limits, BEGIN_NS + (20 + i) * NS_PER_S, &e));
		sources_give(s, &e);
	}
	assert_int_equal(sources_count(s), 1);
	sources_free(&s);
}

static void
without_limits_nothing_is_kept(void **state)
{
	struct source_limits none = {0};
	struct sources *s = sources_new(64, 7);
	struct source_entry *e;
	struct addr a = address(1);

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_true(sources_take(s, 1, &a, &none, BEGIN_NS, &e));
		assert_null(e);
	}
	assert_int_equal(sources_count(s), 0);
	sources_free(&s);
	sources_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_source_has_so_many_sessions),
	    cmocka_unit_test(a_source_opens_so_many_per_second),
	    cmocka_unit_test(a_flood_costs_bounded_memory_and_no_count),
	    cmocka_unit_test(without_limits_nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
