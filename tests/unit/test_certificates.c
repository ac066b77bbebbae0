/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificates - what is wrong with one, from facts made up here: names, chain, dates,
 * and whether members show the same.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include <edge/clock.h>

#include "certificates.h"

#define DAY INT64_C(86400)
#define NOW (20000 * DAY) /* 2024-10-04 */

static const char *const domains[] = {"contoso.com", "fabrikam.com", "example.org"};

struct place {
	struct pool pool;
	struct member members[4];
	struct endpoint endpoint;
};

static struct place *
place(struct place *p, enum side_kind side, uint32_t services, const char *ca)
{
	static const char *const names[] = {"edge1", "edge2", "edge3", "edge4"};

	*p = (struct place){.pool = {.fqdn = "edge.contoso.net",
				.sip_domains = domains,
				.n_sip_domains = countof(domains)}};
	for (size_t i = 0; i < countof(p->members); i++)
		p->members[i] = (struct member){.name = names[i], .pool = &p->pool};
	p->pool.services[SERVICE_ACCESS].fqdn = "sip.contoso.com";
	p->pool.services[SERVICE_FEDERATION].fqdn = "federation.contoso.com";
	p->pool.services[SERVICE_WEBCONF].fqdn = "webcon.contoso.com";
	p->pool.services[SERVICE_ACCESS].health.tls.ca = ca;
	p->endpoint = (struct endpoint){.member = &p->members[0],
	    .side = side,
	    .services = services,
	    .service = &p->pool.services[SERVICE_ACCESS]};
	return p;
}

/* "sip.contoso.com webcon.contoso.com", as its reader would have kept them. */
static void
names_set(struct certificate *c, const char *names)
{
	while (*names != '\0') {
		size_t n = strcspn(names, " ");

		certificate_add_name(c, names, n);
		names += n + (names[n] == ' ');
	}
	c->known = true;
}

/* --- names -------------------------------------------------------------------------- */

#define OUT_ACCESS (1u << SERVICE_ACCESS)
#define OUT_BOTH   (1u << SERVICE_ACCESS | 1u << SERVICE_FEDERATION)
#define OUT_WEB    (1u << SERVICE_WEBCONF)
#define IN_SIP     (1u << SERVICE_SIP)
#define ALL_SIP    "sip.contoso.com sip.fabrikam.com sip.example.org"

static const struct name_row {
	enum side_kind side;
	uint32_t services;
	const char *subject, *names;
	const char *missing, *wildcard; /* NULL: all is well */
} name_rows[] = {
    {SIDE_EXTERNAL, OUT_ACCESS, "", ALL_SIP, NULL, NULL},
    {SIDE_EXTERNAL, OUT_ACCESS, "sip.contoso.com", "sip.fabrikam.com sip.example.org",
	"certificate lacks sip.contoso.com", NULL},
    {SIDE_EXTERNAL, OUT_ACCESS, "sip.contoso.com", "",
	"certificate lacks sip.contoso.com and 2 more names", NULL},
    {SIDE_EXTERNAL, OUT_ACCESS, "",
	"sip.contoso.com sip.fabrikam.com.evil sip.example.org",
	"certificate lacks sip.fabrikam.com", NULL},
    {SIDE_EXTERNAL, OUT_ACCESS, "", "*.contoso.com sip.fabrikam.com sip.example.org",
	NULL, "certificate has only a wildcard for sip.contoso.com"},
    {SIDE_EXTERNAL, OUT_ACCESS, "", "*.contoso.com *.fabrikam.com",
	"certificate lacks sip.example.org",
	"certificate has only a wildcard for sip.contoso.com and 1 more name"},
    {SIDE_EXTERNAL, OUT_ACCESS, "", ALL_SIP " *.contoso.com", NULL, NULL},
    {SIDE_EXTERNAL, OUT_ACCESS, "", "*.com",
	"certificate lacks sip.contoso.com and 2 more names", NULL},
    {SIDE_EXTERNAL, OUT_BOTH, "", ALL_SIP, "certificate lacks federation.contoso.com",
	NULL},
    {SIDE_EXTERNAL, OUT_BOTH, "", ALL_SIP " federation.contoso.com", NULL, NULL},
    {SIDE_EXTERNAL, OUT_WEB, "", "webcon.contoso.com", NULL, NULL},
    {SIDE_EXTERNAL, OUT_WEB, "", ALL_SIP, "certificate lacks webcon.contoso.com", NULL},
    {SIDE_INTERNAL, IN_SIP, "edge.contoso.net", "", NULL, NULL},
    {SIDE_INTERNAL, IN_SIP, "edge1.contoso.net", "edge.contoso.net",
	"certificate's subject is edge1.contoso.net, not the pool's name "
	"edge.contoso.net",
	NULL},
    {SIDE_INTERNAL, IN_SIP, "", "edge.contoso.net",
	"certificate's subject is no name, not the pool's name edge.contoso.net", NULL},
    {SIDE_INTERNAL, IN_SIP, "*.contoso.net", "", NULL,
	"certificate's subject is the wildcard *.contoso.net, not the pool's name "
	"edge.contoso.net"},
};

