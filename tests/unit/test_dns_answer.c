/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The planner: which addresses a name has, which zone a name belongs to, and what holds
 * for every combination of states.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "answer.h"
#include "dns_fixture.h"
#include "names.h"
#include "zone_text.h"

static const struct shape three = {.fqdn = "lsedge.contoso.net",
    .domains = {"contoso.com"},
    .members = {"edge1", "edge2", "edge3"},
    .access = "sip.contoso.com",
    .webconf = "webcon.contoso.com",
    .av = "av.contoso.com"};

/* The addresses of @owner, last octets only: "10 11"; a '!' when it fails open. */
static void
addresses_of(const struct plan *p, const char *owner, char *ret, size_t size)
{
	size_t n = 0;

	ret[0] = '\0';
	for (size_t z = 0; z < p->n_zones; z++) {
		const struct zone *zone = &p->zones[z];

		for (size_t i = 0; i < zone->n_records; i++)
			if (strcmp(zone->records[i].owner, owner) == 0 &&
			    zone->records[i].type == RECORD_A)
				n += (size_t)snprintf(ret + n, size - n, "%s%u",
				    n > 0 ? " " : "", zone->records[i].addr.bytes[3]);
		for (size_t i = 0; i < zone->n_sets; i++)
			if (strcmp(zone->sets[i].owner, owner) == 0 &&
			    zone->sets[i].fail_open)
				n += (size_t)snprintf(ret + n, size - n, "!");
	}
}

static void
test_which_addresses(void **state)
{
	static const struct {
		const char *sentence, *states, *owner, *expected;
	} rows[] = {
	    {"all up", "", "sip.contoso.com", "10 11 12"},
	    {"one down", "edge2 down", "sip.contoso.com", "10 12"},
	    {"one refusing new work", "edge2/access refusing", "sip.contoso.com",
		"10 12"},
	    {"federation shares the access name", "edge3/federation down",
		"sip.contoso.com", "10 11"},
	    {"something works beats nothing", "*/federation down; edge1/access down",
		"sip.contoso.com", "11 12"},
	    {"everything works beats something",
		"edge1/federation down; edge2/access down", "sip.contoso.com", "12"},
	    {"another name keeps its addresses", "edge1/webconf down", "sip.contoso.com",
		"10 11 12"},
	    {"and that one loses it", "edge1/webconf down", "webcon.contoso.com",
		"21 22"},
	    {"out of every service", "edge1 member-out", "av.contoso.com", "31 32"},
	    {"draining leaves", "edge1 draining", "av.contoso.com", "31 32"},
	    {"disabled leaves", "edge1 disabled", "av.contoso.com", "31 32"},
	    {"draining does not fill up", "edge1 draining; edge2 down", "av.contoso.com",
		"32"},
	    {"all down: all, loudly", "* down", "av.contoso.com", "30 31 32!"},
	    {"all down: but not the disabled", "* down; edge1 disabled", "av.contoso.com",
		"31 32!"},
	    {"all draining: all, loudly", "* draining", "av.contoso.com", "30 31 32!"},
	    {"down and draining: both, loudly", "* down; edge1 draining; edge2 disabled",
		"av.contoso.com", "30 32!"},
	    {"all disabled: all, loudly", "* disabled", "av.contoso.com", "30 31 32!"},
	    {"panic is published, loudly", "* panic", "sip.contoso.com", "10 11 12!"},
	    {"panic of one service is no fail open", "*/federation panic",
		"sip.contoso.com", "10 11 12"},
	    {"held by the minimum of members", "edge1 down; edge2 down; edge3 held",
		"sip.contoso.com", "12"},
	    {"unknown counts as assumed: not at all", "edge1 unknown", "sip.contoso.com",
		"11 12"},
	    {"the pool's name follows the inner side", "edge1/internal down",
		"lsedge.contoso.net", "11 12"},
	    {"the outer side does not touch it", "edge1/external down",
		"lsedge.contoso.net", "10 11 12"},
	    {"a host record stays when all is down", "* down", "edge2.contoso.net", "11"},
	    {"a host record stays when disabled", "* disabled", "edge2.contoso.net",
		"11"},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct model *m = fixture_model(&three, 1);
		struct state *states = fixture_states(m, rows[i].states);
		struct plan *p = NULL;
		char text[128];

		assert_int_equal(answer_plan(m, states, ANSWER_BY_HEALTH, &p), 0);
		addresses_of(p, rows[i].owner, text, sizeof text);
		if (strcmp(text, rows[i].expected) != 0)
			fail_msg("%s: '%s' instead of '%s'", rows[i].sentence, text,
			    rows[i].expected);
		plan_free(&p);
		free(states);
		model_free(&m);
	}
}

