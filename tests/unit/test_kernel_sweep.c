/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sweep over a real table of flows, and the counters of real maps over restarts: no
 * packet is needed for either.  As root.
 */
#include "unit.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_table.h"
#include "kernel/sweep.h"
#include "kernel/tally.h"

#define LISTENER   3u
#define ENDPOINT   5u
#define OTHER      6u
#define SECONDS(n) ((uint32_t)((n)*NS_PER_S >> KM_TICK_BITS))

struct lab {
	struct object o;
	struct sweep *sweep;
	int64_t now_ns;
	uint64_t made[KM_ENDPOINTS];
};

static void
rows_begin(struct object *o)
{
	o->settings->closing = SECONDS(10);
	o->settings->half_close = SECONDS(30);
	o->listeners[LISTENER] = (struct km_listener){
	    .id = 30, .row = KM_ROW_ACTIVE, .proto = IPPROTO_TCP, .idle = SECONDS(1000)};
	for (unsigned r = ENDPOINT; r <= OTHER; r++)
		o->endpoints[r] = (struct km_endpoint){.id = r * 10,
		    .listener = LISTENER,
		    .proto = IPPROTO_TCP,
		    .use = KM_USE_NEW};
}

static int
begin(void **state)
{
	static const struct object_sizes sizes = {65536, 1024};
	struct lab *lab = calloc(1, sizeof *lab);
	struct sbuf why;
	int err;

	assert_non_null(lab);
	sbuf_init(&why, 4096);
	object_init(&lab->o);
	err = object_open(&lab->o, &sizes, NULL, &why);
	if (err != 0)
		print_message("skipped: %s\n", sbuf_text(&why));
	sbuf_fini(&why);
	*state = lab;
	if (err != 0)
		return 0;
	rows_begin(&lab->o);
	assert_int_equal(sweep_new(&lab->o, &lab->sweep), 0);
	lab->now_ns = 1000 * NS_PER_S;
	return 0;
}

static int
end(void **state)
{
	struct lab *lab = *state;

	sweep_free(&lab->sweep);
	object_close(&lab->o);
	free(lab);
	return 0;
}

static struct lab *
lab_of(void **state)
{
	struct lab *lab = *state;

	if (lab->sweep == NULL)
		skip();
	return lab;
}

/* @n flows, the last time heard of @ago seconds before, with the word of sessions. */
static void
add_flows(struct lab *lab, uint32_t first, uint32_t n, unsigned endpoint, uint32_t ago_s,
    uint8_t flags)
{
	struct object *o = &lab->o;
	struct table flows = table_of_flows(o);

	for (uint32_t i = first; i < first + n; i++) {
		struct km_flow_key key = {
		    .client = {{0, 0, 0xffff, i}}, .port = 1, .listener = LISTENER};
		struct km_flow f = {.seen = object_tick() - SECONDS(ago_s),
		    .endpoint = (uint16_t)endpoint,
		    .state = KM_OPEN,
		    .flags = flags};

		assert_true(table_put(&flows, &key, &f));
	}
	o->listeners[LISTENER].sessions += n;
	o->endpoints[endpoint].sessions += n;
}

static uint32_t
flows_left(const struct lab *lab)
{
	struct table flows = table_of_flows(&lab->o);

	return table_count(&flows);
}

/* One whole sweep, as often called as it wants to be; how often that was. */
static unsigned
sweep_once(struct lab *lab)
{
	uint32_t before = sweep_figures(lab->sweep).sweeps;
	unsigned turns = 0;

	while (sweep_figures(lab->sweep).sweeps == before) {
		int64_t due_ns = sweep_turn(lab->sweep, lab->now_ns);

		assert_true(due_ns > lab->now_ns);
		assert_true(++turns < 5000);
		lab->now_ns = due_ns;
	}
	return turns;
}

