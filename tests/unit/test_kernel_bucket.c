/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows and half-open flows in their buckets: the path's own code over memory of ours,
 * one process, or several that stand for processors, and the sweep beside them.
 *
 * Processes, not threads: what they share is what path and edge-lb share, unlocked by
 * design, and no checker of threads need be told so.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel/sweep.h"
#include "path_alone.h"

#define PATHS   3
#define SPAN_NS (300 * NS_PER_MS)

/* As a SYN, a SYN-ACK and an ACK would; true when there is a flow. */
static bool
opened(struct passage *v)
{
	const __u32 numbers[KM_TRANSACTIONS] = {v->key.port};
	struct km_flow *h;

	half_write(v, ENDPOINT, KM_SYN, numbers);
	h = half_find(v);
	if (h == NULL)
		return false;
	h->state = KM_SYN_ACK;
	flow_begin(v, h, 0);
	return flow_find(v) != NULL;
}

/* How many flows there are; what buckets say of them must be so, if nobody is at work. */
static uint32_t
flows_in(const struct lab *lab)
{
	const struct km_settings *s = lab->o.settings;
	uint32_t *passed = calloc(s->flow_buckets, sizeof *passed), n = 0;

	assert_non_null(passed);
	for (uint32_t b = 0; b < s->flow_buckets; b++) {
		const struct km_bucket *bucket = &lab->o.flows[b];

		for (uint32_t i = 0; i < KM_LANES; i++) {
			const struct km_flow *f = &bucket->line[i];
			uint64_t hash = km_hash(s, &f->key.client, f->key.port);
			uint64_t mark = bucket->marks >> 8 * i & 0xff;

			assert_int_equal(mark, f->tag == 0 ? 0 : km_mark(f->tag));
			if (f->tag == 0)
				continue;
			n++;
			assert_int_equal(f->number, b * 8 + i);
			passed[km_home(hash, s)] += b >= s->middle;
			passed[km_second(hash, s)] += b >= s->back;
			passed[km_third(hash, s)] +=
			    b >= s->back && b != km_third(hash, s);
		}
	}
	for (uint32_t b = 0; b < s->flow_buckets; b++)
		assert_int_equal(lab->o.flows[b].spilled, passed[b]);
	free(passed);
	return n;
}

/* Of half-open flows; nobody is at work, so none is being made a flow. */
static void
half_is_whole(const struct lab *lab)
{
	for (uint32_t b = 0; b < lab->o.settings->half_buckets; b++)
		for (uint32_t i = 0; i < KM_LANES; i++) {
			const struct km_flow *h = &lab->half[b].line[i];
			uint64_t mark = lab->half[b].marks >> 8 * i & 0xff;

			assert_int_equal(mark, h->tag == 0 ? 0 : km_mark(h->tag));
			assert_true(h->tag == 0 || h->state != KM_OPEN);
		}
}

static void
sessions_are(const struct lab *lab, uint32_t n)
{
	assert_int_equal(flows_in(lab), n);
	assert_int_equal(lab->o.listeners[LISTENER].sessions, n);
	assert_int_equal(lab->o.endpoints[ENDPOINT].sessions, n);
}

/* --- one at a time --- */

static void
fill_and_end(uint32_t buckets, uint32_t n, uint32_t seed)
{
	struct passage v;
	struct lab lab;

	lab_begin(&lab, buckets, 64, seed);
	for (uint32_t i = 0; i < n; i++) {
		packet_of(&lab, i, &v);
		assert_null(flow_find(&v));
		assert_true(opened(&v));
		assert_null(half_find(&v));
	}
	sessions_are(&lab, n);
	/* Any order: here every third, three times. */
	for (uint32_t from = 0; from < 3; from++)
		for (uint32_t i = from; i < n; i += 3) {
			struct km_flow *f;

			packet_of(&lab, i, &v);
			f = flow_find(&v);
			assert_non_null(f);
			assert_memory_equal(&f->key, &v.key, sizeof v.key);
			assert_int_equal(f->tcp.client_seq, v.key.port);
			flow_end(&v, f);
			assert_null(flow_find(&v));
		}
	sessions_are(&lab, 0);
	lab_end(&lab);
}