static void
finding_is(const struct finding *f, const char *expected, size_t row)
{
	if (f->holds != (expected != NULL) ||
	    strcmp(f->text, expected == NULL ? "" : expected) != 0)
		fail_msg("row %zu: '%s' instead of '%s'", row, f->text,
		    expected == NULL ? "" : expected);
}

static void
names_that_peers_check_are_there(void **state)
{
	struct place p;

	(void)state;
	for (size_t i = 0; i < countof(name_rows); i++) {
		const struct name_row *r = &name_rows[i];
		struct finding missing, wildcard;
		struct certificate c = {0};

		names_set(&c, r->names);
		snprintf(c.common_name, sizeof c.common_name, "%s", r->subject);
		certificates_check_names(&place(&p, r->side, r->services, NULL)->endpoint,
		    &c, &missing, &wildcard);
		finding_is(&missing, r->missing, i);
		finding_is(&wildcard, r->wildcard, i);
		certificate_fini(&c);
	}
}

static void
who_has_more_names_than_are_kept_is_not_accused(void **state)
{
	struct finding missing, wildcard;
	struct certificate c = {.known = true};
	struct place p;
	char name[32];

	(void)state;
	for (int i = 0; i < CERTIFICATE_NAMES_MAX + 5; i++) {
		int n = snprintf(name, sizeof name, "n%d.example.org", i);

		certificate_add_name(&c, name, (size_t)n);
	}
	assert_true(c.cut);
	assert_int_equal(c.n_names, CERTIFICATE_NAMES_MAX);
	assert_true(certificate_has_name(&c, "n999.example.org"));
	assert_false(certificate_has_name(&c, "n1000.example.org"));
	certificates_check_names(&place(&p, SIDE_EXTERNAL, OUT_ACCESS, NULL)->endpoint,
	    &c, &missing, &wildcard);
	assert_false(missing.holds || wildcard.holds);
	certificate_fini(&c);
}

static void
what_is_no_name_is_none(void **state)
{
	static const char nul[] = "sip.contoso.com\0.evil.example";
	char name[CERTIFICATE_TEXT_MAX], longest[CERTIFICATE_TEXT_MAX + 1];
	struct certificate c = {.known = true};

	(void)state;
	memset(longest, 'a', sizeof longest);
	assert_false(certificate_take_name(name, nul, sizeof nul - 1));
	assert_false(certificate_take_name(name, "", 0));
	assert_false(certificate_take_name(name, "a b", 3));
	assert_false(certificate_take_name(name, "a\"b", 3));
	assert_false(certificate_take_name(name, "b\xc3\xbc.de", 6));
	assert_false(certificate_take_name(name, longest, CERTIFICATE_TEXT_MAX));
	assert_string_equal(name, "");
	assert_true(certificate_take_name(name, longest, CERTIFICATE_TEXT_MAX - 1));
	assert_true(certificate_take_name(name, "SIP.Contoso.COM", 15));
	assert_string_equal(name, "sip.contoso.com");
	certificate_add_name(&c, nul, sizeof nul - 1);
	assert_true(c.odd);
	assert_int_equal(c.n_names, 0);
	assert_null(certificate_name_first(&c));
	assert_false(certificate_has_name(&c, "sip.contoso.com"));
	assert_false(certificate_has_wildcard_for(&c, "localhost"));
	certificate_fini(&c);
}

