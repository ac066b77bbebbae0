/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a difference is published: times are seconds, settle time 2, spacing 5.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "settle.h"

#define SETTLE  (2 * NS_PER_S)
#define SPACING (5 * NS_PER_S)
#define PAUSE   (5 * NS_PER_S)

/* A look: '.' equal, 'd' different, 'm' missing.  After a look that says "write":
 * 'W' it worked, 'F' it failed. */
struct look {
	int at_s;
	char sees;
	bool writes;
	char result;
};

static const struct scenario {
	const char *sentence;
	struct look looks[10];
} scenarios[] = {
    {"what is equal is not written", {{1, '.', false, 0}, {100, '.', false, 0}}},
    {"a missing file is written at once", {{1, 'm', true, 'W'}, {1, '.', false, 0}}},
    {"a change waits for the settle time",
	{{10, 'd', false, 0}, {11, 'd', false, 0}, {12, 'd', true, 'W'},
	    {13, '.', false, 0}}},
    {"a change that goes back is not written",
	{{10, 'd', false, 0}, {11, '.', false, 0}, {13, 'd', false, 0},
	    {14, 'd', false, 0}, {15, 'd', true, 'W'}}},
    {"writes keep their distance",
	{{10, 'd', false, 0}, {12, 'd', true, 'W'}, {13, 'd', false, 0},
	    {16, 'd', false, 0}, {17, 'd', true, 'W'}}},
    {"the first change opens the window, later ones do not move it",
	{{10, 'd', false, 0}, {11, 'd', false, 0}, {12, 'd', true, 'W'}}},
    {"a failure pauses, then is tried again",
	{{10, 'd', false, 0}, {12, 'd', true, 'F'}, {13, 'd', false, 0},
	    {16, 'd', false, 0}, {17, 'd', true, 'W'}}},
    {"also for a missing file",
	{{10, 'm', true, 'F'}, {11, 'm', false, 0}, {15, 'm', true, 'F'},
	    {19, 'm', false, 0}, {20, 'm', true, 'W'}}},
    {"a file that vanishes does not wait for the settle time",
	{{10, 'm', true, 'W'}, {20, 'm', true, 'W'}}},
};

static enum difference
seen(char c)
{
	return c == '.'   ? DIFFERENCE_NONE
	       : c == 'd' ? DIFFERENCE_CHANGED
			  : DIFFERENCE_MISSING;
}

static void
test_scenarios(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(scenarios); i++) {
		struct settle s;

		settle_init(&s);
		for (const struct look *l = scenarios[i].looks; l->sees != 0; l++) {
			int64_t now = l->at_s * NS_PER_S;

			if (settle_look(&s, seen(l->sees), now, SETTLE) != l->writes)
				fail_msg("%s: at %d s", scenarios[i].sentence, l->at_s);
			if (l->result == 'W')
				settle_written(&s, now, SPACING);
			if (l->result == 'F')
				settle_failed(&s, now, PAUSE, SPACING);
		}
	}
}

static void
test_due(void **state)
{
	struct settle s;

	(void)state;
	settle_init(&s);
	assert_true(settle_due_ns(&s, SETTLE) == INT64_MAX);
	assert_false(settle_look(&s, DIFFERENCE_CHANGED, 10, SETTLE));
	assert_true(settle_due_ns(&s, SETTLE) == 10 + SETTLE);
	assert_true(settle_look(&s, DIFFERENCE_CHANGED, 10 + SETTLE, SETTLE));
	/* however small the spacing, a failure is not repeated at once */
	settle_failed(&s, 20, PAUSE, 0);
	assert_true(settle_due_ns(&s, 0) == 20 + PAUSE);
	settle_failed(&s, 20, PAUSE, 2 * PAUSE);
	assert_true(settle_due_ns(&s, 0) == 20 + 2 * PAUSE);
}

static void
test_warmup(void **state)
{
	struct warmup w;

	(void)state;
	warmup_init(&w);
	assert_false(warmup_holds(&w, false, 0, 60));
	assert_true(warmup_holds(&w, true, 100, 60));
	assert_true(warmup_holds(&w, true, 159, 60));
	assert_false(warmup_holds(&w, true, 160, 60));
	assert_false(warmup_holds(&w, true, 1000, 60)); /* a prober that never decides */
	assert_false(warmup_holds(&w, false, 1001, 60));
	assert_true(warmup_holds(&w, true, 1002, 60)); /* a new member */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_scenarios),
	    cmocka_unit_test(test_due),
	    cmocka_unit_test(test_warmup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
