/* SPDX-License-Identifier: BSD-2-Clause */
/* engines: who serves what, and what is said of it. */
#include <string.h>

#include "engines.h"
#include "lb_fixture.h"

static unsigned
count(const struct model *m, enum engine e)
{
	unsigned n = 0;

	for (size_t i = 0; i < m->pools[0].n_listeners; i++)
		n += m->pools[0].listeners[i].engine == e;
	return n;
}

static void
a_relay_alone_needs_nothing(void **state)
{
	struct model *m = fixture_model("", "");

	(void)state;
	assert_int_equal(engines_need(m), ENGINES_RELAY);
	assert_null(engines_first_kernel(m));
	engines_settle(m, NULL);
	assert_int_equal(count(m, ENGINE_KERNEL), 0);
	model_free(&m);
}

static void
one_service_of_the_kernel_s_must_have_it(void **state)
{
	struct model *m = fixture_model("", "engine = \"kernel\";");

	(void)state;
	assert_int_equal(engines_need(m), ENGINES_KERNEL);
	assert_int_equal(engines_first_kernel(m)->service->kind, SERVICE_ACCESS);
	engines_settle(m, NULL);
	assert_int_equal(count(m, ENGINE_KERNEL), 2);
	model_free(&m);
}

static void
auto_takes_what_keeps_its_sources_and_says_so(void **state)
{
	struct model *m = fixture_model("engine = \"auto\";", "");
	struct sbuf b;

	(void)state;
	assert_int_equal(engines_need(m), ENGINES_AUTO);
	engines_settle(m, NULL);
	assert_int_equal(count(m, ENGINE_KERNEL), 4); /* A/V outside, two families */
	assert_int_equal(count(m, ENGINE_AUTO), 0);
	sbuf_init(&b, 1 << 16);
	engines_remark(m, NULL, &b);
	assert_non_null(strstr(
	    sbuf_text(&b), "av-udp of edge.contoso.net: served by the kernel engine: "));
	assert_non_null(strstr(sbuf_text(&b), "access of edge.contoso.net: served by the "
					      "relay, because source is \"replace\""));
	sbuf_fini(&b);
	model_free(&m);
}

static void
auto_stays_with_the_relay_where_the_host_cannot(void **state)
{
	struct model *m = fixture_model("engine = \"auto\";", "");
	struct sbuf b;

	(void)state;
	engines_settle(m, "there is no moon");
	assert_int_equal(count(m, ENGINE_RELAY), m->pools[0].n_listeners);
	sbuf_init(&b, 1 << 16);
	engines_remark(m, "there is no moon", &b);
	assert_non_null(strstr(sbuf_text(&b),
	    "av-udp of edge.contoso.net: served by the relay, because there is no moon: "
	    "it balances by least-sessions"));
	sbuf_fini(&b);
	model_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_relay_alone_needs_nothing),
	    cmocka_unit_test(one_service_of_the_kernel_s_must_have_it),
	    cmocka_unit_test(auto_takes_what_keeps_its_sources_and_says_so),
	    cmocka_unit_test(auto_stays_with_the_relay_where_the_host_cannot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
