/* SPDX-License-Identifier: BSD-2-Clause */
/* pick: distributions, slow start, backups; the figures are those of the design. */
#include "unit.h"

#include <edge/id.h>
#include <edge/state.h>
#include <stdlib.h>

#include "pick.h"

#define N 3

struct pool_play {
	uint32_t weight[MODEL_MEMBERS_MAX];
	uint16_t share[MODEL_MEMBERS_MAX]; /* 0: 1000 */
	bool backup[MODEL_MEMBERS_MAX], out[MODEL_MEMBERS_MAX];
	uint32_t sessions[MODEL_MEMBERS_MAX];
	uint32_t got[MODEL_MEMBERS_MAX]; /* sessions that began */
	uint8_t *ring;
	size_t n;
};

/* One session begins, and stays. */
static int
begin(struct pool_play *p, enum algorithm algorithm, struct pick_state *st, uint64_t flow)
{
	struct pick_entry e[MODEL_MEMBERS_MAX];
	int i;

	for (size_t k = 0; k < p->n; k++)
		e[k] = (struct pick_entry){
		    .weight = p->weight[k],
		    .share = p->share[k] == 0 ? 1000 : p->share[k],
		    .may = !p->out[k],
		    .backup = p->backup[k],
		    .sessions = p->sessions[k],
		};
	i = pick(algorithm, st, e, p->n, flow, p->ring);
	if (i != PICK_NONE) {
		p->sessions[i]++;
		p->got[i]++;
	}
	return i;
}

static uint64_t
flow_of(unsigned client)
{
	return id_hash(&client, sizeof client);
}

static double
max_over_mean(const uint32_t *got, size_t n)
{
	uint32_t most = 0, sum = 0;

	for (size_t i = 0; i < n; i++) {
		most = got[i] > most ? got[i] : most;
		sum += got[i];
	}
	return (double)most * (double)n / sum;
}

static void
ring_of(struct pool_play *p)
{
	static uint8_t ring[PICK_RING];
	uint64_t ids[MODEL_MEMBERS_MAX];
	uint32_t weights[MODEL_MEMBERS_MAX];

	for (size_t i = 0; i < p->n; i++) {
		ids[i] = flow_of(1000000 + (unsigned)i);
		weights[i] = p->out[i] ? 0 : p->weight[i];
	}
	assert_true(pick_ring_build(ring, ids, weights, p->n));
	p->ring = ring;
}

static void
three_thousand_sessions_are_even(void **state)
{
	static const struct {
		enum algorithm algorithm;
		double limit;
	} rows[] = {
	    {ALGORITHM_LEAST_SESSIONS, 1.01},
	    {ALGORITHM_ROUND_ROBIN, 1.01},
	    {ALGORITHM_SOURCE_HASH, 1.05},
	};

	(void)state;
	for (size_t r = 0; r < countof(rows); r++) {
		struct pool_play p = {.weight = {1, 1, 1}, .n = N};
		struct pick_state st = {0};

		ring_of(&p);
		for (unsigned i = 0; i < 3000; i++)
			assert_true(begin(&p, rows[r].algorithm, &st, flow_of(i)) >= 0);
		assert_true(max_over_mean(p.got, N) <= rows[r].limit);
	}
}

static void
weights_are_kept(void **state)
{
	(void)state;
	for (int a = 0; a < ALGORITHMS; a++) {
		struct pool_play p = {.weight = {1, 2, 5}, .n = N};
		struct pick_state st = {0};

		ring_of(&p);
		for (unsigned i = 0; i < 8000; i++)
			begin(&p, (enum algorithm)a, &st, flow_of(i));
		assert_in_range(p.got[0], 900, 1100);
		assert_in_range(p.got[1], 1850, 2150);
		assert_in_range(p.got[2], 4800, 5200);
	}
}

static void
least_sessions_fills_the_emptiest_and_takes_turns(void **state)
{
	struct pool_play p = {.weight = {1, 1, 1}, .sessions = {5, 2, 5}, .n = N};
	struct pick_state st = {0};

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(begin(&p, ALGORITHM_LEAST_SESSIONS, &st, 0), 1);
	/* Short sessions that leave no trace still go round. */
	for (unsigned i = 0; i < 300; i++) {
		int k = begin(&p, ALGORITHM_LEAST_SESSIONS, &st, 0);

		p.sessions[k]--;
	}
	for (int i = 0; i < N; i++)
		assert_in_range(p.got[i], 100, 103);
}

static void
round_robin_interleaves(void **state)
{
	struct pool_play p = {.weight = {3, 1}, .n = 2};
	struct pick_state st = {0};
	char order[9] = {0};

	(void)state;
	for (int i = 0; i < 8; i++)
		order[i] = (char)('a' + begin(&p, ALGORITHM_ROUND_ROBIN, &st, 0));
	assert_string_equal(order, "aabaaaba");
}

