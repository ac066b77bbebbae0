/* SPDX-License-Identifier: BSD-2-Clause */
/* rows: everything keeps its row for as long as a flow may name it. */
#include <errno.h>

#include "kernel_fixture.h"

static void
rows_begin_at_one_and_are_all_different(void **state)
{
	struct tables *t = fixture_tables();
	struct kernel_wanted *w = fixture_wanted(2);
	struct rows_plan *p;

	(void)state;
	fixture_add(w, 443, 3);
	fixture_add(w, 5061, 3);
	p = fixture_plan(t, w);
	assert_int_equal(p->at[0].row, 1);
	assert_int_equal(p->at[1].row, 2);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(fixture_endpoint(p, i / 3, i % 3), i + 1);
	assert_int_equal(p->at[1].n_positions, 3);
	free(p);
	free(w);
	free(t);
}

/* As a reload, a restart and an upgrade see it: the tables, and another order. */
static void
known_ids_keep_their_rows(void **state)
{
	struct tables *t = fixture_tables();
	struct kernel_wanted *w = fixture_wanted(3), *other = fixture_wanted(3);
	struct rows_plan *p, *again;

	(void)state;
	fixture_add(w, 443, 3);
	fixture_add(w, 5061, 3);
	p = fixture_plan(t, w);
	fixture_add(other, 80, 3);
	fixture_add(other, 5061, 3);
	fixture_add(other, 443, 3);
	again = fixture_plan(t, other);
	assert_int_equal(again->at[2].row, p->at[0].row);
	assert_int_equal(again->at[1].row, p->at[1].row);
	assert_int_equal(again->at[0].row, 3);
	for (unsigned k = 0; k < 3; k++) {
		assert_int_equal(
		    fixture_endpoint(again, 2, k), fixture_endpoint(p, 0, k));
		assert_int_equal(
		    fixture_endpoint(again, 1, k), fixture_endpoint(p, 1, k));
	}
	free(again);
	free(other);
	free(p);
	free(w);
	free(t);
}

static void
what_left_keeps_its_row_and_returns_to_it(void **state)
{
	struct tables *t = fixture_tables();
	struct kernel_wanted *w = fixture_wanted(2);
	struct rows_plan *p;

	(void)state;
	fixture_add(w, 443, 2);
	free(fixture_plan(t, w));
	w->n_listeners = 0;
	fixture_add(w, 5061, 2);
	p = fixture_plan(t, w);
	assert_int_equal(p->at[0].row, 2);
	assert_int_equal(fixture_endpoint(p, 0, 0), 3);
	assert_int_equal(t->listeners[1].row, KM_ROW_PAST);
	free(p);
	w->n_listeners = 0;
	fixture_add(w, 443, 2);
	p = fixture_plan(t, w);
	assert_int_equal(p->at[0].row, 1);
	assert_int_equal(fixture_endpoint(p, 0, 1), 2);
	free(p);
	free(w);
	free(t);
}

/* A pool that is renamed changes all ids and no place: its flows go on. */
static void
another_name_of_a_place_takes_its_row(void **state)
{
	struct tables *t = fixture_tables();
	struct kernel_wanted *w = fixture_wanted(1);
	struct rows_plan *p;

	(void)state;
	fixture_add(w, 443, 2);
	free(fixture_plan(t, w));
	w->listeners[0].id = 7;
	w->listeners[0].choices[1].id = 8;
	p = fixture_plan(t, w);
	assert_int_equal(p->at[0].row, 1);
	assert_int_equal(fixture_endpoint(p, 0, 1), 2);
	free(p);
	free(w);
	free(t);
}

static void
positions_stay_and_a_leaver_leaves_a_hole(void **state)
{
	struct tables *t = fixture_tables();
	struct kernel_wanted *w = fixture_wanted(1);
	struct kernel_choice back;
	struct rows_plan *p;

	(void)state;
	fixture_add(w, 443, 4);
	free(fixture_plan(t, w));
	back = w->listeners[0].choices[1];
	fixture_drop(&w->listeners[0], 1);
	p = fixture_plan(t, w);
	assert_int_equal(p->at[0].n_positions, 4);
	assert_int_equal(p->at[0].choice[1], 0);
	assert_int_equal(p->at[0].position[1], 2);
	assert_int_equal(p->at[0].position[2], 3);
	free(p);
	w->listeners[0].choices[w->listeners[0].n_choices++] = back;
	p = fixture_plan(t, w);
	assert_int_equal(p->at[0].position[3], 4); /* a ring may still say 1 */
	assert_int_equal(p->at[0].choice[4], 2);
	free(p);
	free(w);
	free(t);
}

