/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token, sched, lateness - what the members have to bear, in simulated time, and whether
 * the prober keeps up with it.
 */
#include "unit.h"

#include <edge/id.h>

#include "lateness.h"
#include "sched.h"
#include "token.h"

#define START (INT64_C(123456789) * NS_PER_MS)
#define BURST 3

static void
three_at_once_then_one_a_second(void **state)
{
	struct token t;
	int64_t now = START;

	(void)state;
	token_init(&t, NS_PER_S, BURST);
	/* A failure and its confirmation, 100 ms apart. */
	for (int i = 0; i < BURST; i++, now += 100 * NS_PER_MS)
		assert_int_equal(token_take(&t, now), now);
	assert_int_equal(token_take(&t, now), START + NS_PER_S);
	/* Asking in vain costs nothing. */
	assert_int_equal(token_take(&t, now), START + NS_PER_S);
	now = START + NS_PER_S;
	assert_int_equal(token_take(&t, now), now);
	assert_int_equal(token_take(&t, now), now + NS_PER_S);
	now += 100 * NS_PER_S;
	for (int i = 0; i < BURST; i++)
		assert_int_equal(token_take(&t, now), now);
	assert_int_equal(token_take(&t, now), now + NS_PER_S);
}

/* Whatever comes: asked every millisecond for a minute, or once in a while. */
static void
never_more_than_the_rate(void **state)
{
	struct token t;
	int taken = 0;

	(void)state;
	token_init(&t, NS_PER_S, BURST);
	for (int64_t ms = 0; ms < 60000; ms++)
		taken += token_take(&t, START + ms * NS_PER_MS) == START + ms * NS_PER_MS;
	assert_int_equal(taken, 59 + BURST);
	for (int i = 0; i < 100; i++) /* the default interval never waits */
		assert_int_equal(token_take(&t, START + (70 + 2 * i) * NS_PER_S),
		    START + (70 + 2 * i) * NS_PER_S);
}

static void
without_spacing_there_is_no_bound(void **state)
{
	struct token t;

	(void)state;
	token_init(&t, 0, BURST);
	for (int i = 0; i < 100; i++)
		assert_int_equal(token_take(&t, START), START);
}

/* Ten endpoints of one member, every 2 s: one each 200 ms, up to the jitter. */
static void
a_members_endpoints_take_turns(void **state)
{
	(void)state;
	for (uint64_t member = 1; member <= 20; member++) {
		int64_t at[10], interval = 2 * NS_PER_S;

		for (uint64_t i = 0; i < countof(at); i++) {
			struct sched s;
			uint64_t id = member << 32 | i;

			sched_init(&s, id_hash(&id, sizeof id), 0.0);
			sched_place(&s, id_hash(&member, sizeof member), i, countof(at));
			at[i] = sched_first(&s, START, interval);
			assert_in_range(at[i], START, START + interval);
		}
		for (size_t i = 0; i < countof(at); i++) {
			int64_t gap = at[(i + 1) % countof(at)] - at[i];

			gap = (gap + interval) % interval;
			assert_in_range(gap, 199 * NS_PER_MS, 201 * NS_PER_MS);
		}
	}
}

/* Where a member begins is its own: 400 members do not all begin together. */
static void
members_begin_apart(void **state)
{
	unsigned tenths[10] = {0};

	(void)state;
	for (uint64_t member = 1; member <= 400; member++) {
		struct sched s;
		int64_t at;

		sched_init(&s, member, 0.0);
		sched_place(&s, id_hash(&member, sizeof member), 0, 10);
		at = sched_first(&s, START, 2 * NS_PER_S);
		tenths[at % (2 * NS_PER_S) * 10 / (2 * NS_PER_S)]++;
	}
	for (size_t i = 0; i < countof(tenths); i++)
		assert_in_range(tenths[i], 20, 70); /* 40 each */
}

static void
lateness_is_a_quantile(void **state)
{
	struct lateness l = {0};

	(void)state;
	assert_int_equal(lateness_quantile_ns(&l, 0.999), 0);
	for (int i = 0; i < 9990; i++)
		lateness_count(&l, START, START + NS_PER_MS / 2);
	for (int i = 0; i < 10; i++)
		lateness_count(&l, START, START + 200 * NS_PER_MS);
	assert_int_equal(l.probes, 10000);
	assert_int_equal(l.late, 10);
	assert_int_equal(lateness_quantile_ns(&l, 0.999), NS_PER_MS);
	lateness_count(&l, START, START + 70 * NS_PER_S);
	assert_int_equal(lateness_quantile_ns(&l, 0.999), 201 * NS_PER_MS);
	assert_int_equal(lateness_quantile_ns(&l, 0.99999), 70 * NS_PER_S);
	lateness_count(&l, START, START - NS_PER_S); /* early is not late */
	assert_int_equal(l.late, 11);
	assert_int_equal(l.worst_ns, 70 * NS_PER_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(three_at_once_then_one_a_second),
	    cmocka_unit_test(never_more_than_the_rate),
	    cmocka_unit_test(without_spacing_there_is_no_bound),
	    cmocka_unit_test(a_members_endpoints_take_turns),
	    cmocka_unit_test(members_begin_apart),
	    cmocka_unit_test(lateness_is_a_quantile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