static void
what_is_over_goes_and_the_rest_stays(void **state)
{
	struct lab *lab = lab_of(state);
	const struct object *o = &lab->o;

	add_flows(lab, 0, 10000, ENDPOINT, 1, 0);
	add_flows(lab, 10000, 7000, OTHER, 2000, 0);
	add_flows(lab, 17000, 500, OTHER, 20, KM_FIN_IN | KM_FIN_OUT);
	add_flows(lab, 17500, 300, OTHER, 20, KM_FIN_IN);
	sweep_once(lab);
	assert_int_equal(flows_left(lab), 10300);
	assert_int_equal(o->endpoints[ENDPOINT].sessions, 10000);
	assert_int_equal(o->endpoints[OTHER].sessions, 300);
	assert_int_equal(o->listeners[LISTENER].sessions, 10300);
	assert_int_equal(sweep_idle_closed(lab->sweep)[LISTENER], 7000);
	assert_int_equal(sweep_figures(lab->sweep).flows, 10300);
	assert_int_equal(sweep_figures(lab->sweep).swept, 7500);
	/* Nothing more the next time. */
	sweep_settle(lab->sweep, lab->made);
	sweep_once(lab);
	assert_int_equal(sweep_figures(lab->sweep).swept, 7500);
}

static void
a_large_table_takes_many_turns(void **state)
{
	struct lab *lab = lab_of(state);

	add_flows(lab, 0, 30000, ENDPOINT, 1, 0);
	sweep_once(lab);
	sweep_settle(lab->sweep, lab->made);
	assert_true(sweep_once(lab) > 10);
	assert_int_equal(sweep_figures(lab->sweep).flows, 30000);
}

/* So many that some are behind the front; the path would have said so in `deep`. */
#define MANY 20000u

static void
the_front_alone_is_walked_while_it_holds_all(void **state)
{
	struct lab *lab = lab_of(state);
	struct km_settings *settings = lab->o.settings;

	sweep_once(lab); /* the first one goes everywhere */
	sweep_settle(lab->sweep, lab->made);
	add_flows(lab, 0, MANY, ENDPOINT, 1, 0);
	sweep_once(lab);
	sweep_settle(lab->sweep, lab->made);
	assert_in_range(sweep_figures(lab->sweep).flows, 1, MANY / 2);
	settings->deep = 1;
	sweep_once(lab);
	assert_int_equal(sweep_figures(lab->sweep).flows, MANY);
	assert_int_equal(settings->deep, 1);
}

static void
what_came_behind_the_sweep_is_met_by_the_next(void **state)
{
	struct lab *lab = lab_of(state);
	struct km_settings *settings = lab->o.settings;

	settings->deep = 1;
	sweep_once(lab);
	sweep_settle(lab->sweep, lab->made);
	assert_int_equal(settings->deep, 0);
	/* By a path that had read 1. */
	add_flows(lab, 0, MANY, ENDPOINT, 1, 0);
	sweep_once(lab);
	assert_int_equal(sweep_figures(lab->sweep).flows, MANY);
	assert_int_equal(settings->deep, 1);
}

static void
rows_that_no_flow_names_are_free(void **state)
{
	struct lab *lab = lab_of(state);
	int64_t gone_ns = lab->now_ns;

	add_flows(lab, 0, 10, ENDPOINT, 1, 0);
	sweep_once(lab);
	assert_false(sweep_freed_endpoint(lab->sweep, OTHER, gone_ns));
	lab->now_ns += SWEEP_GRACE_NS;
	sweep_settle(lab->sweep, lab->made);
	sweep_once(lab);
	assert_true(sweep_freed_endpoint(lab->sweep, OTHER, gone_ns));
	assert_false(sweep_freed_endpoint(lab->sweep, ENDPOINT, gone_ns));
	assert_false(sweep_freed_listener(lab->sweep, LISTENER, gone_ns));
	assert_true(sweep_freed_listener(lab->sweep, LISTENER + 1, gone_ns));
}

static void
wrong_words_are_set_right(void **state)
{
	struct lab *lab = lab_of(state);
	struct object *o = &lab->o;

	add_flows(lab, 0, 100, ENDPOINT, 1, 0);
	o->endpoints[ENDPOINT].sessions = 150;
	o->listeners[LISTENER].sessions = 90;
	o->endpoints[OTHER].sessions = UINT32_MAX;
	/* While ten come or go, more than ten is certain. */
	sweep_settle(lab->sweep, lab->made);
	sweep_once(lab);
	lab->made[OTHER] += 10;
	sweep_settle(lab->sweep, lab->made);
	assert_int_equal(o->endpoints[ENDPOINT].sessions, 110);
	assert_int_equal(o->endpoints[OTHER].sessions, 10);
	assert_int_equal(o->listeners[LISTENER].sessions, 90);
	sweep_once(lab);
	sweep_settle(lab->sweep, lab->made);
	assert_int_equal(o->endpoints[ENDPOINT].sessions, 100);
	assert_int_equal(o->endpoints[OTHER].sessions, 0);
	assert_int_equal(o->listeners[LISTENER].sessions, 100);
}