static void
test_a_table_holds_what_it_has_room_for(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 50; seed++)
		fill_and_end(km_buckets_for(1024), 1024, seed * 0x9e3779b1u);
	fill_and_end(km_buckets_for(100000), 100000, 7);
}

static void
test_a_full_table_takes_no_more_and_loses_nothing(void **state)
{
	enum { N = 500 };
	bool in[N] = {false};
	uint32_t n = 0;
	struct passage v;
	struct lab lab;

	(void)state;
	lab_begin(&lab, 16, 64, 11);
	for (uint32_t i = 0; i < N; i++) {
		packet_of(&lab, i, &v);
		in[i] = opened(&v);
		n += in[i];
		/* Without room it stays half-open, as it was. */
		assert_true(in[i] || half_find(&v)->state == KM_SYN_ACK);
	}
	assert_in_range(n, 80, 16 * KM_LANES);
	assert_true(flow_table_was_full(&v));
	sessions_are(&lab, n);
	for (uint32_t i = 0; i < N; i++) {
		struct km_flow *f;

		packet_of(&lab, i, &v);
		f = flow_find(&v);
		assert_int_equal(f != NULL, in[i]);
		if (f != NULL)
			flow_end(&v, f);
	}
	sessions_are(&lab, 0);
	lab_end(&lab);
}

static void
test_half_open_forgets_the_oldest(void **state)
{
	const __u32 none[KM_TRANSACTIONS] = {0};
	struct passage v;
	struct lab lab;

	(void)state;
	lab_begin(&lab, 16, 1, 5);
	for (uint32_t i = 0; i < 3 * KM_LANES; i++) {
		packet_of(&lab, i, &v);
		v.tick = 5000 + i;
		half_write(&v, ENDPOINT, KM_SYN, none);
		for (uint32_t j = 0; j <= i; j++) {
			packet_of(&lab, j, &v);
			assert_int_equal(half_find(&v) != NULL, j + KM_LANES > i);
		}
	}
	for (uint32_t i = 0; i < 3 * KM_LANES; i++) {
		struct km_flow *h;

		packet_of(&lab, i, &v);
		h = half_find(&v);
		if (h != NULL)
			half_end(&v, h);
	}
	assert_int_equal(lab.half[0].marks, 0);
	lab_end(&lab);
}

/* Two addresses whose every difference is the top bit of an octet that multiplication
 * leaves at the top: of a chain, the one would undo the other. */
static void
test_nobody_chooses_what_meets(void **state)
{
	uint32_t dice = 1, met = 0;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct km_addr a = {{0xb80d0120u, next_of(&dice), next_of(&dice), 1}};
		struct km_addr b = a;
		struct km_settings s = {.middle = 2048};

		for (unsigned k = 0; k < 6; k++)
			s.keys[k] = next_of(&dice) ^ next_of(&dice) << 16;
		for (unsigned w = 1; w < 4; w++)
			b.word[w] ^= 0x80000000u;
		met +=
		    km_home(km_hash(&s, &a, 80), &s) == km_home(km_hash(&s, &b, 80), &s);
	}
	assert_in_range(met, 0, 60); /* about 10 */
}

/* --- several at once --- */

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Clients of its own: what it has opened, it finds, until it ends it.  Status: what went
 * wrong. */
