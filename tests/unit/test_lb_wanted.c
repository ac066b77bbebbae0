/* SPDX-License-Identifier: BSD-2-Clause */
/* lb_wanted: states as words of the packet path; settings of a service as a row's. */
#include "lb_wanted.h"

#include <edge/clock.h>

#include "engines.h"
#include "lb_fixture.h"
#include "rings.h"

#define NOW (1000 * NS_PER_S)

static const struct view_clock now = {NOW, 5000 * NS_PER_S};

static void
a_state_is_one_word(void **state)
{
	struct view_choice c = {.use = USE_NEW, .drain_end_ns = INT64_MAX};

	(void)state;
	assert_int_equal(wanted_use(&c, ON_DOWN_KEEP, NOW), KM_USE_NEW);
	c.use = USE_EXISTING;
	assert_int_equal(wanted_use(&c, ON_DOWN_RESET, NOW), KM_USE_KEEP);
	c.drain_end_ns = NOW + 1;
	assert_int_equal(wanted_use(&c, ON_DOWN_KEEP, NOW), KM_USE_KEEP);
	assert_int_equal(wanted_use(&c, ON_DOWN_KEEP, NOW + 1), KM_USE_OUT);
	c = (struct view_choice){
	    .use = USE_NONE, .down = true, .drain_end_ns = INT64_MAX};
	assert_int_equal(wanted_use(&c, ON_DOWN_KEEP, NOW), KM_USE_DOWN_KEEP);
	assert_int_equal(wanted_use(&c, ON_DOWN_RESET, NOW), KM_USE_DOWN_RESET);
	c.disabled = true;
	assert_int_equal(wanted_use(&c, ON_DOWN_KEEP, NOW), KM_USE_OUT);
}

/* All that begin within one step have one share, so that they share rings, too. */
static void
a_slow_start_goes_in_steps_of_two_seconds(void **state)
{
	struct view_choice c = {.slow_begin_ns = NOW, .slow_ns = 60 * NS_PER_S};
	unsigned before = wanted_share(&c, NOW), changes = 0;

	(void)state;
	assert_int_equal(before, 100);
	for (int64_t ms = 0; ms <= 60000; ms += 100) {
		unsigned share = wanted_share(&c, NOW + ms * NS_PER_MS);

		assert_true(share >= before);
		changes += share != before;
		before = share;
	}
	assert_int_equal(before, 1000);
	assert_int_equal(changes, 30);
	c.slow_begin_ns = NOW + RINGS_STEP_NS - 1;
	assert_int_equal(wanted_share(&c, NOW + RINGS_STEP_NS), 130);
	c.slow_ns = 0;
	assert_int_equal(wanted_share(&c, NOW), 1000);
}

struct play {
	struct model *model;
	struct live live;
	struct view *view;
	struct kernel_wanted *w;
};

static void
play_open(struct play *p, const char *lb, const char *access)
{
	p->model = fixture_model(lb, access);
	engines_settle(p->model, NULL);
	live_init(&p->live, 1);
	assert_int_equal(live_grow(&p->live, p->model), 0);
	live_want(&p->live, p->model);
	for (size_t i = 0; i < p->live.n_endpoints; i++)
		p->live.endpoints[i]->state = (struct state){.health = HEALTH_UP};
	p->view = view_new(p->model, &p->live, 1, now);
	assert_non_null(p->view);
	p->w = wanted_new(p->model, p->view, NOW);
	assert_non_null(p->w);
}

static void
play_close(struct play *p)
{
	wanted_free(&p->w);
	view_free(&p->view);
	live_fini(&p->live);
	model_free(&p->model);
}

static const struct kernel_listener *
find(const struct play *p, enum service_kind kind)
{
	for (size_t i = 0; i < p->w->n_listeners; i++)
		if (p->w->listeners[i].service == kind)
			return &p->w->listeners[i];
	return NULL;
}

static void
workers_and_packets_each_see_their_own(void **state)
{
	struct play p;

	(void)state;
	play_open(&p, "engine = \"auto\";", "");
	assert_int_equal(p.w->n_listeners, 4);
	assert_int_equal(p.view->n_listeners + 4, p.view->n_all);
	for (size_t i = 0; i < p.view->n_listeners; i++)
		assert_int_not_equal(p.view->listeners[i].engine, ENGINE_KERNEL);
	assert_null(find(&p, SERVICE_ACCESS));
	assert_int_equal(find(&p, SERVICE_AV_TCP)->flags, KM_LISTENER_DIRECT);
	assert_int_equal(find(&p, SERVICE_AV_UDP)->n_choices, 3);
	assert_int_equal(p.w->n_others, 3 * p.view->n_listeners);
	play_close(&p);
}

static void
affinity_is_one_for_all_services_of_a_side(void **state)
{
	struct play p;

	(void)state;
	play_open(&p, "engine = \"kernel\";", "affinity = false;");
	assert_int_equal(find(&p, SERVICE_ACCESS)->domain, 0);
	assert_int_not_equal(find(&p, SERVICE_AV_TCP)->domain, 0);
	assert_int_equal(
	    find(&p, SERVICE_AV_TCP)->domain, find(&p, SERVICE_WEBCONF)->domain);
	assert_int_not_equal(
	    find(&p, SERVICE_AV_TCP)->domain, find(&p, SERVICE_SIP)->domain);
	play_close(&p);
	play_open(&p, "engine = \"kernel\"; kernel = { affinity = \"tuple\"; };", "");
	assert_int_equal(find(&p, SERVICE_ACCESS)->domain, 0);
	assert_int_equal(find(&p, SERVICE_ACCESS)->flags, KM_LISTENER_TUPLE);
	play_close(&p);
}

static void
limits_are_the_service_s(void **state)
{
	struct play p;
	const struct kernel_listener *l;

	(void)state;
	play_open(&p, "engine = \"kernel\";",
	    "limits = { sessions_per_member = 2; sessions_per_listener = 5; "
	    "rate_per_member = 7; deny = [ \"198.51.100.0/24\" ]; };");
	l = find(&p, SERVICE_ACCESS);
	assert_int_equal(l->sessions_per_member_max, 2);
	assert_int_equal(l->sessions_max, 5);
	assert_int_equal(l->rate_per_member, 7);
	assert_int_equal(l->n_deny, 1);
	assert_int_equal(l->n_allow, 0);
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_state_is_one_word),
	    cmocka_unit_test(a_slow_start_goes_in_steps_of_two_seconds),
	    cmocka_unit_test(workers_and_packets_each_see_their_own),
	    cmocka_unit_test(affinity_is_one_for_all_services_of_a_side),
	    cmocka_unit_test(limits_are_the_service_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
