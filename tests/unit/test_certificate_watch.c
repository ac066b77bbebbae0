/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificate_watch - what becomes of facts over time, restarts and reloads: two members
 * that show what the test says, on a board in a directory of its own.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/program.h>

#include "pool_watch.h"

#define DAY INT64_C(86400)
#define NOW (20000 * DAY)

struct lab {
	char dir[64];
	struct model *model;
	struct pulse pulse;
	struct publish publish;
	struct pool_watch *watch;
};

static struct model *
model_make(void)
{
	struct arena *arena = arena_new(1 << 20);
	struct model *m = arena_alloc(arena, sizeof *m);
	struct pool *p = arena_alloc(arena, sizeof *p);
	struct service *s = &p->services[SERVICE_WEBCONF];
	const char *clash;

	m->arena = arena;
	m->n_pools = 1;
	m->pools = p;
	p->model = m;
	p->fqdn = "edge.contoso.net";
	*s = (struct service){.kind = SERVICE_WEBCONF,
	    .enabled = true,
	    .fqdn = "webcon.contoso.com",
	    .port = 443,
	    .probe = PROBE_TLS,
	    .health = {
		.expiry_warning_ns = 30 * DAY * NS_PER_S, .renewal_ns = DAY * NS_PER_S}};
	p->members = arena_array(arena, 2, sizeof *p->members);
	p->n_members = 2;
	for (unsigned i = 0; i < 2; i++) {
		p->members[i] = (struct member){.name = i == 0 ? "edge1" : "edge2",
		    .fqdn = "x",
		    .pool = p,
		    .index = i};
		assert_true(addr_parse(i == 0 ? "192.0.2.1" : "192.0.2.2",
		    &p->members[i].at[ADDRESS_WEBCONF].address.at[FAMILY_V4]));
	}
	assert_int_equal(model_derive(m, &clash), 0);
	assert_int_equal(p->n_endpoints, 2);
	return m;
}

/* As a prober that begins: it has seen nothing, and the board is what it was. */
static void
begin(struct lab *lab, enum probe kind)
{
	struct pool *pool = &lab->model->pools[0];
	struct pool_watch *w = calloc(1, sizeof *w);

	assert_int_equal(publish_open(&lab->publish, lab->dir, lab->model), 0);
	w->pool = pool;
	w->row = board_find(lab->publish.board, pool->id);
	w->pulse = &lab->pulse;
	w->publish = &lab->publish;
	w->n_targets = 2;
	w->targets = calloc(2, sizeof *w->targets);
	for (size_t i = 0; i < 2; i++) {
		w->targets[i].endpoint = &pool->endpoints[i];
		w->targets[i].conf = &pool->endpoints[i].service->health;
		w->targets[i].question.kind = kind;
		w->targets[i].row = board_find(lab->publish.board, pool->endpoints[i].id);
	}
	assert_int_equal(certificate_watch_init(w), 0);
	certificate_watch_attach(w);
	lab->watch = w;
}

static void
end(struct lab *lab)
{
	certificate_watch_fini(lab->watch);
	free(lab->watch->targets);
	free(lab->watch);
	publish_close(&lab->publish);
}

static int
lab_start(void **state)
{
	struct lab *lab = calloc(1, sizeof *lab);

	snprintf(lab->dir, sizeof lab->dir, "/tmp/edge-certificates-XXXXXX");
	assert_non_null(mkdtemp(lab->dir));
	lab->model = model_make();
	lab->pulse.now = NS_PER_S;
	begin(lab, PROBE_TLS);
	*state = lab;
	return 0;
}

