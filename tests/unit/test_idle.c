/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "idle.h"

static void
who_was_silent_longest_is_due_first(void **state)
{
	struct idle idle;
	struct idle_entry a, b, c;
	struct idle_queue *ten, *thirty;

	(void)state;
	idle_init(&idle);
	idle_entry_init(&a);
	idle_entry_init(&b);
	idle_entry_init(&c);
	ten = idle_queue(&idle, 10);
	thirty = idle_queue(&idle, 30);
	assert_ptr_equal(idle_queue(&idle, 10), ten);
	assert_int_equal(idle_next_ns(&idle), IDLE_NEVER);
	idle_enter(&a, ten, 0);
	idle_enter(&b, ten, 4);
	idle_enter(&c, thirty, 0);
	assert_int_equal(idle_next_ns(&idle), 10);
	assert_null(idle_due(&idle, 9));
	assert_ptr_equal(idle_due(&idle, 10), &a);
	idle_touch(&a, 8); /* an octet came */
	assert_int_equal(idle_next_ns(&idle), 14);
	assert_null(idle_due(&idle, 13));
	assert_ptr_equal(idle_due(&idle, 20), &b);
	idle_leave(&b);
	idle_leave(&b); /* leaving twice is harmless */
	assert_ptr_equal(idle_due(&idle, 20), &a);
	idle_leave(&a);
	assert_null(idle_due(&idle, 29));
	assert_ptr_equal(idle_due(&idle, 30), &c);
	assert_ptr_equal(idle_oldest(thirty), &c);
	assert_null(idle_oldest(ten));
}

static void
changing_the_queue_begins_a_new_wait(void **state)
{
	struct idle idle;
	struct idle_entry e;

	(void)state;
	idle_init(&idle);
	idle_entry_init(&e);
	idle_enter(&e, idle_queue(&idle, 5), 0);
	idle_enter(&e, idle_queue(&idle, 100), 3);
	assert_null(idle_due(&idle, 102));
	assert_ptr_equal(idle_due(&idle, 103), &e);
	idle_enter(&e, idle_queue(&idle, INT64_MAX), 200);
	assert_int_equal(idle_next_ns(&idle), IDLE_NEVER);
}

static void
queues_are_few_and_empty_ones_are_used_again(void **state)
{
	static struct idle_entry e[IDLE_QUEUES + 1];
	struct idle idle;

	(void)state;
	idle_init(&idle);
	for (int i = 0; i < IDLE_QUEUES; i++) {
		idle_entry_init(&e[i]);
		idle_enter(&e[i], idle_queue(&idle, 100 * (i + 1)), 0);
	}
	assert_int_equal(idle.n, IDLE_QUEUES);
	/* None is free: the nearest serves. */
	assert_int_equal(idle_queue(&idle, 230)->timeout_ns, 200);
	idle_leave(&e[5]);
	assert_int_equal(idle_queue(&idle, 230)->timeout_ns, 230);
	assert_int_equal(idle.n, IDLE_QUEUES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_was_silent_longest_is_due_first),
	    cmocka_unit_test(changing_the_queue_begins_a_new_wait),
	    cmocka_unit_test(queues_are_few_and_empty_ones_are_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
