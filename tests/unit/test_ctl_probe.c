/* SPDX-License-Identifier: BSD-2-Clause */
/* edgectl probe: what its two words mean, and what a stranger's octets look like. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/clock.h>
#include <edge/conf.h>

#include <probe_advice.h>
#include <probe_decode.h>
#include <probe_text.h>

#define CONF "conf/good/hardware-dual-stack.conf"

static struct model *
model_of(const char *path)
{
	struct model *m = NULL;
	struct diags diags;

	diags_init(&diags);
	assert_true(conf_load(path, &m, &diags));
	diags_fini(&diags);
	return m;
}

/* A line per question, or the sentence why there is none. */
static const char *
aimed(const struct model *m, const struct probe_wish *wish, struct sbuf *text)
{
	static const struct health_conf defaults = {
	    .timeout_ns = 3 * NS_PER_S, .connect_timeout_ns = NS_PER_S};
	struct probe_aims *aims = calloc(1, sizeof *aims);

	sbuf_fini(text);
	sbuf_init(text, 65536);
	assert_non_null(aims);
	if (probe_aim_find(m, &defaults, wish, aims, text))
		for (size_t i = 0; i < aims->n; i++) {
			const struct probe_question *q = &aims->at[i].question;
			char at[ADDR_PORT_TEXT_MAX];

			sbuf_addf(text, "%s %s %s %s\n", aims->at[i].title,
			    addr_port_text(&q->addr, q->port, at), probe_word(q->kind),
			    q->name == NULL ? "-" : q->name);
			assert_true(q->timeout_ns >= q->connect_timeout_ns);
		}
	free(aims);
	return sbuf_text(text);
}

#define E1 "edge.contoso.net/edge1 "

static void
two_words_mean_what_the_configuration_has(void **state)
{
	static const struct {
		struct probe_wish wish;
		const char *text;
	} rows[] = {
	    {{.address = "edge1", .service = "access"},
		E1 "access 131.107.155.10:443 sip sip.contoso.com\n" E1
		   "access [2a01:111:f406:6007::10]:443 sip sip.contoso.com\n"},
	    {{.address = "edge1", .service = "internal/av-udp"},
		E1 "internal av-udp 172.25.33.10:3478 turn-udp edge.contoso.net\n" E1
		   "internal av-udp [fd2e:4d7e:288b:c94e::10]:3478 turn-udp "
		   "edge.contoso.net\n"},
	    /* a service of that name before a kind */
	    {{.address = "172.25.33.10", .service = "sip"},
		E1 "internal sip 172.25.33.10:5061 mtls edge.contoso.net\n"},
	    {{.address = "131.107.155.10", .service = "kind/sip"},
		E1 "access 131.107.155.10:443 sip sip.contoso.com\n"},
	    /* an address with both ports of a group */
	    {{.address = "131.107.155.30", .service = "av"},
		E1 "av-tcp 131.107.155.30:443 turn-tcp av.contoso.com\n" E1
		   "av-udp 131.107.155.30:3478 turn-udp av.contoso.com\n"},
	    {{.address = "[2a01:111:f406:6007::30]:3478", .service = "av"},
		E1 "av-udp [2a01:111:f406:6007::30]:3478 turn-udp av.contoso.com\n"},
	    /* another kind for an endpoint that is there */
	    {{.address = "131.107.155.10:443", .service = "tls"},
		E1 "access 131.107.155.10:443 tls sip.contoso.com\n"},
	    {{.address = "131.107.155.110", .service = "access"},
		"VIP of edge.contoso.net access "
		"131.107.155.110:443 sip sip.contoso.com\n"},
	    {{.address = "192.0.2.7", .service = "webconf"},
		"as edge.contoso.net webconf 192.0.2.7:443 psom webcon.contoso.com\n"},
	    {{.address = "192.0.2.7:99", .service = "tcp"}, " 192.0.2.7:99 tcp -\n"},
	    {{.address = "edge1", .service = "tcp", .port = 5062},
		E1 "internal mras 172.25.33.10:5062 tcp edge.contoso.net\n" E1
		   "internal mras [fd2e:4d7e:288b:c94e::10]:5062 tcp edge.contoso.net\n"},
	    {{.address = "131.107.155.10", .service = "access", .name = "other"},
		E1 "access 131.107.155.10:443 sip other\n"},
	    {{.address = "edge1", .service = "acces"},
		"there is no service and no kind of probe 'acces'; did "
		"you mean 'access'?"},
	    {{.address = "edgd1", .service = "access"},
		"there is no member 'edgd1'; did you mean edge1?"},
	    {{.address = "edge1", .service = "xmpp"},
		"edge.contoso.net/edge1 has no service xmpp"},
	    {{.address = "edge1", .service = "outer/av"},
		"'outer/av': before the slash stands internal, external or kind"},
	    {{.address = "edge1", .service = "internal/access"},
		"there is no service and no kind of probe "
		"'internal/access'; edgectl help "
		"probe has them all"},
	    {{.address = "edge1", .service = "tls"},
		"no service of edge.contoso.net/edge1 is probed as tls: "
		"say which with --port"},
	    {{.address = "131.107.155.10:0", .service = "access"},
		"there is no member '131.107.155.10:0'; there are edge1, edge2"},
	};
	struct model *m = model_of(CONF);
	struct sbuf text;

	(void)state;
	sbuf_init(&text, 65536);
	for (size_t i = 0; i < countof(rows); i++)
		assert_string_equal(aimed(m, &rows[i].wish, &text), rows[i].text);
	sbuf_fini(&text);
	model_free(&m);
}