static void
twenty_members_always_find_positions(void **state)
{
	struct tables *t = fixture_tables();
	struct kernel_wanted *w = fixture_wanted(1);
	struct rows_plan *p;
	bool taken[KM_CHOICES] = {false};

	(void)state;
	fixture_add(w, 443, KM_CHOICES);
	free(fixture_plan(t, w));
	for (size_t k = 0; k < KM_CHOICES; k++) {
		w->listeners[0].choices[k].id += 7;
		w->listeners[0].choices[k].addr.bytes[1] = 9;
	}
	p = fixture_plan(t, w);
	for (size_t k = 0; k < KM_CHOICES; k++) {
		assert_false(taken[p->at[0].position[k]]);
		taken[p->at[0].position[k]] = true;
		assert_int_equal(fixture_endpoint(p, 0, k), KM_CHOICES + 1 + k);
	}
	free(p);
	free(w);
	free(t);
}

static int
refused(struct tables *t, const struct kernel_wanted *w, const char *says)
{
	struct rows_tables tables = {t->listeners, t->endpoints};
	struct rows_plan *p;
	struct sbuf why;
	int err;

	sbuf_init(&why, 1024);
	err = rows_plan(&tables, w, &p, &why);
	assert_null(p);
	if (strstr(sbuf_text(&why), says) == NULL)
		fail_msg("%s", sbuf_text(&why));
	sbuf_fini(&why);
	return err;
}

static void
one_place_of_a_member_has_one_listener(void **state)
{
	struct tables *t = fixture_tables();
	struct kernel_wanted *w = fixture_wanted(2);

	(void)state;
	fixture_add(w, 443, 2);
	fixture_add(w, 444, 2)->choices[1].port = 443;
	assert_int_equal(refused(t, w, "10.0.0.2:443 is a member's place"), -EEXIST);
	/* Also where the one that was there before stays. */
	w->n_listeners = 1;
	free(fixture_plan(t, w));
	w->n_listeners = 2;
	assert_int_equal(refused(t, w, "10.0.0.2:443 is a member's place"), -EEXIST);
	free(w);
	free(t);
}

static void
full_tables_are_told(void **state)
{
	struct tables *t = fixture_tables();
	struct kernel_wanted *w = fixture_wanted(KM_LISTENERS);

	(void)state;
	for (uint16_t i = 0; i < KM_LISTENERS; i++)
		fixture_add(w, (uint16_t)(i + 1), 1);
	assert_int_equal(refused(t, w, "room for 1023 listeners"), -ENOSPC);
	w->n_listeners = 0;
	for (uint16_t i = 0; i < 205; i++)
		fixture_add(w, (uint16_t)(i + 1), KM_CHOICES);
	assert_int_equal(refused(t, w, "room for 4095 endpoints"), -ENOSPC);
	/* Rows of what left count, too. */
	w->n_listeners = 1;
	free(fixture_plan(t, w));
	w->n_listeners = 0;
	for (uint16_t i = 0; i < 204; i++)
		fixture_add(w, (uint16_t)(i + 1000), KM_CHOICES);
	assert_int_equal(refused(t, w, "room for 4095 endpoints"), -ENOSPC);
	free(w);
	free(t);
}

static void
families_of_a_member_and_service_share_a_budget(void **state)
{
	struct tables *t = fixture_tables();
	struct kernel_wanted *w = fixture_wanted(3);
	struct rows_plan *p;

	(void)state;
	fixture_add(w, 443, 2)->rate_per_member = 10;
	fixture_add(w, 444, 2)->rate_per_member = 10; /* the other family, as it were */
	fixture_add(w, 445, 2)->rate_per_member = 10;
	w->listeners[2].service = SERVICE_AV_UDP;
	p = fixture_plan(t, w);
	assert_int_equal(
	    p->endpoint_budget[fixture_endpoint(p, 0, 1)], fixture_endpoint(p, 0, 1));
	assert_int_equal(
	    p->endpoint_budget[fixture_endpoint(p, 1, 1)], fixture_endpoint(p, 0, 1));
	assert_int_equal(
	    p->endpoint_budget[fixture_endpoint(p, 2, 1)], fixture_endpoint(p, 2, 1));
	free(p);
	w->listeners[1].rate_per_member = 0;
	p = fixture_plan(t, w);
	assert_int_equal(p->endpoint_budget[fixture_endpoint(p, 1, 1)], 0);
	free(p);
	free(w);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_begin_at_one_and_are_all_different),
	    cmocka_unit_test(known_ids_keep_their_rows),
	    cmocka_unit_test(what_left_keeps_its_row_and_returns_to_it),
	    cmocka_unit_test(another_name_of_a_place_takes_its_row),
	    cmocka_unit_test(positions_stay_and_a_leaver_leaves_a_hole),
	    cmocka_unit_test(twenty_members_always_find_positions),
	    cmocka_unit_test(one_place_of_a_member_has_one_listener),
	    cmocka_unit_test(full_tables_are_told),
	    cmocka_unit_test(families_of_a_member_and_service_share_a_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