/* --- chain -------------------------------------------------------------------------- */

static void
a_chain_is_judged_by_side_and_verdict(void **state)
{
	static const struct {
		enum chain chain;
		enum side_kind side;
		const char *ca, *says; /* says NULL: nothing */
	} rows[] = {
	    {CHAIN_UNSEEN, SIDE_EXTERNAL, NULL, NULL},
	    {CHAIN_TRUSTED, SIDE_EXTERNAL, NULL, NULL},
	    {CHAIN_NO_ISSUER, SIDE_EXTERNAL, NULL,
		"certificate's issuer is not trusted here: CN=Somebody"},
	    {CHAIN_NO_ISSUER, SIDE_INTERNAL, NULL, NULL},
	    {CHAIN_NO_ISSUER, SIDE_INTERNAL, "ca.pem",
		"certificate's issuer is not trusted here: CN=Somebody"},
	    {CHAIN_SELF_SIGNED, SIDE_INTERNAL, NULL, "certificate is self-signed"},
	    {CHAIN_ENDED, SIDE_EXTERNAL, NULL, "the certificate of its issuer has ended"},
	    {CHAIN_PURPOSE, SIDE_INTERNAL, NULL, "certificate is not one for servers"},
	    {CHAIN_INVALID, SIDE_EXTERNAL, NULL, "certificate's chain is not valid"},
	};
	struct place p;

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct certificate c = {.chain = rows[i].chain, .issuer = "CN=Somebody"};
		struct finding untrusted;

		certificates_check_chain(
		    &place(&p, rows[i].side, OUT_ACCESS, rows[i].ca)->endpoint, &c,
		    &untrusted);
		finding_is(&untrusted, rows[i].says, i);
	}
}

/* --- dates -------------------------------------------------------------------------- */

static void
dates_are_told_before_they_hurt(void **state)
{
	static const struct {
		int64_t from, until, warning_days;
		const char *early, *expiring, *expired;
	} rows[] = {
	    {NOW - DAY, NOW + 31 * DAY, 30, NULL, NULL, NULL},
	    {NOW - DAY, NOW + 30 * DAY + 1, 30, NULL, NULL, NULL},
	    {NOW - DAY, NOW + 30 * DAY, 30, NULL,
		"certificate ends in 30 days (2024-11-03)", NULL},
	    {NOW - DAY, NOW + 2 * DAY - 1, 30, NULL,
		"certificate ends in 1 day (2024-10-05)", NULL},
	    {NOW - DAY, NOW + 1, 30, NULL, "certificate ends in 0 days (2024-10-04)",
		NULL},
	    {NOW - DAY, NOW + 1, 0, NULL, NULL, NULL},
	    {NOW - DAY, NOW, 30, NULL, NULL, "certificate ended on 2024-10-04"},
	    {NOW - DAY, NOW - 400 * DAY, 30, NULL, NULL,
		"certificate ended on 2023-08-31"},
	    {NOW + 1, NOW + 100 * DAY, 30, "certificate is not valid before 2024-10-04",
		NULL, NULL},
	    {NOW, NOW + 100 * DAY, 30, NULL, NULL, NULL},
	    {NOW + DAY, NOW + 2 * DAY, 30, "certificate is not valid before 2024-10-05",
		NULL, NULL},
	    {NOW + DAY, NOW - DAY, 30, NULL, NULL, "certificate ended on 2024-10-03"},
	    {0, 0, 30, NULL, NULL, NULL}, /* nobody can read them: the chain says so */
	    {1, 1, 30, NULL, NULL, "certificate ended on 1970-01-01"},
	    {1, INT64_C(253402300799), 30, NULL, NULL, NULL}, /* year 9999 */
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct certificate c = {
		    .not_before_s = rows[i].from, .not_after_s = rows[i].until};
		struct finding early, expiring, expired;

		certificates_check_dates(&c, NOW, rows[i].warning_days * DAY * NS_PER_S,
		    &early, &expiring, &expired);
		finding_is(&early, rows[i].early, i);
		finding_is(&expiring, rows[i].expiring, i);
		finding_is(&expired, rows[i].expired, i);
	}
}