static void
without_a_configuration_the_services_table_counts(void **state)
{
	static const struct {
		struct probe_wish wish;
		const char *text;
	} rows[] = {
	    {{.address = "192.0.2.1", .service = "access", .name = "sip.example"},
		"access 192.0.2.1:443 sip sip.example\n"},
	    /* both sides ask the same there: once */
	    {{.address = "2001:db8::1", .service = "av"},
		"av-tcp [2001:db8::1]:443 turn-tcp -\nav-udp "
		"[2001:db8::1]:3478 turn-udp -\n"},
	    {{.address = "192.0.2.1:444", .service = "webconf"},
		"webconf 192.0.2.1:444 psom -\n"},
	    {{.address = "192.0.2.1", .service = "turn-udp"},
		" 192.0.2.1:3478 turn-udp -\n"},
	    {{.address = "192.0.2.1", .service = "tcp"},
		"no port is usual for tcp: say ADDRESS:PORT"},
	    {{.address = "edge1", .service = "access"},
		"'edge1' is no address, and without a configuration there are "
		"no members; names are not looked up"},
	};
	struct sbuf text;

	(void)state;
	sbuf_init(&text, 65536);
	for (size_t i = 0; i < countof(rows); i++)
		assert_string_equal(aimed(NULL, &rows[i].wish, &text), rows[i].text);
	sbuf_fini(&text);
}