static void
backups_wait_until_nobody_else_may(void **state)
{
	(void)state;
	for (int a = 0; a < ALGORITHMS; a++) {
		struct pool_play p = {
		    .weight = {1, 1, 1}, .backup = {false, false, true}, .n = N};
		struct pick_state st = {0};

		ring_of(&p);
		for (unsigned i = 0; i < 300; i++)
			begin(&p, (enum algorithm)a, &st, flow_of(i));
		assert_int_equal(p.got[2], 0);
		p.out[0] = p.out[1] = true;
		assert_int_equal(begin(&p, (enum algorithm)a, &st, 1), 2);
		p.out[2] = true;
		assert_int_equal(begin(&p, (enum algorithm)a, &st, 1), PICK_NONE);
	}
}

/* A member returns empty among loaded ones, and 60 s of sessions at 100 a second begin:
 * in every tenth of the ramp its part is its fair part times its share. */
static void
slow_start_follows_the_ramp(void **state)
{
	(void)state;
	for (int a = 0; a < ALGORITHMS; a++) {
		struct pool_play p = {
		    .weight = {1, 1, 1}, .sessions = {5000, 5000, 0}, .n = N};
		struct pick_state st = {0};
		unsigned flow = 0;

		ring_of(&p);
		for (int tenth = 0; tenth < 10; tenth++) {
			double expected = 0;
			uint32_t before = p.got[2];

			for (int i = 0; i < 600; i++) {
				int64_t age = tenth * 600 + i;

				p.share[2] = (uint16_t)slow_start_share(age, 6000);
				expected += p.share[2] / 1000. / N;
				begin(&p, (enum algorithm)a, &st, flow_of(flow++));
			}
			assert_true(p.got[2] - before >= 0.8 * expected - 1);
			assert_true(p.got[2] - before <= 1.2 * expected + 1);
		}
	}
}

static void
when_all_start_slowly_nobody_stands_back(void **state)
{
	struct pool_play p = {.weight = {1, 1, 1}, .share = {100, 100, 100}, .n = N};
	struct pick_state st = {0};

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		assert_true(begin(&p, ALGORITHM_LEAST_SESSIONS, &st, 0) >= 0);
	assert_true(max_over_mean(p.got, N) <= 1.01);
}

static void
a_leaving_member_moves_its_own_flows_only(void **state)
{
	struct pool_play p = {.weight = {1, 1, 1, 1}, .n = 4};
	struct pick_state st = {0};
	static int before[20000];
	unsigned moved = 0, kept = 0;

	(void)state;
	ring_of(&p);
	for (unsigned i = 0; i < countof(before); i++)
		before[i] = begin(&p, ALGORITHM_SOURCE_HASH, &st, flow_of(i));
	p.out[1] = true;
	ring_of(&p);
	for (unsigned i = 0; i < countof(before); i++) {
		int now = begin(&p, ALGORITHM_SOURCE_HASH, &st, flow_of(i));

		if (before[i] == 1)
			continue;
		kept++;
		moved += now != before[i];
	}
	assert_true(moved * 200 <= kept); /* 0.5 % */
}

static void
a_full_member_spreads_its_flows_over_all_others(void **state)
{
	struct pool_play p = {.weight = {1, 1, 1, 1}, .n = 4};
	struct pick_state st = {0};

	(void)state;
	ring_of(&p);
	p.out[1] = true; /* the ring still has it: it is full, not gone */
	for (unsigned i = 0; i < 8000; i++)
		begin(&p, ALGORITHM_SOURCE_HASH, &st, flow_of(i));
	assert_int_equal(p.got[1], 0);
	assert_in_range(p.got[0], 2400, 2930);
	assert_in_range(p.got[2], 2400, 2930);
	assert_in_range(p.got[3], 2400, 2930);
}

static void
an_empty_ring_has_nobody(void **state)
{
	static uint8_t ring[PICK_RING];
	uint64_t id = 5;
	uint32_t weight = 0;

	(void)state;
	assert_false(pick_ring_build(ring, &id, &weight, 1));
	assert_false(pick_ring_build(ring, NULL, NULL, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(three_thousand_sessions_are_even),
	    cmocka_unit_test(weights_are_kept),
	    cmocka_unit_test(least_sessions_fills_the_emptiest_and_takes_turns),
	    cmocka_unit_test(round_robin_interleaves),
	    cmocka_unit_test(backups_wait_until_nobody_else_may),
	    cmocka_unit_test(slow_start_follows_the_ramp),
	    cmocka_unit_test(when_all_start_slowly_nobody_stands_back),
	    cmocka_unit_test(a_leaving_member_moves_its_own_flows_only),
	    cmocka_unit_test(a_full_member_spreads_its_flows_over_all_others),
	    cmocka_unit_test(an_empty_ring_has_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