/* --- counters --- */

/* What the path would have counted on each processor. */
static void
count(const struct lab *lab, uint32_t row, enum km_count what, uint64_t n)
{
	int fd = lab->o.map[KERNEL_MAP_COUNTS];
	struct km_counts *values = calloc(lab->o.cpus, sizeof *values);

	assert_non_null(values);
	assert_int_equal(bpf_map_lookup_elem(fd, &row, values), 0);
	values[0].at[what] += n / 2;
	values[lab->o.cpus - 1].at[what] += n - n / 2;
	assert_int_equal(bpf_map_update_elem(fd, &row, values, BPF_ANY), 0);
	free(values);
}

static void
drop(const struct lab *lab, uint32_t row, enum km_drop what, uint64_t n)
{
	int fd = lab->o.map[KERNEL_MAP_DROPS];
	struct km_drops *values = calloc(lab->o.cpus, sizeof *values);

	assert_non_null(values);
	assert_int_equal(bpf_map_lookup_elem(fd, &row, values), 0);
	values[lab->o.cpus - 1].at[what] += n;
	assert_int_equal(bpf_map_update_elem(fd, &row, values, BPF_ANY), 0);
	free(values);
}

static void
clear(const struct lab *lab, uint32_t row)
{
	struct km_counts *values = calloc(lab->o.cpus, sizeof *values);

	assert_non_null(values);
	assert_int_equal(
	    bpf_map_update_elem(lab->o.map[KERNEL_MAP_COUNTS], &row, values, BPF_ANY), 0);
	free(values);
}

static struct tally *
tally_begun(const struct lab *lab)
{
	struct tally *t;

	assert_int_equal(tally_new(&lab->o, &t), 0);
	return t;
}

static void
each_word_comes_from_its_counter(void **state)
{
	struct lab *lab = lab_of(state);
	struct tally *t = tally_begun(lab);
	uint64_t closed[KM_LISTENERS] = {[LISTENER] = 4};
	const struct tally_row *e, *l, *p;

	count(lab, ENDPOINT, KM_COUNT_PROMOTIONS, 7);
	count(lab, ENDPOINT, KM_COUNT_OCTETS_IN, 1001);
	count(lab, OTHER, KM_COUNT_PROMOTIONS, 5);
	count(lab, OTHER, KM_COUNT_REFUSALS, 2);
	drop(lab, LISTENER, KM_DROP_DENIED, 3);
	drop(lab, LISTENER, KM_DROP_RATE, 10);
	drop(lab, LISTENER, KM_DROP_FULL, 1);
	drop(lab, 0, KM_DROP_BAD, 9);
	lab->o.listeners[LISTENER].sessions = 6;
	assert_int_equal(tally_read(t, closed), 0);
	e = tally_endpoint(t, ENDPOINT * 10);
	l = tally_listener(t, 30);
	p = tally_listener(t, BOARD_PROCESS_ID);
	assert_non_null(e);
	assert_non_null(l);
	assert_non_null(p);
	assert_null(tally_endpoint(t, 30));
	assert_int_equal(e->delta[LB_FIELD_SESSIONS_TOTAL], 7);
	assert_int_equal(e->delta[LB_FIELD_OCTETS_IN], 1001);
	assert_int_equal(l->delta[LB_FIELD_SESSIONS_TOTAL], 12);
	assert_int_equal(l->delta[LB_FIELD_CONNECT_FAILURES], 2);
	assert_int_equal(l->delta[LB_FIELD_REFUSED], 13);
	assert_int_equal(l->delta[LB_FIELD_FLOWS_FULL], 1);
	assert_int_equal(l->delta[LB_FIELD_IDLE_CLOSED], 4);
	assert_int_equal(l->sessions, 6);
	assert_int_equal(p->delta[LB_FIELD_SESSIONS_TOTAL], 12);
	assert_int_equal(p->delta[LB_FIELD_BAD_PACKETS], 9);
	assert_int_equal(p->sessions, 6);
	/* Once. */
	assert_int_equal(tally_read(t, closed), 0);
	for (unsigned f = 0; f < LB_FIELDS; f++) {
		assert_int_equal(e->delta[f], 0);
		assert_int_equal(l->delta[f], 0);
		assert_int_equal(p->delta[f], 0);
	}
	tally_free(&t);
}