static void
test_srv_targets(void **state)
{
	static const struct {
		const char *access, *configured, *domain, *expected;
	} rows[] = {
	    {"sip.contoso.com", NULL, "contoso.com", "sip.contoso.com"},
	    {"access.contoso.com", NULL, "contoso.com", "access.contoso.com"},
	    {"sip.contoso.com", NULL, "fabrikam.com", NULL},
	    {"sip.notcontoso.com", NULL, "contoso.com", NULL},
	    {"sip.contoso.com", "edge.contoso.com", "contoso.com", "edge.contoso.com"},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct shape s = three;
		struct model *m;
		const char *target;

		s.access = rows[i].access;
		s.srv_target = rows[i].configured;
		m = fixture_model(&s, 1);
		target = srv_target(&m->pools[0], SERVICE_ACCESS, rows[i].domain);
		assert_true((target == NULL) == (rows[i].expected == NULL));
		if (target != NULL)
			assert_string_equal(target, rows[i].expected);
		model_free(&m);
	}
}

/* A configured target gets addresses, or nobody could follow the record. */
static void
test_configured_target_has_addresses(void **state)
{
	struct shape s = three;
	struct model *m;
	struct plan *p = NULL;
	char text[128];

	(void)state;
	s.srv_target = "front.contoso.com";
	m = fixture_model(&s, 1);
	assert_int_equal(answer_plan(m, NULL, ANSWER_BY_HEALTH, &p), 0);
	addresses_of(p, "front.contoso.com", text, sizeof text);
	assert_string_equal(text, "10 11 12");
	plan_free(&p);
	model_free(&m);
}

static void
test_zone_of_a_name(void **state)
{
	static const struct dns_target targets[] = {
	    {.view = "external", .zone = "sip.contoso.com"},
	    {.view = "external", .zone = "com"},
	    {.view = "internal", .zone = "net"},
	};
	static const struct {
		size_t n_targets;
		const char *name, *zone;
	} rows[] = {
	    {0, "sip.contoso.com", "contoso.com"}, {0, "a.b.contoso.com", "contoso.com"},
	    {0, "sip.eu.fabrikam.com", "eu.fabrikam.com"},
	    {0, "av.fabrikam.com", "fabrikam.com"},
	    {0, "lsedge.contoso.net", "contoso.net"}, {0, "xcontoso.com", "com"},
	    {3, "sip.contoso.com", "sip.contoso.com"}, /* a pin-point zone */
	    {3, "_sip._tls.contoso.com", "com"},       /* targets win over SIP domains */
	    {3, "lsedge.contoso.net", "contoso.net"}, /* another view's target does not */
	};
	struct shape s = three;

	(void)state;
	s.domains[1] = "eu.fabrikam.com";
	s.domains[2] = "fabrikam.com";
	for (size_t i = 0; i < countof(rows); i++) {
		struct model *m = fixture_model(&s, 1);
		struct zone_finder *f;

		m->dns.targets = targets;
		m->dns.n_targets = rows[i].n_targets;
		f = zone_finder_new(m, &m->dns.views[0]);
		assert_string_equal(zone_finder_find(f, rows[i].name), rows[i].zone);
		zone_finder_free(&f);
		model_free(&m);
	}
}

