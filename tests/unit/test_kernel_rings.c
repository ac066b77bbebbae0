/* SPDX-License-Identifier: BSD-2-Clause */
/* rings: in simulated time, who picks by which, and that none is written while read. */
#include "rings.h"

#include "kernel_fixture.h"

#define S INT64_C(1000000000)

struct world {
	struct tables *tables;
	struct km_ring *map;
	struct rings *rings;
	struct kernel_wanted *w;
	struct rows_plan *plan;
	struct ring_want wants[4];
	int64_t now_ns;
};

static void
want(struct world *x)
{
	for (size_t i = 0; i < x->w->n_listeners; i++) {
		x->wants[i].listener = &x->tables->listeners[x->plan->at[i].row];
		rings_shape(
		    &x->w->listeners[i], x->plan->at[i].position, &x->wants[i].shape);
	}
}

static int64_t
turn(struct world *x)
{
	return rings_turn(
	    x->rings, x->tables->listeners, x->wants, x->w->n_listeners, x->now_ns);
}

static void
begin(struct world *x, size_t members, bool found)
{
	*x = (struct world){.now_ns = 100 * S};
	x->tables = calloc(1, sizeof *x->tables);
	x->map = calloc(KM_RINGS, sizeof *x->map);
	x->rings = calloc(1, sizeof *x->rings);
	x->w = fixture_wanted(4);
	assert_true(x->tables != NULL && x->map != NULL && x->rings != NULL);
	fixture_add(x->w, 443, members);
	fixture_add(x->w, 5061, members);
	x->plan = fixture_plan(x->tables, x->w);
	rings_init(x->rings, x->map, x->tables->listeners, found, x->now_ns);
	want(x);
}

static void
end(struct world *x)
{
	free(x->plan);
	free(x->w);
	free(x->rings);
	free(x->map);
	free(x->tables);
}

static const uint8_t *
ring_of(const struct world *x, size_t i)
{
	return x->map[x->wants[i].listener->ring].slot;
}

static void
listeners_of_one_shape_share_a_ring(void **state)
{
	struct world x;

	(void)state;
	begin(&x, 3, false);
	assert_int_equal(x.wants[0].listener->ring, 0);
	assert_int_equal(ring_of(&x, 0)[17], KM_SLOT_NONE);
	assert_true(turn(&x) == INT64_MAX);
	assert_int_not_equal(x.wants[0].listener->ring, 0);
	assert_int_equal(x.wants[0].listener->ring, x.wants[1].listener->ring);
	for (size_t i = 0; i < KM_SLOTS; i++)
		assert_true(ring_of(&x, 0)[i] < 3);
	end(&x);
}

static void
a_turn_builds_one(void **state)
{
	struct world x;

	(void)state;
	begin(&x, 3, false);
	x.w->listeners[1].choices[0].use = KM_USE_DOWN_KEEP;
	want(&x);
	assert_true(turn(&x) <= x.now_ns);
	/* Which has a member that is out: it is passed over, and nobody else moves. */
	assert_int_equal(x.wants[1].listener->ring, x.wants[0].listener->ring);
	assert_true(turn(&x) == INT64_MAX);
	assert_int_not_equal(x.wants[1].listener->ring, x.wants[0].listener->ring);
	for (size_t i = 0; i < KM_SLOTS; i++)
		assert_int_not_equal(ring_of(&x, 1)[i], 0);
	end(&x);
}

/* After a restart with more listeners than before no row may be written at first. */
static void
a_new_listener_borrows_the_ring_of_one_alike(void **state)
{
	struct world x;

	(void)state;
	begin(&x, 3, false);
	fixture_add(x.w, 80, 3)->choices[1].member_id = 7; /* other members */
	free(x.plan);
	x.plan = fixture_plan(x.tables, x.w);
	x.tables->listeners[x.plan->at[0].row].ring = 9;
	rings_init(x.rings, x.map, x.tables->listeners, true, x.now_ns);
	want(&x);
	assert_true(turn(&x) == x.now_ns + RINGS_REST_NS);
	assert_int_equal(x.wants[0].listener->ring, 9);
	assert_int_equal(x.wants[1].listener->ring, 9);
	assert_int_equal(x.wants[2].listener->ring, 0);
	x.now_ns += RINGS_REST_NS;
	while (turn(&x) != INT64_MAX)
		;
	assert_int_equal(x.wants[0].listener->ring, x.wants[1].listener->ring);
	assert_int_not_equal(x.wants[0].listener->ring, 9);
	assert_int_not_equal(x.wants[2].listener->ring, 0);
	end(&x);
}

/* Every row is used or was a moment ago: whoever wants another waits a second, with the
 * ring it has; and the row that is then written is one that nobody refers to. */