static void
days_are_whole_and_go_both_ways(void **state)
{
	char day[CERTIFICATE_DAY_MAX];

	(void)state;
	assert_int_equal(certificate_days(NOW + DAY - 1, NOW), 0);
	assert_int_equal(certificate_days(NOW + DAY, NOW), 1);
	assert_int_equal(certificate_days(NOW - 1, NOW), -1);
	assert_int_equal(certificate_days(NOW - DAY, NOW), -1);
	assert_int_equal(certificate_days(NOW - DAY - 1, NOW), -2);
	assert_string_equal(certificate_day(0, day), "-");
	assert_string_equal(certificate_day(INT64_MAX, day), "-");
	assert_string_equal(certificate_day(INT64_MIN, day), "-");
	assert_string_equal(certificate_day(1, day), "1970-01-01");
}

/* --- the same on all members -------------------------------------------------------- */

/*
 * A letter per member: a, b, c are certificates (c has a's key and was issued last, b has
 * another key and is the oldest), ? was never asked, - was asked and showed none.  Behind
 * a slash who is found to differ, and from which member: "..1." is the third, from the
 * first.
 */
static const struct {
	const char *shown, *differ; /* differ NULL: too early to say */
} same_rows[] = {
    {"aaaa", "...."},
    {"aaba", "..1."},
    {"abbb", "2..."},
    {"aabb", "..11"}, /* as many: the one issued last */
    {"bbaa", "33.."},
    {"ac", "2."},
    {"ca", ".1"},
    {"abc", "33."},
    {"aab?", NULL},
    {"aab-", "..1."},
    {"-a-a", "...."},
    {"----", "...."},
    {"?", NULL},
    {"a", "."},
};

static const struct certificate shown[] = {
    {.known = true, .sha256 = {1}, .key_sha256 = {1}, .not_before_s = 200},
    {.known = true, .sha256 = {9}, .key_sha256 = {2}, .not_before_s = 100},
    {.known = true, .sha256 = {3}, .key_sha256 = {1}, .not_before_s = 300},
};

static size_t
peers_make(
    struct certificate_peer *peers, struct endpoint *ends, struct place *p, const char *s)
{
	size_t n = strlen(s);

	place(p, SIDE_EXTERNAL, OUT_ACCESS, NULL);
	for (size_t i = 0; i < n; i++) {
		ends[i] = (struct endpoint){.member = &p->members[i]};
		peers[i] = (struct certificate_peer){.endpoint = &ends[i],
		    .certificate = s[i] >= 'a' ? &shown[s[i] - 'a'] : NULL,
		    .looked = s[i] != '?'};
	}
	return n;
}

static void
who_differs_is_who_is_fewer_or_older(void **state)
{
	struct certificate_peer peers[4];
	struct endpoint ends[4];
	struct place p;

	(void)state;
	for (size_t i = 0; i < countof(same_rows); i++) {
		size_t n = peers_make(peers, ends, &p, same_rows[i].shown);
		char differ[5] = "....";

		assert_int_equal(
		    certificates_compare(peers, n, NOW), same_rows[i].differ != NULL);
		if (same_rows[i].differ == NULL)
			continue;
		for (size_t k = 0; k < n; k++) {
			if (peers[k].differs)
				differ[k] = (char)('1' + (peers[k].from - peers));
			assert_int_equal(peers[k].since_s, peers[k].differs ? NOW : 0);
		}
		differ[n] = '\0';
		if (strcmp(differ, same_rows[i].differ) != 0)
			fail_msg("%s: %s", same_rows[i].shown, differ);
	}
}