static void
test_cold_zones(void **state)
{
	static const struct {
		const char *sentence, *states;
		bool external, internal;
	} rows[] = {
	    {"all known", "", false, false},
	    {"nothing known", "* unknown", true, true},
	    {"one outer endpoint unknown", "edge1/webconf unknown", true, false},
	    {"one inner endpoint unknown", "edge1/mras unknown", false, true},
	    {"a disabled member is not waited for", "edge1 unknown; edge1 disabled",
		false, false},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct model *m = fixture_model(&three, 1);
		struct state *states = fixture_states(m, rows[i].states);
		struct plan *p = NULL;

		assert_int_equal(answer_plan(m, states, ANSWER_BY_HEALTH, &p), 0);
		assert_int_equal(p->n_zones, 2);
		if (p->zones[0].cold != rows[i].external ||
		    p->zones[1].cold != rows[i].internal)
			fail_msg("%s", rows[i].sentence);
		plan_free(&p);
		free(states);
		model_free(&m);
	}
}

/* What is never probed has no verdict, and nobody waits for one. */
static void
test_unprobed_is_not_cold(void **state)
{
	struct model *m = fixture_model(&three, 1);
	struct plan *p = NULL;

	(void)state;
	m->pools[0].sides[SIDE_EXTERNAL].probe = false;
	assert_int_equal(answer_plan(m, NULL, ANSWER_BY_HEALTH, &p), 0);
	assert_false(p->zones[0].cold);
	assert_true(p->zones[1].cold);
	plan_free(&p);
	model_free(&m);
}

static void
plan_text(const struct plan *p, struct sbuf *ret)
{
	sbuf_init(ret, ZONE_TEXT_MAX);
	for (size_t z = 0; z < p->n_zones; z++)
		zone_text_write(ret, &p->zones[z], "lb1");
}

/* Every set that exists when all is well exists, with at least one record. */
static void
assert_never_empty(const struct plan *well, const struct plan *p, unsigned seed)
{
	assert_int_equal(p->n_zones, well->n_zones);
	for (size_t z = 0; z < p->n_zones; z++) {
		struct sbuf text;

		sbuf_init(&text, ZONE_TEXT_MAX);
		zone_text_write(&text, &p->zones[z], "lb1");
		if (p->zones[z].n_sets != well->zones[z].n_sets ||
		    !zone_text_serves(text.text, text.length, &well->zones[z]))
			fail_msg("combination %u: a set is missing in %s", seed,
			    sbuf_text(&text));
		for (size_t i = 0; i < p->zones[z].n_sets; i++)
			assert_true(p->zones[z].sets[i].published > 0);
		sbuf_fini(&text);
	}
}

static const char *const state_words[] = {
    "up", "down", "unknown", "draining", "disabled", "panic", "refusing"};

/* Combination @c of @members states: each digit is a member's word, and the whole decides
 * whether it concerns one service, one family or everything. */
static void
combine(struct shape *s, char *spec, size_t size, unsigned members, unsigned c)
{
	static const char *const names[] = {"edge1", "edge2", "edge3", "edge4"};
	static const char *const parts[] = {"/access", "/IPv4", ""};
	unsigned digits = c;
	size_t n = 0;

	*s = three;
	memset(s->members, 0, sizeof s->members);
	s->v6 = c % 2 == 1;
	for (unsigned i = 0; i < members; i++, digits /= countof(state_words)) {
		s->members[i] = names[i];
		n += (size_t)snprintf(spec + n, size - n, "%s%s %s;", names[i],
		    parts[c % 3], state_words[digits % countof(state_words)]);
	}
}

static struct plan *
plan_of(
    const struct shape *s, const char *spec, enum answer_mode mode, struct model **ret)
{
	struct model *m = fixture_model(s, 1);
	struct state *states = fixture_states(m, spec);
	struct plan *p = NULL;

	assert_int_equal(answer_plan(m, states, mode, &p), 0);
	free(states);
	*ret = m;
	return p;
}

