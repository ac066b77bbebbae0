/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reach, report - whose fault an errno is, and how it reads in a log.
 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "probe/reach.h"
#include "report.h"

static const struct row {
	int error;
	enum reason reason;
	const char *text;
} rows[] = {
    {ECONNREFUSED, REASON_CONNECT_REFUSED, "port refused the connection"},
    {ETIMEDOUT, REASON_CONNECT_TIMEOUT, "connection was not answered in time"},
    {EHOSTUNREACH, REASON_UNREACHABLE, "no way to the address (No route to host)"},
    {ENETUNREACH, REASON_UNREACHABLE, "no way to the address (Network is unreachable)"},
    {ECONNRESET, REASON_CONNECT_ERROR, "connection failed (Connection reset by peer)"},
    {EPROTO, REASON_CONNECT_ERROR, "connection failed (Protocol error)"},
    {EMFILE, REASON_LOCAL,
	"a fault of the prober itself, no evidence (Too many open files)"},
    {ENFILE, REASON_LOCAL, NULL},
    {ENOBUFS, REASON_LOCAL, NULL},
    {ENOMEM, REASON_LOCAL, NULL},
    {EADDRNOTAVAIL, REASON_LOCAL, NULL},
    {EADDRINUSE, REASON_LOCAL, NULL},
    {EPERM, REASON_LOCAL, NULL},
    {EAGAIN, REASON_LOCAL, NULL},
};

static void
errnos_have_an_owner(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		char text[2 * REPORT_REASON_MAX];
		uint64_t detail;

		assert_int_equal(reach_reason(rows[i].error, &detail), rows[i].reason);
		report_reason(text, sizeof text, rows[i].reason, detail);
		if (rows[i].text != NULL)
			assert_string_equal(text, rows[i].text);
	}
}

/* The same sentence of a router reaches us as two errnos, and neither is our fault. */
static void
what_is_forbidden_on_the_way_is_no_permission_of_ours(void **state)
{
	static const int told[] = {EACCES, ENOPROTOOPT, EHOSTUNREACH};
	uint64_t detail;

	(void)state;
	for (size_t i = 0; i < countof(told); i++) {
		assert_int_equal(reach_reason_told(told[i], &detail), REASON_UNREACHABLE);
		assert_int_equal(detail, told[i]);
	}
	assert_int_equal(reach_reason(EACCES, &detail), REASON_LOCAL);
	assert_int_equal(reach_reason_told(EPERM, &detail), REASON_LOCAL);
	assert_int_equal(
	    reach_reason_told(ECONNREFUSED, &detail), REASON_CONNECT_REFUSED);
}

static void
other_details_are_named(void **state)
{
	static const struct {
		enum reason reason;
		uint64_t detail;
		const char *text;
	} details[] = {
	    {REASON_TLS_ALERT, 40, "peer sent a TLS alert (handshake failure)"},
	    {REASON_TLS_ALERT, 48, "peer sent a TLS alert (unknown CA)"},
	    {REASON_TLS_FAILED, 267, "TLS handshake failed (wrong version number)"},
	    {REASON_ANSWER_WRONG, 300, "answer does not fit the question (error 300)"},
	    {REASON_ANSWER_WRONG, 0, "answer does not fit the question"},
	    {REASON_REFUSING, 503, "service refuses new work (503)"},
	    {REASON_OK, 0, "probe succeeded"},
	};

	(void)state;
	for (size_t i = 0; i < countof(details); i++) {
		char text[2 * REPORT_REASON_MAX];

		report_reason(text, sizeof text, details[i].reason, details[i].detail);
		assert_string_equal(text, details[i].text);
	}
}

static void
members_are_named_with_their_pool_where_there_are_several(void **state)
{
	struct model m = {.n_pools = 1};
	struct pool pool = {.model = &m};
	struct member member = {
	    .pool = &pool, .name = "edge1", .full_name = "edge.contoso.net/edge1"};
	struct endpoint e = {.member = &member,
	    .side = SIDE_EXTERNAL,
	    .services = 1u << SERVICE_ACCESS | 1u << SERVICE_FEDERATION};
	char text[REPORT_NAME_MAX];

	(void)state;
	report_endpoint(text, sizeof text, &e);
	assert_string_equal(text, "edge1 access+federation");
	e.side = SIDE_INTERNAL;
	e.services = 1u << SERVICE_INT_AV_UDP;
	report_endpoint(text, sizeof text, &e);
	assert_string_equal(text, "edge1 internal av-udp");
	m.n_pools = 2;
	report_endpoint(text, sizeof text, &e);
	assert_string_equal(text, "edge.contoso.net/edge1 internal av-udp");
	report_member(text, sizeof text, &member);
	assert_string_equal(text, "edge.contoso.net/edge1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(errnos_have_an_owner),
	    cmocka_unit_test(what_is_forbidden_on_the_way_is_no_permission_of_ours),
	    cmocka_unit_test(other_details_are_named),
	    cmocka_unit_test(members_are_named_with_their_pool_where_there_are_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
