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

static struct affinity_entry *
one(struct affinity *a, unsigned n, uint64_t member)
{
	struct addr c = client(n);

	return affinity_hold(a, EXTERNAL, &c, member, 0);
}

static uint64_t
member_of(struct affinity *a, unsigned n)
{
	struct addr c = client(n);

	return affinity_member(a, EXTERNAL, &c, 10);
}

static void
a_full_table_forgets_who_left_first_and_never_who_is_there(void **state)
{
	struct affinity *a = affinity_new(3, 1000, 42);
	struct affinity_entry *held[5];

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		held[i] = one(a, i, MEMBER_A);
	assert_int_equal(affinity_count(a), 5);
	for (unsigned i = 0; i < 4; i++)
		affinity_release(a, &held[3 - i], 5);
	assert_int_equal(affinity_count(a), 4);
	assert_int_equal(member_of(a, 3), 0); /* the first to leave */
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(member_of(a, i), MEMBER_A);
	assert_int_equal(member_of(a, 4), MEMBER_A);
	affinity_set_timeout(a, 0);
	assert_null(one(a, 4, MEMBER_A));
	affinity_free(&a);
}

static void
a_flood_that_nobody_answers_costs_no_one_his_member(void **state)
{
	struct affinity *a = affinity_new(2, 1000, 42);
	struct affinity_entry *held[100], *known[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		known[i] = one(a, i, MEMBER_A);
		known[i]->genuine = true;
		affinity_release(a, &known[i], 5);
	}
	/* Among the invented sources are those of clients. */
	for (unsigned i = 0; i < 100; i++)
		held[i] = one(a, i, MEMBER_A);
	for (unsigned i = 0; i < 100; i++)
		affinity_drop(a, &held[i]);
	assert_int_equal(affinity_count(a), 2);
	assert_int_equal(member_of(a, 0), MEMBER_A);
	assert_int_equal(member_of(a, 1), MEMBER_A);
	/* It is remembered since its last session, not since the flood. */
	known[0] = one(a, 0, MEMBER_A);
	affinity_drop(a, &known[0]);
	assert_int_equal(
	    affinity_member(a, EXTERNAL, &(struct addr){.family = AF_INET}, 1004),
	    MEMBER_A);
	assert_int_equal(
	    affinity_member(a, EXTERNAL, &(struct addr){.family = AF_INET}, 1005), 0);
	affinity_free(&a);
}

static void
sources_that_nobody_vouches_for_make_room_first(void **state)
{
	struct affinity *a = affinity_new(4, 1000, 42);
	struct affinity_entry *e;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		e = one(a, i, MEMBER_A);
		e->genuine = true;
		affinity_release(a, &e, 5);
	}
	for (unsigned i = 10; i < 100; i++) { /* answered, each of them */
		e = one(a, i, MEMBER_B);
		affinity_release(a, &e, 5);
	}
	assert_int_equal(affinity_count(a), 4);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(member_of(a, i), MEMBER_A);
	assert_int_equal(member_of(a, 99), MEMBER_B);
	/* At another member nothing is known of it, until somebody knows. */
	e = one(a, 0, MEMBER_B);
	affinity_drop(a, &e);
	assert_int_equal(member_of(a, 0), 0);
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
	    cmocka_unit_test(a_flood_that_nobody_answers_costs_no_one_his_member),
	    cmocka_unit_test(sources_that_nobody_vouches_for_make_room_first),
	    cmocka_unit_test(ten_thousand_sources_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