static void
check_combination(unsigned members, unsigned c)
{
	struct shape s, turned;
	struct model *m[4];
	struct plan *well, *p, *q, *unproven;
	struct sbuf x, y;
	char spec[256];

	combine(&s, spec, sizeof spec, members, c);
	turned = s;
	for (unsigned i = 0; i < members; i++)
		turned.members[i] = s.members[members - 1 - i];
	well = plan_of(&s, "* up", ANSWER_BY_HEALTH, &m[0]);
	p = plan_of(&s, spec, ANSWER_BY_HEALTH, &m[1]);
	q = plan_of(&turned, spec, ANSWER_BY_HEALTH, &m[2]);
	unproven = plan_of(&s, spec, ANSWER_UNPROVEN, &m[3]);
	assert_never_empty(well, p, c);
	assert_never_empty(well, unproven, c);
	plan_text(p, &x);
	plan_text(q, &y);
	assert_string_equal(sbuf_text(&x), sbuf_text(&y));
	sbuf_fini(&x);
	sbuf_fini(&y);
	plan_free(&well);
	plan_free(&p);
	plan_free(&q);
	plan_free(&unproven);
	for (size_t i = 0; i < countof(m); i++)
		model_free(&m[i]);
}

static void
test_never_empty_and_order_does_not_matter(void **state)
{
	unsigned total = 0, combinations = 1;

	(void)state;
	for (unsigned members = 1; members <= 4; members++) {
		combinations *= countof(state_words);
		for (unsigned c = 0; c < combinations; c++, total++)
			check_combination(members, c);
	}
	assert_int_equal(total, 7 + 49 + 343 + 2401);
}

static void
test_plain_names(void **state)
{
	char label[80] = {0}, name[400];

	(void)state;
	assert_true(name_is_plain("_sip._tls.contoso.com"));
	assert_true(name_is_plain("a"));
	assert_false(name_is_plain(""));
	assert_false(name_is_plain("."));
	assert_false(name_is_plain("a..b"));
	assert_false(name_is_plain("a.b."));
	assert_false(name_is_plain("a b"));
	assert_false(name_is_plain("a\n$INCLUDE"));
	assert_false(name_is_plain("A.example"));
	assert_false(name_is_plain("a;b"));
	memset(label, 'x', 64);
	assert_false(name_is_plain(label));
	label[63] = '\0';
	assert_true(name_is_plain(label));
	snprintf(name, sizeof name, "%s.%s.%s.%.61s", label, label, label, label);
	assert_int_equal(strlen(name), MODEL_NAME_MAX);
	assert_true(name_is_plain(name));
	snprintf(name, sizeof name, "%s.%s.%s.%.62s", label, label, label, label);
	assert_false(name_is_plain(name));
}

static void
test_a_service_name_too_long(void **state)
{
	static char domain[MODEL_NAME_MAX + 1];
	struct shape s = three;
	struct model *m;
	struct plan *p = NULL;

	(void)state;
	memset(domain, 'x', 250);
	for (size_t i = 50; i < 250; i += 50)
		domain[i] = '.';
	s.domains[0] = domain;
	m = fixture_model(&s, 1);
	assert_int_equal(answer_plan(m, NULL, ANSWER_BY_HEALTH, &p), -ENAMETOOLONG);
	assert_null(p);
	model_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_which_addresses),
	    cmocka_unit_test(test_srv_targets),
	    cmocka_unit_test(test_configured_target_has_addresses),
	    cmocka_unit_test(test_zone_of_a_name),
	    cmocka_unit_test(test_cold_zones),
	    cmocka_unit_test(test_unprobed_is_not_cold),
	    cmocka_unit_test(test_never_empty_and_order_does_not_matter),
	    cmocka_unit_test(test_plain_names),
	    cmocka_unit_test(test_a_service_name_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
