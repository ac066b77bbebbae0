/* SPDX-License-Identifier: BSD-2-Clause */
/* view: from a model and states to what workers see; live: what outlives both. */
#include "lb_fixture.h"

#include <edge/clock.h>

#include "live.h"
#include "view.h"

static const struct view_clock now = {1000 * NS_PER_S, 5000 * NS_PER_S};

struct play {
	struct model *model;
	struct live live;
	struct view *view;
};

static void
play_open(struct play *p, const char *lb, const char *access)
{
	p->model = fixture_model(lb, access);
	live_init(&p->live, 2);
	assert_int_equal(live_grow(&p->live, p->model), 0);
	live_want(&p->live, p->model);
	p->view = NULL;
	for (size_t i = 0; i < p->live.n_endpoints; i++)
		p->live.endpoints[i]->state = (struct state){.health = HEALTH_UP};
}

static void
play_view(struct play *p)
{
	view_free(&p->view);
	p->view = view_new(p->model, &p->live, 7, now);
	assert_non_null(p->view);
}

static void
play_close(struct play *p)
{
	view_free(&p->view);
	live_fini(&p->live);
	model_free(&p->model);
}

static const struct view_listener *
access_of(const struct play *p)
{
	for (size_t i = 0; i < p->view->n_listeners; i++) {
		const struct live_listener *l = p->view->listeners[i].listener;

		if (l->port == 443 && addr_family(&l->addr) == FAMILY_V4 &&
		    l->addr.bytes[3] == 110)
			return &p->view->listeners[i];
	}
	fail_msg("no access listener");
	return NULL;
}

static void
every_listener_has_its_members_of_its_family(void **state)
{
	struct play p;

	(void)state;
	play_open(&p, "", "");
	play_view(&p);
	assert_int_equal(p.view->n_listeners, model_count_listeners(p.model));
	for (size_t i = 0; i < p.view->n_listeners; i++) {
		const struct view_listener *vl = &p.view->listeners[i];

		assert_int_equal(vl->n_choices, 3);
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(addr_family(&vl->choices[k].endpoint->addr),
			    addr_family(&vl->listener->addr));
		assert_ptr_equal(view_find(p.view, vl->listener), vl);
	}
	play_close(&p);
}

static void
states_decide_who_may(void **state)
{
	struct play p;
	const struct view_listener *vl;
	struct pick_entry e[MODEL_MEMBERS_MAX];

	(void)state;
	play_open(&p, "", "");
	play_view(&p);
	vl = access_of(&p);
	vl->choices[0].endpoint->state = (struct state){.health = HEALTH_DOWN};
	vl->choices[1].endpoint->state =
	    (struct state){.health = HEALTH_UP, .admin = ADMIN_DRAINING};
	vl->choices[1].endpoint->drain_mono_ns = now.mono_ns - NS_PER_S;
	play_view(&p);
	vl = access_of(&p);
	view_entries(vl, 0, now.mono_ns, e);
	assert_false(e[0].may);
	assert_true(vl->choices[0].down);
	assert_false(e[1].may);
	assert_false(vl->choices[1].down);
	assert_true(e[2].may);
	assert_int_equal(vl->choices[2].drain_end_ns, INT64_MAX);
	view_entries(vl, 1u << 2, now.mono_ns, e);
	assert_false(e[2].may); /* tried before */
	play_close(&p);
}

static void
a_drained_member_has_a_deadline_where_one_is_set(void **state)
{
	struct play p;
	const struct view_listener *vl;

	(void)state;
	play_open(&p, "drain_timeout = 30.0;", "");
	play_view(&p);
	vl = access_of(&p);
	vl->choices[1].endpoint->state =
	    (struct state){.health = HEALTH_UP, .admin = ADMIN_DRAINING};
	vl->choices[1].endpoint->drain_mono_ns = now.mono_ns - NS_PER_S;
	play_view(&p);
	vl = access_of(&p);
	assert_int_equal(vl->choices[1].drain_end_ns, now.mono_ns + 29 * NS_PER_S);
	play_close(&p);
}

