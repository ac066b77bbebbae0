/* SPDX-License-Identifier: BSD-2-Clause */
/* past: a row is free when no flow has named it since its object left. */
#include "past.h"

#include "kernel_fixture.h"

#define S INT64_C(1000000000)

/* The sweep has met no flow of rows that left before this. */
struct sweeps {
	int64_t empty_ns;
};

static bool
empty(const void *arg, unsigned row, int64_t since_ns)
{
	const struct sweeps *s = arg;

	(void)row;
	return since_ns < s->empty_ns;
}

static void
rows_become_free_after_what_left_them(void **state)
{
	struct tables *t = fixture_tables();
	struct past *past = calloc(1, sizeof *past);
	struct kernel_wanted *w = fixture_wanted(2);
	struct sweeps sweeps = {0};
	struct past_judge judge = {empty, empty, &sweeps};
	struct rows_tables tables = {t->listeners, t->endpoints};
	struct rows_plan *p;

	(void)state;
	assert_non_null(past);
	fixture_add(w, 443, 2);
	fixture_add(w, 5061, 2);
	p = fixture_plan(t, w);
	past_note(past, &tables, p, 1 * S);
	sweeps.empty_ns = 100 * S;
	assert_int_equal(past_collect(past, &judge), 0);
	free(p);
	fixture_drop(&w->listeners[0], 1); /* a member leaves at 2, a listener at 3 */
	p = fixture_plan(t, w);
	past_note(past, &tables, p, 2 * S);
	free(p);
	w->n_listeners = 1;
	p = fixture_plan(t, w);
	past_note(past, &tables, p, 3 * S);
	sweeps.empty_ns = 2 * S;
	assert_int_equal(past_collect(past, &judge), 0);
	sweeps.empty_ns = 3 * S;
	assert_int_equal(past_collect(past, &judge), 1);
	assert_true(past->endpoint_free[2]);
	assert_int_equal(past_collect(past, &judge), 0); /* told once */
	sweeps.empty_ns = 4 * S;
	assert_int_equal(past_collect(past, &judge), 3);
	assert_true(past->listener_free[2] && past->endpoint_free[3]);
	assert_false(past->listener_free[1] || past->endpoint_free[1]);
	free(p);
	free(w);
	free(past);
	free(t);
}

static void
what_returns_is_past_no_more(void **state)
{
	struct tables *t = fixture_tables();
	struct past *past = calloc(1, sizeof *past);
	struct kernel_wanted *w = fixture_wanted(2);
	struct sweeps sweeps = {100 * S};
	struct past_judge judge = {empty, empty, &sweeps};
	struct rows_tables tables = {t->listeners, t->endpoints};
	struct rows_plan *p;

	(void)state;
	assert_non_null(past);
	fixture_add(w, 443, 1);
	fixture_add(w, 5061, 1);
	free(fixture_plan(t, w));
	w->n_listeners = 1;
	p = fixture_plan(t, w);
	past_note(past, &tables, p, 2 * S);
	free(p);
	w->n_listeners = 2;
	p = fixture_plan(t, w);
	past_note(past, &tables, p, 3 * S);
	assert_int_equal(past_collect(past, &judge), 0);
	free(p);
	free(w);
	free(past);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_become_free_after_what_left_them),
	    cmocka_unit_test(what_returns_is_past_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
