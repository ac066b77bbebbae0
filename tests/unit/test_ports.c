/* SPDX-License-Identifier: BSD-2-Clause */
/* ports: what the host allows, and a walk that misses none of it. */
#include "unit.h"

#include <string.h>

#include "ports.h"

static bool
is_free(const struct port_set *set, unsigned port)
{
	return !(set->reserved[port / 64] >> port % 64 & 1);
}

static void
test_what_the_host_allows(void **state)
{
	static struct port_set set;

	(void)state;
	port_set_init(&set, "1024\t65535\n", "8080,9000-9002,65535\n");
	assert_int_equal(set.low, 1024);
	assert_int_equal(set.high, 65535);
	assert_true(is_free(&set, 8079) && is_free(&set, 8081) && is_free(&set, 9003));
	assert_false(is_free(&set, 8080) || is_free(&set, 9000) || is_free(&set, 9002) ||
		     is_free(&set, 65535));
}

static void
test_nonsense_leaves_the_default(void **state)
{
	static const char *const ranges[] = {"", "x", "1", "0 9", "9 8", "9 65536"};
	static struct port_set set;

	(void)state;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		port_set_init(&set, ranges[i], "99999999999999999999-,,x");
		assert_int_equal(set.low, 32768);
		assert_int_equal(set.high, 60999);
	}
}

/* Each once before any twice, and never a reserved one. */
static void
walk(const char *range, const char *reserved, unsigned count)
{
	static struct port_set set;
	static bool seen[65536];
	struct port_turn turn = {0};

	port_set_init(&set, range, reserved);
	memset(seen, 0, sizeof seen);
	for (unsigned i = 0; i < count; i++) {
		uint16_t port = port_next(&set, &turn);

		assert_in_range(port, set.low, set.high);
		assert_true(is_free(&set, port));
		assert_false(seen[port]);
		seen[port] = true;
	}
	assert_true(seen[port_next(&set, &turn)]);
}

static void
test_a_walk_comes_to_each_port_once(void **state)
{
	(void)state;
	walk("32768 60999", "", 28232);
	walk("32768 60999", "40000-40063,50000", 28232 - 65);
	walk("1 65535", "", 65535);
	walk("40000 47918", "", 7919); /* as many as the stride */
	walk("40000 55837", "", 2 * 7919);
	walk("50000 50009", "50003", 9);
	walk("50000 50000", "", 1);
}

static void
test_all_may_be_reserved(void **state)
{
	static struct port_set set;
	struct port_turn turn = {0};

	(void)state;
	port_set_init(&set, "50000 50009", "1-65535");
	assert_int_equal(port_next(&set, &turn), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_the_host_allows),
	    cmocka_unit_test(test_nonsense_leaves_the_default),
	    cmocka_unit_test(test_a_walk_comes_to_each_port_once),
	    cmocka_unit_test(test_all_may_be_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
