/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <pthread.h>

#include <edge/clock.h>

#include "rate.h"

#define BEGIN_NS (1000 * NS_PER_S)
#define SECONDS  5
#define TAKES    (1 << 16)

/* Asks every @every_ns for SECONDS; the most that began within any second. */
static unsigned
most_in_a_second(const struct rate *r, int64_t every_ns, unsigned *ret_all)
{
	static int64_t begun[TAKES];
	_Atomic int64_t word = 0;
	unsigned n = 0, first = 0, most = 0;

	for (int64_t t = BEGIN_NS; t < BEGIN_NS + SECONDS * NS_PER_S; t += every_ns) {
		while (n < TAKES && rate_take(r, &word, t))
			begun[n++] = t;
		while (first < n && begun[first] <= t - NS_PER_S)
			first++;
		if (n - first > most)
			most = n - first;
	}
	assert_true(n < TAKES);
	*ret_all = n;
	return most;
}

static void
no_second_sees_more_than_the_rate_and_5_percent(void **state)
{
	static const uint32_t rates[] = {1, 2, 7, 19, 20, 21, 33, 50, 99, 1000, 9999};
	static const int64_t every[] = {100000, 999983, 3000017, 7000003};

	(void)state;
	for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		for (size_t k = 0; k < sizeof every / sizeof every[0]; k++) {
			struct rate r = rate_even(rates[i]);
			unsigned all, most = most_in_a_second(&r, every[k], &all);

			assert_true(most * 100 <= rates[i] * 105);
			/* And lateness costs little. */
			assert_true(all * 100 >= rates[i] * SECONDS * 90);
		}
	}
}

static void
a_quiet_time_saves_no_burst(void **state)
{
	struct rate r = rate_even(50);
	_Atomic int64_t word = 0;
	unsigned n = 0;

	(void)state;
	while (rate_take(&r, &word, BEGIN_NS))
		n++;
	assert_int_equal(n, 2); /* one, and one for 20 ms of lateness */
	assert_false(rate_take(&r, &word, word - 1));
	assert_true(rate_take(&r, &word, word));
}

static void
a_sources_second_may_come_at_once(void **state)
{
	struct rate r = rate_at_once(4);
	_Atomic int64_t word = 0;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(rate_take(&r, &word, BEGIN_NS));
	assert_false(rate_take(&r, &word, BEGIN_NS));
	assert_false(rate_take(&r, &word, BEGIN_NS + NS_PER_S / 4 - 1));
	assert_true(rate_take(&r, &word, BEGIN_NS + NS_PER_S / 4));
	assert_false(rate_take(&r, &word, BEGIN_NS + NS_PER_S / 4));
}

static void
no_rate_is_no_limit(void **state)
{
	struct rate even = rate_even(0), at_once = rate_at_once(0);
	_Atomic int64_t word = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(rate_take(&even, &word, 0));
		assert_true(rate_take(&at_once, &word, 0));
	}
	assert_int_equal(word, 0);
}

struct race {
	struct rate rate;
	_Atomic int64_t word;
	atomic_uint taken;
};

static void *
racer(void *arg)
{
	struct race *race = arg;

	for (int64_t t = BEGIN_NS; t < BEGIN_NS + NS_PER_S; t += 50000)
		if (rate_take(&race->rate, &race->word, t))
			atomic_fetch_add(&race->taken, 1);
	return NULL;
}

/* Whoever is behind in time, together they take no more than the rate. */
static void
workers_share_a_word(void **state)
{
	struct race race = {.rate = rate_even(1000)};
	pthread_t threads[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, racer, &race), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_in_range(race.taken, 1, 1021);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_second_sees_more_than_the_rate_and_5_percent),
	    cmocka_unit_test(a_quiet_time_saves_no_burst),
	    cmocka_unit_test(a_sources_second_may_come_at_once),
	    cmocka_unit_test(no_rate_is_no_limit),
	    cmocka_unit_test(workers_share_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
