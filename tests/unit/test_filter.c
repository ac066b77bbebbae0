/* SPDX-License-Identifier: BSD-2-Clause */
/* filter: what the packet filter is told. */
#include "lb_fixture.h"

#include <string.h>

#include "filter.h"

static void
has(const struct sbuf *b, const char *text)
{
	if (strstr(sbuf_text(b), text) == NULL)
		fail_msg("not in the table: %s\n%s", text, sbuf_text(b));
}

static void
kept_sources_and_outbound_federation_are_in_it(void **state)
{
	struct model *m = fixture_model("", "");
	struct filter_needs needs = filter_needs(m);
	struct sbuf b;

	(void)state;
	assert_true(needs.keep[FAMILY_V4] && needs.keep[FAMILY_V6] && needs.outbound);
	assert_int_equal(filter_first_kept(m)->service->kind, SERVICE_AV_TCP);
	sbuf_init(&b, 1 << 20);
	filter_text(m, NULL, 0, &b);
	assert_false(b.failed);
	has(&b, "delete table inet edgepool");
	has(&b, "131.107.155.30 . 3478, 131.107.155.31 . 3478, 131.107.155.32 . 3478");
	has(&b, "2001:92a5:2bb5:6007::30 . 443");
	has(&b, "ip saddr 131.107.155.11 tcp dport 5061 ip daddr != @ours4 snat ip to "
		"131.107.155.110");
	has(&b,
	    "ip6 saddr 2001:92a5:2bb5:6007::12 tcp dport 5061 ip6 daddr != @ours6 snat "
	    "ip6 to 2001:92a5:2bb5:6007::110");
	assert_null(strstr(sbuf_text(&b), "172.25.33.10 tcp dport")); /* not asked for */
	sbuf_fini(&b);
	model_free(&m);
}

static void
what_sessions_still_use_stays_in_it(void **state)
{
	struct model *m = fixture_model("", "");
	struct filter_kept past = {.port = 3478, .proto = PROTO_UDP};
	struct sbuf b;

	(void)state;
	assert_true(addr_parse("131.107.155.99", &past.addr));
	sbuf_init(&b, 1 << 20);
	filter_text(m, &past, 1, &b);
	has(&b, "131.107.155.32 . 3478, 131.107.155.99 . 3478, ");
	sbuf_fini(&b);
	model_free(&m);
}

/* The kernel engine keeps them, too, and needs none of the relay's sockets for it. */
static void
the_kernel_engine_s_members_are_not_diverted(void **state)
{
	struct model *m = fixture_model("engine = \"kernel\";", "");
	struct filter_needs needs = filter_needs(m);
	struct sbuf b;

	(void)state;
	assert_true(needs.pass[FAMILY_V4] && needs.pass[FAMILY_V6] && needs.outbound);
	assert_false(needs.keep[FAMILY_V4] || needs.keep[FAMILY_V6]);
	assert_null(filter_first_kept(m));
	sbuf_init(&b, 1 << 20);
	filter_text(m, NULL, 0, &b);
	assert_null(strstr(sbuf_text(&b), "131.107.155.30 . 3478"));
	assert_null(strstr(sbuf_text(&b), "tproxy"));
	has(&b, "ip saddr @ours4 notrack");
	has(&b, "icmp type redirect drop");
	has(&b, "ip saddr 131.107.155.11 tcp dport 5061 ip daddr != @ours4 snat ip to "
		"131.107.155.110");
	sbuf_fini(&b);
	model_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kept_sources_and_outbound_federation_are_in_it),
	    cmocka_unit_test(what_sessions_still_use_stays_in_it),
	    cmocka_unit_test(the_kernel_engine_s_members_are_not_diverted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