static void
slow_start_runs_on_the_worker_s_clock(void **state)
{
	struct play p;
	const struct view_listener *vl;
	struct pick_entry e[MODEL_MEMBERS_MAX];

	(void)state;
	play_open(&p, "", "");
	play_view(&p);
	/* Half of 60 s have passed, as edge-health says in boot time. */
	access_of(&p)->choices[2].endpoint->slow_boot_ns = now.boot_ns - 30 * NS_PER_S;
	play_view(&p);
	vl = access_of(&p);
	view_entries(vl, 0, now.mono_ns, e);
	assert_int_equal(e[0].share, 1000);
	assert_int_equal(e[2].share, slow_start_share(30 * NS_PER_S, 60 * NS_PER_S));
	view_entries(vl, 0, now.mono_ns + 31 * NS_PER_S, e);
	assert_int_equal(e[2].share, 1000);
	play_close(&p);
}

static void
limits_and_lists_are_copied(void **state)
{
	struct play p;
	const struct view_listener *vl;
	struct pick_entry e[MODEL_MEMBERS_MAX];
	struct addr good, bad;

	(void)state;
	play_open(&p, "",
	    "limits = { sessions_per_member = 2; deny = [ \"198.51.100.0/24\" ]; };");
	play_view(&p);
	vl = access_of(&p);
	assert_true(addr_parse("203.0.113.5", &good));
	assert_true(addr_parse("198.51.100.5", &bad));
	assert_true(view_admits(vl, &good));
	assert_false(view_admits(vl, &bad));
	assert_true(live_take_place(&vl->choices[0].endpoint->sessions, 2));
	assert_true(live_take_place(&vl->choices[0].endpoint->sessions, 2));
	assert_false(live_take_place(&vl->choices[0].endpoint->sessions, 2));
	view_entries(vl, 0, now.mono_ns, e);
	assert_false(e[0].may);
	assert_int_equal(e[0].sessions, 2);
	assert_true(e[1].may);
	live_give_place(&vl->choices[0].endpoint->sessions);
	view_entries(vl, 0, now.mono_ns, e);
	assert_true(e[0].may);
	play_close(&p);
}

static void
a_ring_has_only_who_may(void **state)
{
	struct play p;
	const struct view_listener *vl;

	(void)state;
	play_open(&p, "", "algorithm = \"source-hash\";");
	play_view(&p);
	access_of(&p)->choices[1].endpoint->state = (struct state){.health = HEALTH_DOWN};
	play_view(&p);
	vl = access_of(&p);
	assert_non_null(vl->ring);
	for (size_t i = 0; i < PICK_RING; i++)
		assert_int_not_equal(vl->ring[i], 1);
	for (size_t k = 0; k < 3; k++)
		vl->choices[k].endpoint->state = (struct state){.health = HEALTH_DOWN};
	play_view(&p);
	assert_null(access_of(&p)->ring);
	play_close(&p);
}

/* A reload that drops everything: what a session refers to stays until it ends. */
static void
live_objects_outlive_their_configuration(void **state)
{
	struct play p;
	struct live_endpoint *x;
	struct model empty = {0};
	size_t n;

	(void)state;
	play_open(&p, "", "");
	x = p.live.endpoints[0];
	live_endpoint_get(x);
	n = p.live.n_endpoints;
	live_tidy(&p.live);
	assert_int_equal(p.live.n_endpoints, n);
	live_want(&p.live, &empty);
	live_tidy(&p.live);
	assert_int_equal(p.live.n_listeners, 0);
	assert_int_equal(p.live.n_endpoints, 1);
	counters_add(&x->share[1].count, LB_FIELD_OCTETS_IN, 5);
	/* It returns under the same id: the same object, its counters with it. */
	assert_int_equal(live_grow(&p.live, p.model), 0);
	live_want(&p.live, p.model);
	assert_int_equal(p.live.n_endpoints, n);
	assert_ptr_equal(live_endpoint(&p.live, x->id), x);
	assert_int_equal(live_endpoint_sum(&p.live, x, LB_FIELD_OCTETS_IN), 5);
	live_endpoint_put(x);
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_listener_has_its_members_of_its_family),
	    cmocka_unit_test(states_decide_who_may),
	    cmocka_unit_test(a_drained_member_has_a_deadline_where_one_is_set),
	    cmocka_unit_test(slow_start_runs_on_the_worker_s_clock),
	    cmocka_unit_test(limits_and_lists_are_copied),
	    cmocka_unit_test(a_ring_has_only_who_may),
	    cmocka_unit_test(live_objects_outlive_their_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
