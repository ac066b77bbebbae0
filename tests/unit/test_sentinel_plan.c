/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sentinel_plan - in simulated time: what ends teach, when alarms come, and how few.
 */
#include "unit.h"

#include <string.h>

#include "sentinel_plan.h"

#define START (INT64_C(987654321) * NS_PER_MS)
#define DICE  (UINT32_MAX / 2) /* the middle: nothing earlier or later */
#define NEVER INT64_MAX

/* A member that keeps silent connections for `keeps`, probed well every 2 s and at every
 * alarm, from START on until `until`; counts what comes of it. */
struct story {
	struct sentinel_plan p;
	int64_t keeps, jitter; /* NEVER: does not end them */
	int64_t now;
	unsigned opened, alarms;
};

static uint32_t
toss(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed;
}

static void
live(struct story *s, int64_t until, unsigned seed)
{
	int64_t probe = s->now, ends = NEVER;

	while (s->now < until) {
		int64_t next = probe < s->p.due ? probe : s->p.due;

		s->now = ends < next ? ends : next;
		if (s->now == ends) {
			ends = NEVER;
			if (sentinel_plan_ended(&s->p, s->now, toss(&seed))) {
				s->alarms++;
				probe = s->now;
			}
		} else if (s->now == probe) {
			probe += 2 * NS_PER_S;
			sentinel_plan_probed(
			    &s->p, s->now, s->now + NS_PER_MS, true, toss(&seed));
		} else if (sentinel_plan_due(&s->p)) {
			s->opened++;
			sentinel_plan_opened(&s->p, s->now);
			ends = s->keeps == NEVER
				   ? NEVER
				   : s->now + s->keeps + toss(&seed) % (s->jitter + 1);
		}
	}
}

static struct story
story(int64_t keeps, int64_t jitter)
{
	struct story s = {.keeps = keeps, .jitter = jitter, .now = START};

	sentinel_plan_init(&s.p);
	return s;
}

static void
one_that_stays_is_opened_once(void **state)
{
	struct story s = story(NEVER, 0);

	(void)state;
	live(&s, START + 86400 * NS_PER_S, 1);
	assert_int_equal(s.opened, 1);
	assert_int_equal(s.alarms, 0);
	assert_int_equal(s.p.phase, SENTINEL_HELD);
}

static void
a_short_lifetime_is_learned_and_left_alone(void **state)
{
	struct story s = story(NS_PER_S, 0);

	(void)state;
	live(&s, START + 10 * NS_PER_S, 2);
	assert_int_equal(s.alarms, 2);
	assert_int_equal(s.opened, 2);
	assert_int_equal(s.p.life, NS_PER_S);
	live(&s, START + 3600 * NS_PER_S, 3);
	assert_int_equal(s.alarms, 2);
	assert_in_range(s.opened, 3600 / 75, 3600 / 44);
}

static void
a_long_lifetime_is_renewed_before_its_end(void **state)
{
	struct story s = story(30 * NS_PER_S, 0);
	unsigned opened;

	(void)state;
	live(&s, START + 100 * NS_PER_S, 4);
	assert_int_equal(s.alarms, 2);
	assert_int_equal(s.p.life, 30 * NS_PER_S);
	opened = s.opened;
	live(&s, START + 86400 * NS_PER_S, 5);
	assert_int_equal(s.alarms, 2);
	assert_in_range(s.opened - opened, 86300 / 31, 86300 / 25);
}

static void
a_sweep_is_one_lifetime(void **state)
{
	struct story s = story(60 * NS_PER_S, 6 * NS_PER_S);

	(void)state;
	live(&s, START + 86400 * NS_PER_S, 6);
	assert_in_range(s.alarms, 2, 3);
	assert_in_range(s.p.life, 59 * NS_PER_S, 68 * NS_PER_S);
}

/* Nothing to be learned from: the alarms get rare, and so do the connections. */
static void
no_lifetime_no_storm(void **state)
{
	struct story s = story(NS_PER_MS, 20 * NS_PER_S);

	(void)state;
	live(&s, START + 3600 * NS_PER_S, 7);
	assert_in_range(s.alarms, 2, 3600 / 30);
	assert_in_range(s.opened, 2, 3600 / 30);
}

