/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * way - no way to one member, no way to any.
 */
#include "unit.h"

#include "way.h"

static void
begin(struct way *w, unsigned members)
{
	way_init(w);
	for (unsigned m = 0; m < members; m++)
		way_add(w, m);
}

static void
no_way_to_one_is_that_ones_matter(void **state)
{
	struct way w;

	(void)state;
	begin(&w, 3);
	way_heard(&w, 1, 90);
	assert_true(way_is_ours(&w, 0, 100)); /* what was heard before proves nothing */
	way_heard(&w, 1, 101);                /* a good one, a time-out, anything else */
	assert_false(way_is_ours(&w, 0, 130));
	assert_false(way_is_ours(&w, 0, 99999)); /* and it stays so */
}

static void
no_way_to_any_is_ours(void **state)
{
	struct way w;

	(void)state;
	begin(&w, 3);
	for (unsigned m = 0; m < 3; m++)
		way_heard(&w, m, 90);
	for (int64_t at = 100; at < 200; at += 10)
		for (unsigned m = 0; m < 3; m++)
			assert_true(way_is_ours(&w, m, at + m));
	/* The way is back, but not to the third. */
	way_heard(&w, 0, 300);
	assert_false(way_is_ours(&w, 2, 301));
	/* It was there to all, and is lost to all: what was heard before is not held against
	 * the first. */
	way_heard(&w, 1, 303);
	way_heard(&w, 2, 304);
	way_heard(&w, 0, 305);
	assert_true(way_is_ours(&w, 0, 400));
}

static void
one_that_is_lost_for_itself_does_not_hide_that_all_are(void **state)
{
	struct way w;

	(void)state;
	begin(&w, 3);
	assert_true(way_is_ours(&w, 0, 100));
	way_heard(&w, 1, 110);
	assert_false(way_is_ours(&w, 0, 120));
	assert_true(way_is_ours(&w, 1, 200));
	assert_true(way_is_ours(&w, 2, 201));
}

static void
with_nobody_to_compare_it_counts(void **state)
{
	struct way w;

	(void)state;
	begin(&w, 1);
	assert_false(way_is_ours(&w, 0, 100));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_way_to_one_is_that_ones_matter),
	    cmocka_unit_test(no_way_to_any_is_ours),
	    cmocka_unit_test(one_that_is_lost_for_itself_does_not_hide_that_all_are),
	    cmocka_unit_test(with_nobody_to_compare_it_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
