/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte-exact zone texts: data/dns/CASE.VIEW.ZONE.zone.  After an intended change run the
 * test with EDGE_REGOLD=1, read the difference, and let tests/flow/e_010 have real zone
 * checkers look at the result.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "answer.h"
#include "dns_fixture.h"
#include "zone_text.h"

/* Microsoft's example: NAT, three addresses, two members, two SIP domains. */
#define NAT_POOL                                                                         \
	{                                                                                \
		.fqdn = "lsedge.contoso.net",                                            \
		.domains = {"contoso.com", "fabrikam.com"},                              \
		.members = {"edge1", "edge2"}, .access = "sip.contoso.com",              \
		.webconf = "webcon.contoso.com", .av = "av.contoso.com"                  \
	}
#define NAT_POOL_WITH(...)                                                               \
	{                                                                                \
		.fqdn = "lsedge.contoso.net", .domains = {"contoso.com"},                \
		.members = {"edge1", "edge2"}, .access = "sip.contoso.com",              \
		.webconf = "webcon.contoso.com", .av = "av.contoso.com", __VA_ARGS__     \
	}

static const struct shape nat[] = {NAT_POOL};
static const struct shape dual[] = {NAT_POOL_WITH(.v6 = true)};
static const struct shape no_federation[] = {NAT_POOL_WITH(.no_federation = true)};
static const struct shape xmpp[] = {{.fqdn = "lsedge.contoso.net",
    .domains = {"contoso.com", "fabrikam.com"},
    .members = {"edge1", "edge2"},
    .access = "sip.contoso.com",
    .webconf = "webcon.contoso.com",
    .av = "av.contoso.com",
    .xmpp = "xmpp.contoso.com"}};
static const struct shape single[] = {NAT_POOL_WITH(.single_address = true)};
static const struct shape one_name[] = {{.fqdn = "lsedge.contoso.net",
    .domains = {"contoso.com"},
    .members = {"edge1", "edge2", "edge3"},
    .access = "edge.contoso.com",
    .webconf = "edge.contoso.com",
    .av = "edge.contoso.com",
    .single_address = true}};
static const struct shape two_pools[] = {NAT_POOL,
    {.fqdn = "east.contoso.net",
	.domains = {"contoso.com"},
	.members = {"edge5"},
	.access = "east.contoso.com",
	.webconf = "webcon-east.contoso.com",
	.av = "av-east.contoso.com",
	.first = 1},
    {.fqdn = "hard.contoso.net",
	.domains = {"contoso.com"},
	.members = {"edge7"},
	.access = "hard.contoso.com",
	.webconf = "hard.contoso.com",
	.av = "hard.contoso.com",
	.first = 3,
	.hardware = true}};

static const struct golden {
	const char *sentence, *name;
	const struct shape *shapes;
	size_t n_shapes;
	const char *states;
	enum answer_mode mode;
	size_t n_zones;
} goldens[] = {
    {"the documented example, all members up", "nat", nat, 1, "", ANSWER_BY_HEALTH, 3},
    {"a member that is down leaves the pool's names and keeps its own", "nat-down", nat,
	1, "edge2 down", ANSWER_BY_HEALTH, 3},
    {"only the name of a sick service loses the address", "nat-av-down", nat, 1,
	"edge1/external/av-udp down", ANSWER_BY_HEALTH, 3},
    {"a drained member leaves as one that is down", "nat-drained", nat, 1,
	"edge1 draining", ANSWER_BY_HEALTH, 3},
    {"all down: everything is published, loudly", "nat-all-down", nat, 1, "* down",
	ANSWER_BY_HEALTH, 3},
    {"all draining: everything is published, loudly", "nat-all-draining", nat, 1,
	"* draining", ANSWER_BY_HEALTH, 3},
    {"unproven: what is not disabled is published", "nat-unproven", nat, 1,
	"* unknown; edge1 disabled", ANSWER_UNPROVEN, 3},
    {"both families, judged separately", "dual", dual, 1, "edge2/IPv6 down",
	ANSWER_BY_HEALTH, 2},
    {"federation switched off: no record for it", "no-federation", no_federation, 1, "",
	ANSWER_BY_HEALTH, 2},
    {"one XMPP name serves all SIP domains", "xmpp", xmpp, 1, "", ANSWER_BY_HEALTH, 3},
    {"one address for three names", "single", single, 1, "edge1/webconf down",
	ANSWER_BY_HEALTH, 2},
    {"one address under one name: no duplicates", "one-name", one_name, 1,
	"edge3 refusing", ANSWER_BY_HEALTH, 2},
    {"several pools share a zone; hardware pools publish nothing", "two-pools", two_pools,
	3, "edge2 down", ANSWER_BY_HEALTH, 3},
};

static void
check_zone(const struct golden *g, const struct zone *z)
{
	struct sbuf text;
	char path[512], *expected = NULL;
	size_t size = 0;
	FILE *f;

	sbuf_init(&text, ZONE_TEXT_MAX);
	zone_text_write(&text, z, "lb1");
	snprintf(path, sizeof path, "data/dns/%s.%s.%s.zone", g->name, z->view, z->name);
	if (getenv("EDGE_REGOLD") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(sbuf_text(&text), f);
		fclose(f);
	}
	f = fopen(path, "r");
	if (f == NULL || getdelim(&expected, &size, '\0', f) < 0)
		fail_msg("%s: %s: not readable", g->sentence, path);
	fclose(f);
	if (strcmp(expected, sbuf_text(&text)) != 0)
		fail_msg("%s: %s should be\n%sbut is\n%s", g->sentence, path, expected,
		    sbuf_text(&text));
	assert_true(zone_text_intact(text.text, text.length));
	assert_true(zone_text_serves(text.text, text.length, z));
	free(expected);
	sbuf_fini(&text);
}

static void
test_goldens(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(goldens); i++) {
		const struct golden *g = &goldens[i];
		struct model *m = fixture_model(g->shapes, g->n_shapes);
		struct state *states = fixture_states(m, g->states);
		struct plan *p = NULL;

		assert_int_equal(answer_plan(m, states, g->mode, &p), 0);
		if (p->n_zones != g->n_zones)
			fail_msg("%s: %zu zones", g->sentence, p->n_zones);
		for (size_t z = 0; z < p->n_zones; z++)
			check_zone(g, &p->zones[z]);
		plan_free(&p);
		free(states);
		model_free(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_goldens)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
