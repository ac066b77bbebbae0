/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "affinity.h"

#define EXTERNAL 1
#define INTERNAL 2
#define MEMBER_A 0xa
#define MEMBER_B 0xb

static struct addr
client(unsigned n)
{
	struct addr a = {.family = AF_INET};

	memcpy(a.bytes, &n, sizeof n);
	return a;
}

static void
a_side_is_remembered_for_the_timeout_after_the_last_session(void **state)
{
	struct affinity *a = affinity_new(10, 100, 42);
	struct addr c = client(1);
	struct affinity_entry *tcp, *udp;

	(void)state;
	assert_int_equal(affinity_member(a, EXTERNAL, &c, 0), 0);
	tcp = affinity_hold(a, EXTERNAL, &c, MEMBER_A, 0);
	udp = affinity_hold(a, EXTERNAL, &c, MEMBER_A, 0);
	assert_ptr_equal(tcp, udp);
	assert_int_equal(affinity_member(a, EXTERNAL, &c, 100000), MEMBER_A);
	assert_int_equal(affinity_member(a, INTERNAL, &c, 0), 0);
	affinity_release(a, &udp, 500);
	assert_int_equal(affinity_member(a, EXTERNAL, &c, 100000), MEMBER_A);
	affinity_release(a, &tcp, 1000);
	assert_null(tcp);
	affinity_release(a, &tcp, 1000); /* nothing is held any more */
	assert_int_equal(affinity_member(a, EXTERNAL, &c, 1099), MEMBER_A);
	assert_int_equal(affinity_member(a, EXTERNAL, &c, 1100), 0);
	/* What is over makes room when the next one comes. */
	c = client(2);
	tcp = affinity_hold(a, EXTERNAL, &c, MEMBER_B, 1100);
	assert_int_equal(affinity_count(a), 1);
	affinity_release(a, &tcp, 1100);
	affinity_free(&a);
	affinity_free(&a);
}

static void
the_last_member_counts(void **state)
{
	struct affinity *a = affinity_new(10, 100, 42);
	struct addr c = client(1);
	struct affinity_entry *first = affinity_hold(a, EXTERNAL, &c, MEMBER_A, 0);
	struct affinity_entry *second = affinity_hold(a, EXTERNAL, &c, MEMBER_B, 0);

	(void)state;
	assert_int_equal(affinity_member(a, EXTERNAL, &c, 0), MEMBER_B);
	affinity_release(a, &first, 0);
	/* A member that never answered is not remembered. */
	affinity_drop(a, &second);
	assert_int_equal(affinity_member(a, EXTERNAL, &c, 0), 0);
	assert_int_equal(affinity_count(a), 0);
	affinity_free(&a);
}

static void
a_full_table_forgets_who_left_first_and_never_who_is_there(void **state)
{
	struct affinity *a = affinity_new(3, 1000, 42);
	struct affinity_entry *held[3] = {NULL};
	struct addr c;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		c = client(i);
		held[i] = affinity_hold(a, EXTERNAL, &c, MEMBER_A, 0);
		assert_non_null(held[i]);
	}
	c = client(3);
	assert_null(affinity_hold(a, EXTERNAL, &c, MEMBER_A, 0));
	affinity_release(a, &held[1], 5);
	affinity_release(a, &held[0], 6);
	held[1] = affinity_hold(a, EXTERNAL, &c, MEMBER_B, 7);
	assert_non_null(held[1]);
	c = client(1);
	assert_int_equal(affinity_member(a, EXTERNAL, &c, 7), 0);
	c = client(0);
	assert_int_equal(affinity_member(a, EXTERNAL, &c, 7), MEMBER_A);
	affinity_set_timeout(a, 0);
	assert_null(affinity_hold(a, EXTERNAL, &c, MEMBER_A, 8));
	affinity_free(&a);
}

static void
ten_thousand_sources_are_found_again(void **state)
{
	struct affinity *a = affinity_new(10000, 1000, 7);

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		struct addr c = client(i);
		struct affinity_entry *e = affinity_hold(a, EXTERNAL, &c, 1 + i % 3, 0);

		affinity_release(a, &e, 0);
	}
	for (unsigned i = 0; i < 10000; i++) {
		struct addr c = client(i);

		assert_int_equal(affinity_member(a, EXTERNAL, &c, 1), 1 + i % 3);
	}
	affinity_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_side_is_remembered_for_the_timeout_after_the_last_session),
	    cmocka_unit_test(the_last_member_counts),
	    cmocka_unit_test(a_full_table_forgets_who_left_first_and_never_who_is_there),
	    cmocka_unit_test(ten_thousand_sources_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