static void
what_was_learned_is_doubted_and_forgotten(void **state)
{
	struct story s = story(10 * NS_PER_S, 0);
	unsigned alarms;

	(void)state;
	live(&s, START + 60 * NS_PER_S, 8);
	assert_int_equal(s.p.life, 10 * NS_PER_S);
	alarms = s.alarms;
	s.keeps = NEVER;
	live(&s, START + 400 * NS_PER_S, 9);
	assert_int_equal(s.p.life, 0);
	assert_int_equal(s.p.phase, SENTINEL_HELD);
	assert_int_equal(s.p.due, NEVER);
	assert_int_equal(s.alarms, alarms);
}

static void
a_shorter_one_is_learned_anew(void **state)
{
	struct story s = story(60 * NS_PER_S, 0);

	(void)state;
	live(&s, START + 300 * NS_PER_S, 10);
	assert_int_equal(s.p.life, 60 * NS_PER_S);
	s.keeps = 20 * NS_PER_S;
	live(&s, START + 900 * NS_PER_S, 11);
	assert_int_equal(s.p.life, 20 * NS_PER_S);
	assert_int_equal(s.alarms, 4);
}

/* --- single steps ------------------------------------------------------------------- */

static struct sentinel_plan
held(void)
{
	struct sentinel_plan p;

	sentinel_plan_init(&p);
	sentinel_plan_probed(&p, START, START, true, DICE);
	assert_int_equal(p.phase, SENTINEL_RESTING);
	assert_true(sentinel_plan_due(&p));
	sentinel_plan_opened(&p, START);
	return p;
}

static void
nothing_opens_before_a_good_probe(void **state)
{
	struct sentinel_plan p;

	(void)state;
	sentinel_plan_init(&p);
	sentinel_plan_probed(&p, START, START, false, DICE);
	assert_int_equal(p.phase, SENTINEL_AWAITING);
	assert_int_equal(p.due, NEVER);
	sentinel_plan_probed(&p, START, START, true, DICE);
	assert_int_equal(p.phase, SENTINEL_RESTING);
	assert_in_range(
	    p.due, START + 3 * PLAN_LEAST_NS / 8, START + 5 * PLAN_LEAST_NS / 8);
	sentinel_plan_probed(&p, START, START + 1, false, DICE);
	assert_int_equal(p.phase, SENTINEL_AWAITING);
}

static void
a_real_end_teaches_nothing(void **state)
{
	struct sentinel_plan p = held();

	(void)state;
	for (int i = 0; i < 5; i++) {
		int64_t at = p.opened + 3 * NS_PER_S;

		assert_true(sentinel_plan_ended(&p, at, DICE));
		sentinel_plan_probed(&p, at, at, false, DICE);
		sentinel_plan_down(&p);
		sentinel_plan_probed(&p, at, at, true, DICE);
		assert_int_equal(p.vain, 0);
		assert_true(sentinel_plan_due(&p));
		sentinel_plan_opened(&p, at);
	}
	assert_int_equal(p.life, 0);
	assert_int_equal(p.hint, 0);
}

static void
a_probe_begun_before_the_end_says_nothing(void **state)
{
	struct sentinel_plan p = held();
	int64_t at = START + NS_PER_S;

	(void)state;
	assert_true(sentinel_plan_ended(&p, at, DICE));
	sentinel_plan_probed(&p, at - NS_PER_MS, at + NS_PER_MS, true, DICE);
	assert_int_equal(p.phase, SENTINEL_AWAITING);
	assert_int_equal(p.hint, 0);
	sentinel_plan_probed(&p, at, at + NS_PER_MS, true, DICE);
	assert_int_equal(p.phase, SENTINEL_RESTING);
	assert_int_equal(p.hint, NS_PER_S);
}

