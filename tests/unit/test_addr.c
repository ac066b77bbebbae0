/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <edge/addr.h>
#include <string.h>

static void
text_and_back(void **state)
{
	static const struct {
		const char *in, *out; /* out NULL: refused */
	} rows[] = {
	    {"131.107.155.10", "131.107.155.10"},
	    {"2001:DB8::0:1", "2001:db8::1"},
	    {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
	    {"1.2.3", NULL},
	    {"1.2.3.256", NULL},
	    {"01.2.3.4", NULL},
	    {"1.2.3.4 ", NULL},
	    {"", NULL},
	    {"fe80::1%eth0", NULL},
	    {"sip.contoso.com", NULL},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		char text[ADDR_TEXT_MAX];
		struct addr a;

		assert_int_equal(addr_parse(rows[i].in, &a), rows[i].out != NULL);
		if (rows[i].out != NULL)
			assert_string_equal(addr_text(&a, text), rows[i].out);
	}
}

static void
ports_are_shown_unambiguously(void **state)
{
	char text[ADDR_PORT_TEXT_MAX];
	struct addr a;

	(void)state;
	assert_true(addr_parse("192.0.2.1", &a));
	assert_string_equal(addr_port_text(&a, 443, text), "192.0.2.1:443");
	assert_true(addr_parse("2001:db8::1", &a));
	assert_string_equal(addr_port_text(&a, 65535, text), "[2001:db8::1]:65535");
	a = (struct addr){0};
	assert_string_equal(addr_text(&a, text), "-");
}

static void
sockaddr_round_trip(void **state)
{
	static const char *const texts[] = {"192.0.2.1", "2001:db8::1"};

	(void)state;
	for (size_t i = 0; i < countof(texts); i++) {
		struct sockaddr_storage ss;
		struct addr a, b;
		uint16_t port = 0;

		assert_true(addr_parse(texts[i], &a));
		assert_true(addr_to_sockaddr(&a, 5061, &ss) > 0);
		assert_true(addr_from_sockaddr(&ss, &b, &port));
		assert_true(addr_equal(&a, &b));
		assert_int_equal(port, 5061);
	}
}

static void
private_and_unicast(void **state)
{
	static const struct {
		const char *text;
		bool is_private, is_unicast;
	} rows[] = {
	    {"131.107.155.10", false, true},
	    {"10.45.16.10", true, true},
	    {"172.31.255.255", true, true},
	    {"172.32.0.0", false, true},
	    {"192.168.10.1", true, true},
	    {"100.64.0.1", true, true},
	    {"127.0.0.1", true, true},
	    {"224.0.0.1", false, false},
	    {"255.255.255.255", true, false},
	    {"0.0.0.0", true, false},
	    {"2001:92a5:2bb5:6007::1610", false, true},
	    {"fd2e:4d7e:288b:c94e::1233", true, true},
	    {"fe80::1", true, true},
	    {"::", true, false},
	    {"ff02::1", false, false},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct addr a;

		assert_true(addr_parse(rows[i].text, &a));
		assert_int_equal(addr_is_private(&a), rows[i].is_private);
		assert_int_equal(addr_is_unicast(&a), rows[i].is_unicast);
	}
}

static void
prefixes(void **state)
{
	static const char *const bad[] = {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33",
	    "10.0.0.1/8", "10.0.0.0/8x", "10.0.0.0/-1", "2001:db8::/129", "x/8", ""};
	struct prefix p;
	struct addr a;

	(void)state;
	for (size_t i = 0; i < countof(bad); i++)
		assert_false(prefix_parse(bad[i], &p));
	assert_true(prefix_parse("192.0.2.128/25", &p));
	assert_true(addr_parse("192.0.2.129", &a) && prefix_contains(&p, &a));
	assert_true(addr_parse("192.0.2.127", &a) && !prefix_contains(&p, &a));
	assert_true(addr_parse("2001:db8::1", &a) && !prefix_contains(&p, &a));
	assert_true(prefix_parse("::/0", &p) && prefix_contains(&p, &a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_and_back),
	    cmocka_unit_test(ports_are_shown_unambiguously),
	    cmocka_unit_test(sockaddr_round_trip),
	    cmocka_unit_test(private_and_unicast),
	    cmocka_unit_test(prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