static void
a_restart_counts_nothing_twice(void **state)
{
	struct lab *lab = lab_of(state);
	struct tally *t = tally_begun(lab);
	const struct tally_row *e;
	uint64_t total[LB_FIELDS] = {0};

	/* 1000 by the relay, 50 here. */
	count(lab, ENDPOINT, KM_COUNT_PROMOTIONS, 50);
	assert_int_equal(tally_read(t, NULL), 0);
	e = tally_endpoint(t, ENDPOINT * 10);
	assert_false(tally_found(t, e, total));
	total[LB_FIELD_SESSIONS_TOTAL] = 1000 + e->delta[LB_FIELD_SESSIONS_TOTAL];
	tally_keep(t, e, total);
	/* Killed; the board was one second behind, and 25 more came. */
	tally_free(&t);
	count(lab, ENDPOINT, KM_COUNT_PROMOTIONS, 25);
	t = tally_begun(lab);
	count(lab, ENDPOINT, KM_COUNT_PROMOTIONS, 1);
	assert_int_equal(tally_read(t, NULL), 0);
	e = tally_endpoint(t, ENDPOINT * 10);
	total[LB_FIELD_SESSIONS_TOTAL] = 1040;
	assert_true(tally_found(t, e, total));
	assert_int_equal(total[LB_FIELD_SESSIONS_TOTAL], 1076);
	/* The relay counted on, while nobody looked at these maps. */
	total[LB_FIELD_SESSIONS_TOTAL] = 2000;
	assert_true(tally_found(t, e, total));
	assert_int_equal(total[LB_FIELD_SESSIONS_TOTAL], 2000);
	tally_free(&t);
}

static void
a_row_of_another_object(void **state)
{
	struct lab *lab = lab_of(state);
	struct tally *t = tally_begun(lab);
	uint64_t total[LB_FIELDS] = {0};
	const struct tally_row *e;

	count(lab, ENDPOINT, KM_COUNT_PROMOTIONS, 50);
	assert_int_equal(tally_read(t, NULL), 0);
	tally_keep(t, tally_endpoint(t, ENDPOINT * 10), total);
	/* Only the id is another: what came before was the old one's. */
	lab->o.endpoints[ENDPOINT].id = 77;
	count(lab, ENDPOINT, KM_COUNT_PROMOTIONS, 3);
	assert_int_equal(tally_read(t, NULL), 0);
	assert_null(tally_endpoint(t, ENDPOINT * 10));
	e = tally_endpoint(t, 77);
	assert_int_equal(e->delta[LB_FIELD_SESSIONS_TOTAL], 3);
	assert_false(tally_found(t, e, total));
	/* Given away, and its counters begun anew. */
	lab->o.endpoints[ENDPOINT].id = 0;
	assert_int_equal(tally_read(t, NULL), 0);
	assert_null(tally_endpoint(t, 77));
	clear(lab, ENDPOINT);
	lab->o.endpoints[ENDPOINT].id = 78;
	count(lab, ENDPOINT, KM_COUNT_PROMOTIONS, 60);
	assert_int_equal(tally_read(t, NULL), 0);
	e = tally_endpoint(t, 78);
	assert_int_equal(e->delta[LB_FIELD_SESSIONS_TOTAL], 60);
	tally_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	    TEST(what_is_over_goes_and_the_rest_stays),
	    TEST(a_large_table_takes_many_turns),
	    TEST(the_front_alone_is_walked_while_it_holds_all),
	    TEST(what_came_behind_the_sweep_is_met_by_the_next),
	    TEST(rows_that_no_flow_names_are_free),
	    TEST(wrong_words_are_set_right),
	    TEST(each_word_comes_from_its_counter),
	    TEST(a_restart_counts_nothing_twice),
	    TEST(a_row_of_another_object),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
