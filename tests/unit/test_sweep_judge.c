/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a flow of the kernel engine is over, in simulated ticks; and what a sweep may set
 * right in a count of sessions.
 */
#include "unit.h"

#include <netinet/in.h>

#include "kernel/sweep.h"

#define LISTENER   3u
#define SECONDS(n) ((uint32_t)((n)*NS_PER_S >> KM_TICK_BITS))

static const struct km_settings settings = {
    .half_close = SECONDS(30), .unanswered = SECONDS(2), .closing = SECONDS(10)};

struct world {
	struct km_listener l;
	struct km_endpoint e;
	struct km_flow f;
};

static struct world
a_flow(uint8_t proto, uint32_t idle_s)
{
	return (struct world){
	    .l = {.id = 1, .proto = proto, .row = KM_ROW_ACTIVE, .idle = SECONDS(idle_s)},
	    .e = {.id = 2, .proto = proto, .listener = LISTENER, .use = KM_USE_NEW},
	    .f = {.state = KM_OPEN, .endpoint = 5},
	};
}

static enum sweep_verdict
after(const struct world *w, uint32_t ticks)
{
	return sweep_judge(&w->f, LISTENER, &w->l, &w->e, &settings, w->f.seen + ticks);
}

/* It stays for less than @ticks, and then is @verdict for all time that can be told. */
static void
ends_after(struct world w, uint32_t ticks, enum sweep_verdict verdict)
{
	/* Ticks wrap around every 52 days. */
	static const uint32_t begins[] = {
	    0, 1, 1000, UINT32_MAX / 2, UINT32_MAX - 5, UINT32_MAX};

	for (size_t i = 0; i < countof(begins); i++) {
		w.f.seen = begins[i];
		assert_int_equal(after(&w, 0), SWEEP_STAYS);
		assert_int_equal(after(&w, ticks - 1), SWEEP_STAYS);
		assert_int_equal(after(&w, ticks), verdict);
		assert_int_equal(after(&w, ticks + SECONDS(1)), verdict);
		assert_int_equal(after(&w, UINT32_MAX / 2), verdict);
		/* The path's clock may be ahead of ours. */
		assert_int_equal(after(&w, (uint32_t)-1), SWEEP_STAYS);
		assert_int_equal(
		    after(&w, (uint32_t) - (int32_t)SECONDS(1)), SWEEP_STAYS);
	}
}

static void
silence_ends_it(void **state)
{
	(void)state;
	ends_after(a_flow(IPPROTO_TCP, 1800), SECONDS(1800), SWEEP_IDLE);
	ends_after(a_flow(IPPROTO_UDP, 60), SECONDS(60), SWEEP_IDLE);
	ends_after(a_flow(IPPROTO_TCP, 604800), SECONDS(604800), SWEEP_IDLE);
}

static void
an_end_shortens_the_silence(void **state)
{
	static const struct {
		uint8_t flags;
		uint32_t seconds;
		enum sweep_verdict verdict;
	} rows[] = {
	    {KM_FIN_IN, 30, SWEEP_IDLE},
	    {KM_FIN_OUT, 30, SWEEP_IDLE},
	    {KM_FIN_IN | KM_FIN_OUT, 10, SWEEP_ENDED},
	    {KM_RST, 10, SWEEP_ENDED},
	    {KM_RST | KM_FIN_IN, 10, SWEEP_ENDED},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct world w = a_flow(IPPROTO_TCP, 1800);

		w.f.flags = rows[i].flags;
		ends_after(w, SECONDS(rows[i].seconds), rows[i].verdict);
		/* Nobody waits longer for an end than for the next word. */
		w.l.idle = SECONDS(5);
		ends_after(w, SECONDS(5), rows[i].verdict);
	}
}

static void
a_datagram_has_no_end(void **state)
{
	struct world w = a_flow(IPPROTO_UDP, 60);

	(void)state;
	w.f.flags = KM_FIN_IN | KM_FIN_OUT | KM_RST;
	ends_after(w, SECONDS(60), SWEEP_IDLE);
}

static void
a_member_that_takes_nothing(void **state)
{
	static const struct {
		enum km_use use;
		uint8_t proto;
		uint32_t seconds;
		enum sweep_verdict verdict;
	} rows[] = {
	    {KM_USE_OUT, IPPROTO_TCP, 60, SWEEP_ENDED},
	    {KM_USE_OUT, IPPROTO_UDP, 60, SWEEP_ENDED},
	    {KM_USE_DOWN_RESET, IPPROTO_TCP, 60, SWEEP_ENDED},
	    {KM_USE_DOWN_RESET, IPPROTO_UDP, 1800, SWEEP_IDLE},
	    {KM_USE_DOWN_KEEP, IPPROTO_TCP, 1800, SWEEP_IDLE},
	    {KM_USE_KEEP, IPPROTO_TCP, 1800, SWEEP_IDLE},
	    {KM_USE_NEW, IPPROTO_TCP, 1800, SWEEP_IDLE},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct world w = a_flow(rows[i].proto, 1800);

		w.e.use = rows[i].use;
		ends_after(w, SECONDS(rows[i].seconds), rows[i].verdict);
	}
	for (size_t i = 0; i < 2; i++) { /* who is silent for shorter goes sooner */
		struct world w = a_flow(rows[i].proto, 20);

		w.e.use = rows[i].use;
		ends_after(w, SECONDS(20), SWEEP_IDLE);
	}
}

static void
rows_that_are_no_longer_what_they_were(void **state)
{
	struct world w = a_flow(IPPROTO_TCP, 1800);

	(void)state;
	w.l.row = KM_ROW_PAST;
	assert_int_equal(after(&w, 0), SWEEP_STAYS);
	w.l.row = KM_ROW_FREE;
	assert_int_equal(after(&w, 0), SWEEP_LOST);
	w = a_flow(IPPROTO_TCP, 1800);
	w.e.id = 0;
	assert_int_equal(after(&w, 0), SWEEP_LOST);
	w = a_flow(IPPROTO_TCP, 1800);
	w.e.listener = LISTENER + 1;
	assert_int_equal(after(&w, 0), SWEEP_LOST);
}

static void
a_count_is_set_right_as_far_as_it_is_certain(void **state)
{
	static const struct {
		uint32_t word;
		uint64_t met, changes;
		int64_t drift;
	} rows[] = {
	    {7, 7, 0, 0},
	    {8, 7, 0, 1},
	    {6, 7, 0, -1},
	    {8, 7, 1, 0},
	    {6, 7, 1, 0},
	    {20, 7, 3, 10},
	    {0, 7, 3, -4},
	    {UINT32_MAX, 0, 0, UINT32_MAX}, /* one taken too many */
	    {UINT32_MAX, 0, UINT64_C(1) << 40, 0},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++)
		assert_int_equal(sweep_drift(rows[i].word, rows[i].met, rows[i].changes),
		    rows[i].drift);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(silence_ends_it),
	    cmocka_unit_test(an_end_shortens_the_silence),
	    cmocka_unit_test(a_datagram_has_no_end),
	    cmocka_unit_test(a_member_that_takes_nothing),
	    cmocka_unit_test(rows_that_are_no_longer_what_they_were),
	    cmocka_unit_test(a_count_is_set_right_as_far_as_it_is_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