/* Every outcome has a sentence, and those where people go wrong the right one. */
static void
an_outcome_says_what_it_means(void **state)
{
	static const struct {
		enum probe kind;
		struct outcome outcome;
		const char *part;
	} rows[] = {
	    {PROBE_SIP, {.ok = true, .reason = REASON_OK, .sip_status = 504},
		"504 is what a healthy"},
	    {PROBE_SIP, {.reason = REASON_REFUSING, .detail = 503}, "wants no new work"},
	    {PROBE_TURN_UDP, {.ok = true, .reason = REASON_OK},
		"No Alternate-Server came"},
	    {PROBE_TURN_UDP,
		{.ok = true, .reason = REASON_OK, .alternate = {AF_INET, {10, 1, 2, 3}}},
		"Clients go on at 10.1.2.3, which is not routed"},
	    {PROBE_TURN_TCP,
		{.ok = true,
		    .reason = REASON_PRIVATE_ALTERNATE,
		    .alternate = {AF_INET, {10, 1, 2, 3}}},
		"Clients go on at 10.1.2.3, not at "},
	    {PROBE_SIP, {.ok = true, .reason = REASON_OK, .tls.version = 0x0301},
		"TLS 1.0 is older than TLS 1.2: a condition"},
	    {PROBE_ICMP, {.ok = true, .reason = REASON_OK}, "Only the host was seen"},
	    {PROBE_TLS, {.reason = REASON_TLS_TIMEOUT}, "A check of ports would"},
	    {PROBE_TCP, {.ok = true, .reason = REASON_OK}, "Only the port was seen"},
	    {PROBE_MTLS, {.reason = REASON_CLOSED_EARLY}, "server in the topology"},
	    {PROBE_TCP, {.reason = REASON_LOCAL, .detail = 24}, "about this host only"},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct probe_aim aim = {.question = {.kind = rows[i].kind}};
		struct certificate none = {0};
		struct advice advice;
		bool said = false;

		advice_give(&aim, &rows[i].outcome, &none, 0, &advice);
		for (size_t h = 0; h < advice.n_hints; h++)
			said |= strstr(advice.hints[h], rows[i].part) != NULL;
		assert_true(said);
		assert_true(strlen(advice.why) > 0 && strlen(advice.state) > 0);
		assert_int_equal(advice.grade, rows[i].outcome.ok ? ADVICE_GOOD
					       : rows[i].outcome.reason == REASON_LOCAL
						   ? ADVICE_NOT_KNOWN
						   : ADVICE_BAD);
	}
}

/* A relay's inner address is private, and that is as it should be. */
static void
the_inner_side_is_not_in_the_internet(void **state)
{
	const struct outcome o = {
	    .ok = true, .reason = REASON_OK, .alternate = {AF_INET, {10, 1, 2, 3}}};
	struct probe_aim aim = {.question = {.kind = PROBE_TURN_UDP}, .placed = true};
	struct certificate none = {0};
	struct advice advice;

	(void)state;
	aim.place.side = SIDE_EXTERNAL;
	advice_give(&aim, &o, &none, 0, &advice);
	assert_int_equal(advice.n_hints, 2);
	aim.place.side = SIDE_INTERNAL;
	advice_give(&aim, &o, &none, 0, &advice);
	assert_int_equal(advice.n_hints, 1);
}

/* Whatever comes: lines of printable ASCII, not too many, none too long. */
static void
a_strangers_octets_do_no_harm(void **state)
{
	static uint8_t octets[8192];
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct probe_aim aim = {.question = {.kind = PROBE_SIP}};
		static struct told told;
		struct sbuf out;
		size_t n = sizeof octets >> round % 13;
		int lines = 0, column = 0;

		for (size_t i = 0; i < n; i++) {
			random = random * 1103515245 + 12345;
			/* every second round mostly text, so that it is taken for some */
			octets[i] = (uint8_t)(random >> 16);
			if (round % 2 == 1 && i % 64 != 0)
				octets[i] =
				    (uint8_t)("<:\n\rSIP/2.0 200 server"[octets[i] % 21]);
		}
		told_begin(&told, 0, "received", "%s", "");
		told.octets = octets;
		told.n_octets = n;
		probe_decode_sip(&told, octets, n);
		probe_decode_xmpp(&told, octets, n);
		probe_decode_turn(&told, octets, n, &aim, NULL);
		sbuf_init(&out, 1u << 20);
		probe_text_step(&told, &out);
		assert_false(out.failed);
		for (const char *c = sbuf_text(&out); *c != '\0'; c++) {
			assert_true(*c == '\n' || (*c >= 0x20 && *c < 0x7f));
			column = *c == '\n' ? 0 : column + 1;
			lines += *c == '\n';
			assert_in_range(column, 0, TOLD_VALUE_MAX + 4 * PROBE_TEXT_PIECE);
		}
		assert_in_range(lines, 1, PROBE_TEXT_LINES + TOLD_FACTS_MAX + 4);
		sbuf_fini(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_words_mean_what_the_configuration_has),
	    cmocka_unit_test(without_a_configuration_the_services_table_counts),
	    cmocka_unit_test(an_outcome_says_what_it_means),
	    cmocka_unit_test(the_inner_side_is_not_in_the_internet),
	    cmocka_unit_test(a_strangers_octets_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