static void
what_may_be_read_is_not_written(void **state)
{
	struct world x;
	unsigned ring;

	(void)state;
	begin(&x, 3, true);
	assert_true(turn(&x) == x.now_ns + RINGS_REST_NS);
	assert_int_equal(x.wants[0].listener->ring, 0);
	x.now_ns += RINGS_REST_NS;
	assert_true(turn(&x) == INT64_MAX);
	for (unsigned n = 1; n < KM_RINGS; n++) {
		ring = x.wants[0].listener->ring;
		x.w->listeners[0].choices[0].weight = 1 + n;
		x.w->listeners[1].choices[0].weight = 1 + n;
		want(&x);
		if (n + 1 == KM_RINGS) { /* all other rows have been left just now */
			assert_true(turn(&x) == x.now_ns + RINGS_REST_NS);
			assert_int_equal(x.wants[0].listener->ring, ring);
			x.now_ns += RINGS_REST_NS;
		}
		assert_true(turn(&x) == INT64_MAX);
		assert_int_not_equal(x.wants[0].listener->ring, ring);
	}
	end(&x);
}

static void
a_shape_that_is_still_there_is_taken_up_again(void **state)
{
	struct world x;
	unsigned ring;

	(void)state;
	begin(&x, 3, false);
	turn(&x);
	ring = x.wants[0].listener->ring;
	x.w->listeners[0].choices[0].use = KM_USE_KEEP;
	want(&x);
	turn(&x);
	assert_int_not_equal(x.wants[0].listener->ring, ring);
	x.w->listeners[0].choices[0].use = KM_USE_NEW;
	want(&x);
	turn(&x);
	assert_int_equal(x.wants[0].listener->ring, ring);
	end(&x);
}

static void
nobody_is_row_zero_and_backups_are_last(void **state)
{
	struct world x;

	(void)state;
	begin(&x, 3, false);
	x.w->listeners[0].choices[2].backup = true;
	want(&x);
	turn(&x);
	turn(&x);
	for (size_t i = 0; i < KM_SLOTS; i++)
		assert_true(ring_of(&x, 0)[i] < 2);
	x.w->listeners[0].choices[0].use = KM_USE_OUT;
	x.w->listeners[0].choices[1].use = KM_USE_DOWN_RESET;
	want(&x);
	turn(&x);
	for (size_t i = 0; i < KM_SLOTS; i++)
		assert_int_equal(ring_of(&x, 0)[i], 2);
	x.w->listeners[0].choices[2].use = KM_USE_KEEP;
	want(&x);
	assert_true(turn(&x) == INT64_MAX);
	assert_int_equal(x.wants[0].listener->ring, 0);
	end(&x);
}

static void
a_share_is_a_part_of_the_weight(void **state)
{
	struct world x;
	size_t n[3] = {0};

	(void)state;
	begin(&x, 3, false);
	x.w->listeners[0].choices[0].share = 100;
	want(&x);
	turn(&x);
	for (size_t i = 0; i < KM_SLOTS; i++)
		n[ring_of(&x, 0)[i]]++;
	/* 0.1 of 2.1 */
	assert_in_range(n[0], KM_SLOTS / 21 - 100, KM_SLOTS / 21 + 100);
	end(&x);
}

/* Of 16 members one leaves and returns: what the others had stays theirs. */
static void
a_change_moves_almost_nothing_else(void **state)
{
	for (size_t gone = 0; gone < 16; gone++) {
		uint8_t before[KM_SLOTS];
		size_t kept = 0, moved = 0;
		struct world x;

		(void)state;
		begin(&x, 16, false);
		turn(&x);
		memcpy(before, ring_of(&x, 0), sizeof before);
		x.w->listeners[0].choices[gone].use = KM_USE_DOWN_KEEP;
		want(&x);
		turn(&x);
		for (size_t i = 0; i < KM_SLOTS; i++) {
			if (before[i] == gone)
				continue;
			kept++;
			moved += before[i] != ring_of(&x, 0)[i];
		}
		if (moved * 1000 > kept * 5)
			fail_msg("member %zu: %zu of %zu slots moved", gone, moved, kept);
		end(&x);
	}
}

static void
shapes_are_counted_in_health(void **state)
{
	struct world x;

	(void)state;
	begin(&x, 3, false);
	assert_int_equal(rings_count(x.w, x.plan), 1);
	x.w->listeners[1].choices[0].use = KM_USE_OUT;
	assert_int_equal(rings_count(x.w, x.plan), 1);
	x.w->listeners[1].choices[0].weight = 2;
	assert_int_equal(rings_count(x.w, x.plan), 2);
	end(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(listeners_of_one_shape_share_a_ring),
	    cmocka_unit_test(a_turn_builds_one),
	    cmocka_unit_test(a_new_listener_borrows_the_ring_of_one_alike),
	    cmocka_unit_test(what_may_be_read_is_not_written),
	    cmocka_unit_test(a_shape_that_is_still_there_is_taken_up_again),
	    cmocka_unit_test(nobody_is_row_zero_and_backups_are_last),
	    cmocka_unit_test(a_share_is_a_part_of_the_weight),
	    cmocka_unit_test(shapes_are_counted_in_health),
	    cmocka_unit_test(a_change_moves_almost_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