/* The same year's twins: the answer must not depend on who comes first. */
static void
equals_in_all_are_told_apart_all_the_same(void **state)
{
	static const struct certificate twins[] = {
	    {.known = true, .sha256 = {1}, .not_before_s = 100},
	    {.known = true, .sha256 = {2}, .not_before_s = 100}};
	struct certificate_peer one[] = {{.certificate = &twins[0], .looked = true},
	    {.certificate = &twins[1], .looked = true}};
	struct certificate_peer two[] = {one[1], one[0]};

	(void)state;
	assert_true(certificates_compare(one, 2, NOW));
	assert_true(certificates_compare(two, 2, NOW));
	assert_true(one[0].differs && !one[1].differs);
	assert_true(!two[0].differs && two[1].differs);
}

static void
a_renewal_takes_no_longer_than_it_may(void **state)
{
	struct certificate_peer peers[4];
	struct finding renewing, differs;
	struct endpoint ends[4];
	struct place p;
	size_t n = peers_make(peers, ends, &p, "aaba");

	(void)state;
	assert_true(certificates_compare(peers, n, NOW));
	certificates_check_same(&peers[2], NOW, DAY * NS_PER_S, &renewing, &differs);
	finding_is(&renewing,
	    "certificate differs from that of edge1 (another key), since 2024-10-04", 0);
	finding_is(&differs, NULL, 0);
	certificates_check_same(&peers[0], NOW, DAY * NS_PER_S, &renewing, &differs);
	assert_false(renewing.holds || differs.holds);
	/* Another one differs now: it is the same renewal, and not over yet. */
	assert_true(certificates_compare(peers, n, NOW + DAY - 1));
	peers[0].certificate = &shown[2];
	assert_true(certificates_compare(peers, n, NOW + DAY - 1));
	certificates_check_same(
	    &peers[0], NOW + DAY - 1, DAY * NS_PER_S, &renewing, &differs);
	finding_is(&renewing,
	    "certificate differs from that of edge2 (the same key), since 2024-10-04", 1);
	assert_true(certificates_compare(peers, n, NOW + DAY));
	certificates_check_same(
	    &peers[0], NOW + DAY, DAY * NS_PER_S, &renewing, &differs);
	finding_is(&renewing, NULL, 2);
	finding_is(&differs,
	    "certificate differs from that of edge2 (the same key), since 2024-10-04", 2);
	/* All the same: what comes later begins anew. */
	for (size_t i = 0; i < n; i++)
		peers[i].certificate = &shown[2];
	assert_true(certificates_compare(peers, n, NOW + 2 * DAY));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(peers[i].since_s, 0);
}

static void
a_clock_that_was_wrong_makes_no_renewal_endless(void **state)
{
	struct certificate_peer peers[4];
	struct endpoint ends[4];
	struct place p;
	size_t n = peers_make(peers, ends, &p, "ab");

	(void)state;
	peers[1].since_s = NOW + 900 * DAY; /* written down when the clock ran ahead */
	assert_true(certificates_compare(peers, n, NOW));
	assert_int_equal(peers[1].since_s, NOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_that_peers_check_are_there),
	    cmocka_unit_test(who_has_more_names_than_are_kept_is_not_accused),
	    cmocka_unit_test(what_is_no_name_is_none),
	    cmocka_unit_test(a_chain_is_judged_by_side_and_verdict),
	    cmocka_unit_test(dates_are_told_before_they_hurt),
	    cmocka_unit_test(days_are_whole_and_go_both_ways),
	    cmocka_unit_test(who_differs_is_who_is_fewer_or_older),
	    cmocka_unit_test(equals_in_all_are_told_apart_all_the_same),
	    cmocka_unit_test(a_renewal_takes_no_longer_than_it_may),
	    cmocka_unit_test(a_clock_that_was_wrong_makes_no_renewal_endless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
