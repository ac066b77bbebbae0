/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched, lag - in simulated time: gaps, spread, and time the prober lost itself.
 */
#include "unit.h"

#include <edge/clock.h>
#include <edge/id.h>

#include "lag.h"
#include "sched.h"

#define INTERVAL (2 * NS_PER_S)
#define START    (INT64_C(123456789) * NS_PER_MS)

static void
gaps_keep_to_the_interval(void **state)
{
	static const double jitters[] = {0.0, 0.1, 0.5};

	(void)state;
	for (size_t j = 0; j < countof(jitters); j++)
		for (uint64_t id = 1; id < 50; id++) {
			struct sched s;
			int64_t last, sum = 0;

			sched_init(&s, id_hash(&id, sizeof id), jitters[j]);
			last = sched_first(&s, START, INTERVAL);
			assert_in_range(last, START, START + INTERVAL);
			for (int k = 0; k < 200; k++) {
				int64_t next = sched_steady(&s, last, last, INTERVAL);

				assert_true(next - last <=
					    (int64_t)((1 + jitters[j]) * INTERVAL) + 1);
				assert_true(next - last >=
					    (int64_t)((1 - jitters[j]) * INTERVAL) -
						(k == 0 ? INTERVAL : 1));
				sum += next - last;
				last = next;
			}
			assert_in_range(
			    sum / 200, INTERVAL * 99 / 100, INTERVAL * 101 / 100);
		}
}

/* 400 endpoints woken at the same moment are spread again after one interval. */
static void
a_burst_spreads_again(void **state)
{
	unsigned tenths[10] = {0};

	(void)state;
	for (uint64_t id = 1; id <= 400; id++) {
		struct sched s;
		int64_t at;

		sched_init(&s, id_hash(&id, sizeof id), 0.1);
		at = sched_steady(&s, START, START, INTERVAL);
		at = sched_steady(&s, at, at, INTERVAL);
		tenths[at % INTERVAL * 10 / INTERVAL]++;
	}
	for (size_t i = 0; i < countof(tenths); i++)
		assert_in_range(tenths[i], 20, 70); /* 40 each, evenly spread */
}

static void
fast_follows_the_last(void **state)
{
	struct sched s;

	(void)state;
	sched_init(&s, 42, 0.1);
	for (int i = 0; i < 100; i++) {
		int64_t at = sched_fast(&s, START, START, 300 * NS_PER_MS);

		assert_in_range(at, START + 285 * NS_PER_MS, START + 315 * NS_PER_MS);
	}
}

static void
never_before_now(void **state)
{
	struct sched s;

	(void)state;
	sched_init(&s, 42, 0.1);
	assert_int_equal(
	    sched_fast(&s, START + NS_PER_S, START, 300 * NS_PER_MS), START + NS_PER_S);
	/* A probe that took longer than the interval is followed at once. */
	assert_int_equal(sched_steady(&s, START + 5 * NS_PER_S, START, INTERVAL),
	    START + 5 * NS_PER_S);
}

static void
phases_do_not_depend_on_the_start(void **state)
{
	struct sched a, b;

	(void)state;
	sched_init(&a, 7, 0);
	sched_init(&b, 7, 0);
	assert_in_range(sched_first(&a, 0, INTERVAL), 1, INTERVAL); /* just booted */
	assert_int_equal(sched_first(&a, START, INTERVAL) % INTERVAL,
	    sched_first(&b, START + 777 * NS_PER_MS, INTERVAL) % INTERVAL);
}

static void
lost_time_is_given_back(void **state)
{
	struct lag l;
	int64_t now = START, before;

	(void)state;
	lag_init(&l, now);
	for (int i = 0; i < 100; i++) { /* turns of all kinds, none late */
		now += i % 2 ? 3 * NS_PER_MS : LAG_TICK_NS + 5 * NS_PER_MS;
		lag_look(&l, now);
	}
	assert_int_equal(l.total_ns, 0);
	before = l.total_ns;
	now += LAG_TICK_NS + 300 * NS_PER_MS;
	lag_look(&l, now);
	assert_int_equal(l.total_ns, 300 * NS_PER_MS);
	assert_int_equal(l.times, 1);
	assert_int_equal(
	    lag_extended(&l, 1000, before, NS_PER_S), 1000 + 300 * NS_PER_MS);
	/* What began afterwards lost nothing. */
	assert_int_equal(lag_extended(&l, 1000, l.total_ns, NS_PER_S), 1000);
	now += LAG_TICK_NS + 50 * NS_PER_MS;
	lag_look(&l, now);
	assert_int_equal(l.worst_ns, 300 * NS_PER_MS);
	/* Stopped for an hour: one more timeout, not one more hour. */
	now += 3600 * NS_PER_S;
	lag_look(&l, now);
	assert_int_equal(lag_extended(&l, 1000, before, NS_PER_S), 1000 + NS_PER_S);
	assert_in_range(l.worst_ns, 3599 * NS_PER_S, 3600 * NS_PER_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gaps_keep_to_the_interval),
	    cmocka_unit_test(a_burst_spreads_again),
	    cmocka_unit_test(fast_follows_the_last),
	    cmocka_unit_test(never_before_now),
	    cmocka_unit_test(phases_do_not_depend_on_the_start),
	    cmocka_unit_test(lost_time_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