static int
lab_end(void **state)
{
	struct lab *lab = *state;
	char path[PROGRAM_PATH_MAX];

	end(lab);
	assert_true(program_path(path, lab->dir, "health", ".board"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(lab->dir), 0);
	model_free(&lab->model);
	free(lab);
	return 0;
}

/* A full handshake with a member at @wall_s: certificate number @which, issued so many
 * days before NOW. */
static void
show(struct lab *lab, size_t member, uint8_t which, int64_t wall_s)
{
	struct certificate *c = &lab->watch->certificates.seen[member].facts;
	struct target *t = &lab->watch->targets[member];

	certificate_fini(c);
	certificate_add_name(c, "webcon.contoso.com", strlen("webcon.contoso.com"));
	c->known = true;
	c->looked_s = wall_s;
	c->not_before_s = NOW - which * DAY;
	c->not_after_s = NOW + 100 * DAY;
	c->sha256[0] = c->key_sha256[0] = which;
	c->chain = CHAIN_TRUSTED;
	t->last =
	    (struct outcome){.ok = true, .reason = REASON_OK, .tls.version = 0x0303};
	certificate_watch_outcome(lab->watch, t);
}

static uint64_t
word(struct lab *lab, size_t member, enum health_field f)
{
	return board_load(lab->publish.board, lab->watch->targets[member].row, f);
}

static uint64_t
conditions(struct lab *lab, size_t member)
{
	return word(lab, member, HEALTH_FIELD_CONDITIONS);
}

#define RENEWING (UINT64_C(1) << CONDITION_CERT_RENEWING)
#define DIFFERS  (UINT64_C(1) << CONDITION_CERT_DIFFERS)

static void
facts_are_words_on_the_board(void **state)
{
	struct lab *lab = *state;

	show(lab, 0, 3, NOW);
	assert_true(word(lab, 0, HEALTH_FIELD_CERT_FROM) == NOW - 3 * DAY);
	assert_true(word(lab, 0, HEALTH_FIELD_CERT_UNTIL) == NOW + 100 * DAY);
	assert_true(word(lab, 0, HEALTH_FIELD_CERT_SEEN) == NOW);
	assert_true(word(lab, 0, HEALTH_FIELD_CERT_SHA256) == UINT64_C(3) << 56);
	assert_true(word(lab, 0, HEALTH_FIELD_CERT_CHAIN) == CHAIN_TRUSTED);
	assert_true(word(lab, 0, HEALTH_FIELD_TLS_VERSION) == 0x0303);
	assert_true(word(lab, 1, HEALTH_FIELD_CERT_SHA256) == 0);
	assert_true(conditions(lab, 0) == 0 && conditions(lab, 1) == 0);
}

static void
dates_come_near_without_a_handshake(void **state)
{
	struct lab *lab = *state;

	show(lab, 0, 3, NOW);
	certificate_watch_beat(lab->watch, NOW + 70 * DAY - 1);
	assert_true(conditions(lab, 0) == 0);
	certificate_watch_beat(lab->watch, NOW + 70 * DAY);
	assert_true(conditions(lab, 0) == condition_bit(CONDITION_CERT_EXPIRING));
	certificate_watch_beat(lab->watch, NOW + 100 * DAY);
	assert_true(conditions(lab, 0) == condition_bit(CONDITION_CERT_EXPIRED));
	certificate_watch_beat(lab->watch, NOW - 4 * DAY); /* the clock was set */
	assert_true(conditions(lab, 0) == condition_bit(CONDITION_CERT_NOT_YET_VALID));
}

static void
old_tls_comes_and_goes_with_the_handshake(void **state)
{
	struct lab *lab = *state;
	struct target *t = &lab->watch->targets[0];

	show(lab, 0, 3, NOW);
	t->last.tls.version = 0x0302;
	certificate_watch_outcome(lab->watch, t);
	assert_true(conditions(lab, 0) == condition_bit(CONDITION_OLD_TLS));
	t->last.tls.version = 0; /* refused: nothing was seen */
	certificate_watch_outcome(lab->watch, t);
	assert_true(conditions(lab, 0) == condition_bit(CONDITION_OLD_TLS));
	t->last.tls.version = 0x0304;
	certificate_watch_outcome(lab->watch, t);
	assert_true(conditions(lab, 0) == 0);
}

static void
a_restart_neither_ends_nor_begins_a_renewal(void **state)
{
	struct lab *lab = *state;

	show(lab, 0, 3, NOW); /* edge1 has the newer one */
	show(lab, 1, 9, NOW);
	certificate_watch_beat(lab->watch, NOW);
	assert_true(conditions(lab, 0) == 0 && conditions(lab, 1) == RENEWING);
	assert_true(word(lab, 1, HEALTH_FIELD_CERT_APART) == NOW);
	end(lab);
	begin(lab, PROBE_TLS);
	assert_true(conditions(lab, 1) == RENEWING);
	/* Only one was seen again: it is not the only one for that. */
	show(lab, 1, 9, NOW + DAY / 2);
	certificate_watch_beat(lab->watch, NOW + DAY / 2);
	assert_true(conditions(lab, 1) == RENEWING);
	show(lab, 0, 3, NOW + DAY / 2);
	certificate_watch_beat(lab->watch, NOW + DAY - 1);
	assert_true(conditions(lab, 0) == 0 && conditions(lab, 1) == RENEWING);
	assert_true(word(lab, 1, HEALTH_FIELD_CERT_APART) == NOW);
	certificate_watch_beat(lab->watch, NOW + DAY);
	assert_true(conditions(lab, 0) == 0 && conditions(lab, 1) == DIFFERS);
	show(lab, 1, 3, NOW + DAY);
	certificate_watch_beat(lab->watch, NOW + DAY);
	assert_true(conditions(lab, 1) == 0);
	assert_true(word(lab, 1, HEALTH_FIELD_CERT_APART) == 0);
}

/* Asked, and it refused. */
static void
refuse(struct lab *lab, size_t member)
{
	struct target *t = &lab->watch->targets[member];

	t->last = (struct outcome){.reason = REASON_CONNECT_REFUSED};
	certificate_watch_outcome(lab->watch, t);
}

static void
a_restart_forgets_nothing_of_who_is_down(void **state)
{
	struct lab *lab = *state;

	show(lab, 0, 3, NOW); /* edge1 has the newer one */
	show(lab, 1, 9, NOW);
	certificate_watch_beat(lab->watch, NOW);
	assert_true(conditions(lab, 1) == RENEWING);
	end(lab);
	begin(lab, PROBE_TLS);
	show(lab, 1, 9, NOW + 1);
	refuse(lab, 0);
	certificate_watch_beat(lab->watch, NOW + 1);
	assert_true(conditions(lab, 0) == 0 && conditions(lab, 1) == RENEWING);
	assert_true(word(lab, 1, HEALTH_FIELD_CERT_APART) == NOW);
	show(lab, 1, 3, NOW + 2); /* by its head it is edge1's */
	certificate_watch_beat(lab->watch, NOW + 2);
	assert_true(conditions(lab, 1) == 0);
	certificate_watch_beat(
	    lab->watch, NOW + 100 * DAY); /* also that of who is down */
	assert_true(conditions(lab, 0) == condition_bit(CONDITION_CERT_EXPIRED));
}

static void
what_a_prober_before_saw_counts_once_asked(void **state)
{
	struct lab *lab = *state;

	show(lab, 0, 9, NOW);
	show(lab, 1, 9, NOW);
	certificate_watch_beat(lab->watch, NOW);
	end(lab);
	begin(lab, PROBE_TLS);
	show(lab, 0, 3, NOW + 100 * DAY); /* all were renewed meanwhile */
	certificate_watch_beat(lab->watch, NOW + 100 * DAY);
	assert_true(conditions(lab, 1) == 0);
	show(lab, 1, 3, NOW + 100 * DAY);
	certificate_watch_beat(lab->watch, NOW + 99 * DAY);
	assert_true((conditions(lab, 0) & (RENEWING | DIFFERS)) == 0);
	assert_true((conditions(lab, 1) & (RENEWING | DIFFERS)) == 0);
}

static void
who_shows_none_holds_nobody_up(void **state)
{
	struct lab *lab = *state;

	show(lab, 0, 3, NOW);
	certificate_watch_beat(lab->watch, NOW);
	assert_true(lab->watch->certificates.fresh);
	refuse(lab, 1);
	certificate_watch_beat(lab->watch, NOW);
	assert_false(lab->watch->certificates.fresh);
	assert_true(conditions(lab, 0) == 0 && conditions(lab, 1) == 0);
}

static void
facts_go_along_with_a_reload_and_are_read_again(void **state)
{
	struct lab *lab = *state;
	struct pool_watch *old = lab->watch;
	struct target *t;

	show(lab, 0, 3, NOW);
	publish_close(&lab->publish);
	begin(lab, PROBE_TLS);
	t = &lab->watch->targets[0];
	assert_false(certificate_watch_facts(lab->watch, t)->known);
	certificate_watch_inherit(t, &old->targets[0]);
	assert_true(certificate_watch_facts(lab->watch, t)->known);
	assert_true(certificate_watch_facts(lab->watch, t)->looked_s == 0);
	assert_false(certificate_watch_facts(old, &old->targets[0])->known);
	/* What is configured now may want other names. */
	lab->model->pools[0].services[SERVICE_WEBCONF].fqdn = "meet.contoso.com";
	certificate_watch_attach(lab->watch);
	assert_true(conditions(lab, 0) & condition_bit(CONDITION_CERT_NAME));
	assert_true(word(lab, 0, HEALTH_FIELD_CERT_SEEN) == NOW);
	certificate_watch_fini(old);
	free(old->targets);
	free(old);
}

static void
who_is_not_asked_for_one_any_more_has_none(void **state)
{
	struct lab *lab = *state;

	show(lab, 0, 3, NOW);
	show(lab, 1, 9, NOW);
	certificate_watch_beat(lab->watch, NOW);
	assert_true(conditions(lab, 1) == RENEWING);
	end(lab);
	begin(lab, PROBE_TCP);
	assert_true(conditions(lab, 1) == 0);
	assert_true(word(lab, 0, HEALTH_FIELD_CERT_UNTIL) == 0);
	assert_true(word(lab, 1, HEALTH_FIELD_CERT_APART) == 0);
}

/* A certificate of our own and its key; it ends on 2036-11-17. */
#define OWN_UNTIL INT64_C(2110562938)
static const char own_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBbjCCAROgAwIBAgIUW383Pn0uLrYJwG4gVXnVYh6Xs9cwCgYIKoZIzj0EAwIw\n"
    "DDEKMAgGA1UEAwwBcDAeFw0yNjExMjAxOTI4NThaFw0zNjExMTcxOTI4NThaMAwx\n"
    "CjAIBgNVBAMMAXAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARQezYvSjQmx1ZU\n"
    "KjH14frNnUKVqkhilcNftDMyWXan+op3B2uUQ98MHEsU55anv8IoL0q1sRmMzYLN\n"
    "4rBou8MOo1MwUTAdBgNVHQ4EFgQUc/9YDZEeuEqjxDKV7UHKcscjBh4wHwYDVR0j\n"
    "BBgwFoAUc/9YDZEeuEqjxDKV7UHKcscjBh4wDwYDVR0TAQH/BAUwAwEB/zAKBggq\n"
    "hkjOPQQDAgNJADBGAiEA/b7CR8dqMR1b1pJV6EcUxnGul+wpQKq+lyGKIVZxIscC\n"
    "IQC/1Yj3vVWDfXzvkRB3L+vs4dWJcIEcxSmH79EOkJXe9A==\n"
    "-----END CERTIFICATE-----\n"
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdvH2wpyELCCYzLam\n"
    "tcrZ1gnOpygsY0TO/4rfkNoYCcihRANCAARQezYvSjQmx1ZUKjH14frNnUKVqkhi\n"
    "lcNftDMyWXan+op3B2uUQ98MHEsU55anv8IoL0q1sRmMzYLN4rBou8MO\n"
    "-----END PRIVATE KEY-----\n";

static void
the_end_of_the_probers_own_is_told(void **state)
{
	struct lab *lab = *state;
	const size_t row = lab->watch->row;
	char path[80], why[256];
	const struct tls_conf conf = {.certificate = path};
	struct tls_context *c;
	FILE *f;

	snprintf(path, sizeof path, "%s/own.pem", lab->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(own_pem, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(tls_context_new(&conf, &c, why, sizeof why), 0);
	assert_int_equal(unlink(path), 0);
	assert_true(tls_context_until(c) == OWN_UNTIL);
	lab->watch->targets[1].question.tls = c;
	certificate_watch_beat(lab->watch, OWN_UNTIL - 31 * DAY);
	assert_true(board_load(lab->publish.board, row, HEALTH_FIELD_CONDITIONS) == 0);
	for (int days = -30; days <= 0; days += 30) { /* soon, and then it has */
		certificate_watch_beat(lab->watch, OWN_UNTIL + days * DAY);
		assert_true(
		    board_load(lab->publish.board, row, HEALTH_FIELD_CONDITIONS) ==
		    condition_bit(CONDITION_PROBER_CERT));
	}
	lab->watch->targets[1].question.kind = PROBE_TCP; /* not shown to anybody now */
	certificate_watch_beat(lab->watch, OWN_UNTIL);
	assert_true(board_load(lab->publish.board, row, HEALTH_FIELD_CONDITIONS) == 0);
	assert_true(conditions(lab, 0) == 0 && conditions(lab, 1) == 0);
	tls_context_free(&c);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, lab_start, lab_end)
	const struct CMUnitTest tests[] = {
	    TEST(facts_are_words_on_the_board),
	    TEST(dates_come_near_without_a_handshake),
	    TEST(old_tls_comes_and_goes_with_the_handshake),
	    TEST(a_restart_neither_ends_nor_begins_a_renewal),
	    TEST(a_restart_forgets_nothing_of_who_is_down),
	    TEST(what_a_prober_before_saw_counts_once_asked),
	    TEST(who_shows_none_holds_nobody_up),
	    TEST(facts_go_along_with_a_reload_and_are_read_again),
	    TEST(the_end_of_the_probers_own_is_told),
	    TEST(who_is_not_asked_for_one_any_more_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