static void
refusals_alarm_and_wait_longer_each_time(void **state)
{
	struct sentinel_plan p;
	int64_t before = 0;

	(void)state;
	sentinel_plan_init(&p);
	for (int i = 0; i < 10; i++) {
		int64_t wait;

		sentinel_plan_probed(&p, START, START, true, DICE);
		wait = p.due - START;
		assert_in_range(wait, PLAN_LEAST_NS / 2 - 10, PLAN_MOST_NS + 10);
		assert_true(
		    i < 2 || wait >= 2 * before - 10 || wait >= PLAN_MOST_NS - 10);
		before = wait;
		assert_true(sentinel_plan_due(&p));
		assert_true(sentinel_plan_failed(&p, START, false, DICE));
		assert_int_equal(p.phase, SENTINEL_AWAITING);
	}
	assert_true(before >= PLAN_MOST_NS - 10);
}

static void
our_own_fault_is_no_alarm(void **state)
{
	struct sentinel_plan p;
	int64_t now = START;

	(void)state;
	sentinel_plan_init(&p);
	sentinel_plan_probed(&p, now, now, true, DICE);
	for (int i = 0; i < 9; i++) {
		assert_true(sentinel_plan_due(&p));
		assert_false(sentinel_plan_failed(&p, now, true, DICE));
		assert_int_equal(p.phase, SENTINEL_RESTING);
		assert_true(p.due > now);
		now = p.due;
	}
	assert_true(now - START > 2 * PLAN_MOST_NS);
}

static void
in_the_way_it_goes_for_a_minute(void **state)
{
	struct sentinel_plan p = held();

	(void)state;
	sentinel_plan_yield(&p, START, UINT32_MAX);
	assert_int_equal(p.phase, SENTINEL_RESTING);
	assert_int_equal(p.due, START + 5 * PLAN_MOST_NS / 4);
	sentinel_plan_yield(&p, START, 0);
	assert_int_equal(p.due, START + 3 * PLAN_MOST_NS / 4);
}

static void
a_reload_keeps_what_was_learned(void **state)
{
	struct story s = story(20 * NS_PER_S, 0);
	struct sentinel_plan p;

	(void)state;
	live(&s, START + 100 * NS_PER_S, 12);
	sentinel_plan_inherit(&p, &s.p);
	assert_int_equal(p.life, 20 * NS_PER_S);
	assert_int_equal(p.phase, SENTINEL_AWAITING);
	assert_int_equal(p.due, NEVER);
}

/* Ten endpoints of a member that dies: one alarm each, and they come back apart. */
static void
a_crash_is_no_storm(void **state)
{
	struct sentinel_plan p[10];
	unsigned seed = 13;
	int64_t first = NEVER, last = 0;

	(void)state;
	for (size_t i = 0; i < countof(p); i++) {
		p[i] = held();
		assert_true(sentinel_plan_ended(&p[i], START + NS_PER_S, toss(&seed)));
		for (int k = 0; k < 20; k++)
			sentinel_plan_probed(&p[i], START + k * NS_PER_S,
			    START + k * NS_PER_S, false, toss(&seed));
		sentinel_plan_down(&p[i]);
		assert_int_equal(p[i].due, NEVER);
		sentinel_plan_probed(&p[i], START + 30 * NS_PER_S, START + 30 * NS_PER_S,
		    true, toss(&seed));
		first = p[i].due < first ? p[i].due : first;
		last = p[i].due > last ? p[i].due : last;
	}
	assert_true(last - first > 100 * NS_PER_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_that_stays_is_opened_once),
	    cmocka_unit_test(a_short_lifetime_is_learned_and_left_alone),
	    cmocka_unit_test(a_long_lifetime_is_renewed_before_its_end),
	    cmocka_unit_test(a_sweep_is_one_lifetime),
	    cmocka_unit_test(no_lifetime_no_storm),
	    cmocka_unit_test(what_was_learned_is_doubted_and_forgotten),
	    cmocka_unit_test(a_shorter_one_is_learned_anew),
	    cmocka_unit_test(nothing_opens_before_a_good_probe),
	    cmocka_unit_test(a_real_end_teaches_nothing),
	    cmocka_unit_test(a_probe_begun_before_the_end_says_nothing),
	    cmocka_unit_test(refusals_alarm_and_wait_longer_each_time),
	    cmocka_unit_test(our_own_fault_is_no_alarm),
	    cmocka_unit_test(in_the_way_it_goes_for_a_minute),
	    cmocka_unit_test(a_reload_keeps_what_was_learned),
	    cmocka_unit_test(a_crash_is_no_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
