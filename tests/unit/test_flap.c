/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flap - the score, when it starts and stops, and how long one is held down.
 */
#include "unit.h"

#include <math.h>

#include <edge/clock.h>

#include "flap.h"

static const struct health_conf conf = {.flap_damping = true,
    .flap_hold_ns = 10 * NS_PER_S,
    .flap_hold_max_ns = 300 * NS_PER_S};

/* u up, d down, one a second; ? unknown. */
static int64_t
feed(struct flap *f, const char *healths, const struct health_conf *c, int64_t now)
{
	for (; *healths != '\0'; healths++, now += NS_PER_S) {
		bool last_up = f->results & 1;
		bool changed = f->n > 0 && (*healths == 'u') != last_up;

		flap_feed(f,
		    *healths == 'u'   ? HEALTH_UP
		    : *healths == 'd' ? HEALTH_DOWN
				      : HEALTH_UNKNOWN,
		    changed, c, 0.5, now);
	}
	return now;
}

static void
scores(void **state)
{
	static const struct {
		const char *healths;
		double score;
	} rows[] = {
	    {"", 0},
	    {"u", 0},
	    {"????ud", 1.2 / 20},
	    {"uuuuuuuuuuuuuuuuuuuud", 1.2 / 20},
	    {"duuuuuuuuuuuuuuuuuuuu", 0.8 / 20},
	    {"dduuuuuuuuuuuuuuuuuuuu", 0.8 / 20},
	    {"duuuuuuuuuuuuuuuuuuuuu", 0},
	    {"ududududududududududu", 1.0},
	    {"uuddu", (1.2 + 1.2 - 0.4 * 2 / 19) / 20},
	};
	struct health_conf no_hold = conf;

	(void)state;
	no_hold.flap_hold_ns = 0;
	for (size_t i = 0; i < countof(rows); i++) {
		struct flap f;

		flap_init(&f);
		feed(&f, rows[i].healths, &no_hold, 0);
		print_message("%s: %.4f\n", rows[i].healths, flap_score(&f));
		assert_true(fabs(flap_score(&f) - rows[i].score) < 1e-9);
	}
}

static void
it_starts_at_20_and_stops_below_5_percent(void **state)
{
	struct flap f;
	int64_t now;

	(void)state;
	flap_init(&f);
	now = feed(&f, "uuuudduu", &conf, 0);
	assert_false(f.flapping);
	now = feed(&f, "ddu", &conf, now); /* four changes, all of them late: 23 % */
	assert_true(f.flapping);
	now = feed(&f, "uuuuuuuuuuuuuu", &conf, now);
	assert_true(f.flapping); /* below 20, above 5 */
	now = feed(&f, "uuuuu", &conf, now);
	assert_false(f.flapping);
	assert_int_equal(
	    f.held_until, INT64_MIN); /* it never went down while it flapped */
}

static void
hold_downs_double_up_to_the_longest(void **state)
{
	static const int64_t seconds[] = {10, 20, 40, 80, 160, 300, 300};
	struct flap f;
	int64_t now;

	(void)state;
	flap_init(&f);
	now = feed(&f, "uuuudduudduu", &conf, 0);
	assert_true(f.flapping);
	for (size_t i = 0; i < countof(seconds); i++) {
		flap_feed(&f, HEALTH_DOWN, true, &conf, 0.5, now);
		assert_int_equal(f.held_until - now, seconds[i] * NS_PER_S);
		assert_true(flap_holds(&f, f.held_until - 1));
		assert_false(flap_holds(&f, f.held_until));
		/* What it answers meanwhile is not scored. */
		for (int k = 0; k < 50; k++)
			flap_feed(&f, HEALTH_DOWN, false, &conf, 0.5, now + k);
		assert_true(f.flapping);
		now = f.held_until + NS_PER_S;
		flap_feed(&f, HEALTH_UP, true, &conf, 0.5, now);
		now += NS_PER_S;
	}
	assert_int_equal(f.holds, countof(seconds));
	/* Up without a break for the longest: all is forgotten. */
	flap_feed(&f, HEALTH_UP, false, &conf, 0.5, now + 298 * NS_PER_S);
	assert_int_equal(f.holds, countof(seconds));
	flap_feed(&f, HEALTH_UP, false, &conf, 0.5, now + 299 * NS_PER_S);
	assert_int_equal(f.holds, 0);
}

static void
the_spread_is_a_fifth(void **state)
{
	(void)state;
	for (double draw = 0; draw <= 1; draw += 0.125) {
		struct flap f;

		flap_init(&f);
		f.flapping = true;
		f.results = 0x15555;
		f.n = FLAP_RESULTS;
		flap_feed(&f, HEALTH_DOWN, true, &conf, draw, 0);
		assert_int_equal(
		    f.held_until, (int64_t)(10 * (0.8 + 0.4 * draw) * (double)NS_PER_S));
	}
}

static void
without_damping_nothing_is_held(void **state)
{
	struct health_conf off = conf;
	struct flap f;

	(void)state;
	off.flap_damping = false;
	flap_init(&f);
	feed(&f, "ududududududududududu", &off, 0);
	assert_false(f.flapping);
	assert_int_equal(f.held_until, INT64_MIN);
	/* Switched off by a reload: at once. */
	feed(&f, "ududududd", &conf, 0);
	assert_true(f.flapping);
	feed(&f, "d", &off, 0);
	assert_false(f.flapping);
	assert_false(flap_holds(&f, 0));
}

/* As a restart sees it, a reload does: nothing is held longer than is allowed now. */
static void
a_shorter_longest_hold_counts_at_once(void **state)
{
	struct health_conf brief = conf;
	struct flap f;

	(void)state;
	brief.flap_hold_max_ns = 10 * NS_PER_S;
	flap_init(&f);
	flap_limit(&f, &brief, 77);
	assert_int_equal(f.held_until, INT64_MIN);
	f.held_until = 3600 * NS_PER_S;
	flap_limit(&f, &brief, 77);
	assert_int_equal(f.held_until, 77 + flap_longest_ns(&brief));
}

static void
what_is_packed_comes_back(void **state)
{
	struct flap f, g;

	(void)state;
	flap_init(&f);
	feed(&f, "uduududud", &conf, 0);
	f.holds = 3;
	flap_unpack(&g, flap_pack(&f), 77, 5);
	assert_int_equal(g.results, f.results);
	assert_int_equal(g.n, f.n);
	assert_int_equal(g.flapping, f.flapping);
	assert_int_equal(g.holds, 3);
	assert_int_equal(g.held_until, 77);
	assert_int_equal(g.up_since, 5);
	/* Any word is harmless. */
	flap_unpack(&g, UINT64_MAX, INT64_MIN, 0);
	assert_in_range(g.n, 0, FLAP_RESULTS);
	assert_true(flap_score(&g) == 0);
	flap_feed(&g, HEALTH_DOWN, true, &conf, 1.0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(scores),
	    cmocka_unit_test(it_starts_at_20_and_stops_below_5_percent),
	    cmocka_unit_test(hold_downs_double_up_to_the_longest),
	    cmocka_unit_test(the_spread_is_a_fifth),
	    cmocka_unit_test(without_damping_nothing_is_held),
	    cmocka_unit_test(a_shorter_longest_hold_counts_at_once),
	    cmocka_unit_test(what_is_packed_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