static int
path_of_its_own(const struct lab *lab, uint32_t path)
{
	enum { N = 60 };
	bool in[N] = {false};
	int64_t end_ns = now_ns() + SPAN_NS;
	uint32_t dice = path;
	struct passage v;

	do {
		for (int i = 0; i < 100; i++) {
			uint32_t client = next_of(&dice) % N;
			struct km_flow *f;

			packet_of(lab, client * PATHS + path, &v);
			f = flow_find(&v);
			if ((f != NULL) != in[client])
				return in[client] ? 2 : 3;
			if (f == NULL) {
				in[client] = opened(&v);
				continue;
			}
			flow_end(&v, f);
			if (flow_find(&v) != NULL)
				return 4;
			in[client] = false;
		}
	} while (now_ns() < end_ns);
	for (uint32_t client = 0; client < N; client++) {
		packet_of(lab, client * PATHS + path, &v);
		if (in[client])
			flow_end(&v, flow_find(&v));
	}
	return 0;
}

/* The same clients for all of them. */
static int
path_of_all(const struct lab *lab, uint32_t path)
{
	int64_t end_ns = now_ns() + SPAN_NS;
	uint32_t dice = path + 100;
	struct passage v;

	do {
		for (int i = 0; i < 100; i++) {
			uint32_t what = next_of(&dice) % 8;
			struct km_flow *f;

			packet_of(lab, next_of(&dice) % 150, &v);
			f = flow_find(&v);
			if (f == NULL)
				opened(&v);
			else if (what == 0)
				flow_end(&v, f);
			else if (what == 1)
				f->flags |= KM_RST; /* for the sweep */
			else
				f->seen = v.tick;
		}
	} while (now_ns() < end_ns);
	return 0;
}

static void
sweep_whole(struct sweep *sweep, int64_t *at_ns)
{
	uint32_t sweeps = sweep_figures(sweep).sweeps;

	for (*at_ns += SWEEP_PERIOD_NS; sweep_figures(sweep).sweeps == sweeps;)
		*at_ns = sweep_turn(sweep, *at_ns);
}

static void
all_at_once(struct lab *lab, int (*path)(const struct lab *, uint32_t), bool swept)
{
	struct sweep *sweep = NULL;
	int64_t at_ns = 0;
	pid_t pid[PATHS];
	int left = PATHS;

	for (uint32_t i = 0; i < PATHS; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(path(lab, i));
	}
	assert_int_equal(sweep_new(&lab->o, &sweep), 0);
	while (left > 0) {
		int status;

		if (swept)
			sweep_whole(sweep, &at_ns);
		if (waitpid(-1, &status, swept ? WNOHANG : 0) <= 0)
			continue;
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		left--;
	}
	sweep_free(&sweep);
}

static void
test_paths_at_once_find_what_is_theirs(void **state)
{
	struct lab lab;

	(void)state;
	lab_begin(&lab, 20, 16, 3);
	all_at_once(&lab, path_of_its_own, false);
	half_is_whole(&lab);
	sessions_are(&lab, 0);
	lab_end(&lab);
}

static void
test_paths_and_a_sweep_at_once_leave_nothing(void **state)
{
	struct passage v;
	struct lab lab;
	uint32_t n;

	(void)state;
	lab_begin(&lab, 20, 16, 3);
	all_at_once(&lab, path_of_all, true);
	half_is_whole(&lab);
	n = flows_in(&lab);
	assert_in_range(n, 1, 20 * KM_LANES);
	sessions_are(&lab, n);
	for (uint32_t i = 0; i < 150; i++) {
		struct km_flow *f;

		/* Twice, if one was held up between its looks at both tables. */
		packet_of(&lab, i, &v);
		while ((f = flow_find(&v)) != NULL)
			flow_end(&v, f);
	}
	sessions_are(&lab, 0);
	lab_end(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_table_holds_what_it_has_room_for),
	    cmocka_unit_test(test_a_full_table_takes_no_more_and_loses_nothing),
	    cmocka_unit_test(test_half_open_forgets_the_oldest),
	    cmocka_unit_test(test_nobody_chooses_what_meets),
	    cmocka_unit_test(test_paths_at_once_find_what_is_theirs),
	    cmocka_unit_test(test_paths_and_a_sweep_at_once_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
