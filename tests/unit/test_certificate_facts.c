/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_certificate - facts and the chain's verdict, from certificates made here, with
 * dates and names that no honest issuer would sign.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tls_certificate.h"

#define DAY INT64_C(86400)
#define NOW (20000 * DAY) /* 2024-10-04 */

struct authority {
	EVP_PKEY *key, *leaf_key;
	X509 *root, *middle; /* of one key */
	X509_STORE *trust;
};

struct order {
	const char *subject;
	const char *names; /* "DNS:a,DNS:b", or NULL */
	const char *usage; /* extendedKeyUsage, or NULL */
	int64_t from, until;
	X509 *issuer;  /* NULL: itself */
	EVP_PKEY *key; /* its own */
	const EVP_MD *md;
	bool authority;
};

static void
extension_add(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static X509 *
issue(const struct authority *a, const struct order *o)
{
	X509_NAME *name = X509_NAME_new();
	X509 *x = X509_new();

	assert_int_equal(X509_set_version(x, 2), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_NAME_add_entry_by_txt(
	    name, "O", MBSTRING_ASC, (const unsigned char *)"Contoso \"Ltd\"", -1, -1, 0);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_ASC, (const unsigned char *)o->subject, -1, -1, 0);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(
	    x, o->issuer == NULL ? name : X509_get_subject_name(o->issuer));
	X509_NAME_free(name);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)o->from);
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)o->until);
	X509_set_pubkey(x, o->key);
	if (o->authority)
		extension_add(x, NID_basic_constraints, "critical,CA:TRUE");
	if (o->names != NULL)
		extension_add(x, NID_subject_alt_name, o->names);
	if (o->usage != NULL)
		extension_add(x, NID_ext_key_usage, o->usage);
	assert_true(X509_sign(x, o->issuer == NULL ? o->key : a->key,
			o->md == NULL ? EVP_sha256() : o->md) > 0);
	return x;
}

/* What a healthy one is made of; tests change one thing. */
static struct order
healthy(const struct authority *a)
{
	return (struct order){.subject = "Sip.Contoso.com",
	    .names = "DNS:SIP.contoso.com,DNS:*.fabrikam.com,IP:192.0.2.1",
	    .usage = "serverAuth",
	    .from = NOW - DAY,
	    .until = NOW + 90 * DAY,
	    .issuer = a->root,
	    .key = a->leaf_key};
}

static int
authority_open(void **state)
{
	struct authority *a = calloc(1, sizeof *a);
	struct order o = {.subject = "Root",
	    .from = NOW - 1000 * DAY,
	    .until = NOW + 1000 * DAY,
	    .authority = true};

	a->key = EVP_EC_gen("P-256");
	a->leaf_key = EVP_EC_gen("P-256");
	o.key = a->key;
	a->root = issue(a, &o);
	o.subject = "Middle";
	o.issuer = a->root;
	o.until = NOW - DAY;
	a->middle = issue(a, &o);
	a->trust = X509_STORE_new();
	assert_int_equal(X509_STORE_add_cert(a->trust, a->root), 1);
	*state = a;
	return 0;
}

static int
authority_close(void **state)
{
	struct authority *a = *state;

	X509_STORE_free(a->trust);
	X509_free(a->root);
	X509_free(a->middle);
	EVP_PKEY_free(a->key);
	EVP_PKEY_free(a->leaf_key);
	free(a);
	return 0;
}

static void
read_it(const struct authority *a, const struct order *o, int64_t wall_s,
    struct certificate *c)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	X509 *leaf = issue(a, o);

	sk_X509_push(chain, a->middle); /* peers send what they have */
	tls_certificate_read(leaf, chain, a->trust, wall_s, c);
	sk_X509_free(chain);
	X509_free(leaf);
}

static void
facts_are_what_was_signed(void **state)
{
	struct authority *a = *state;
	struct order o = healthy(a);
	struct certificate c = {0}, renewed = {0};

	read_it(a, &o, NOW, &c);
	assert_true(c.known && !c.weak && !c.odd && !c.cut);
	assert_int_equal(c.looked_s, NOW);
	assert_int_equal(c.not_before_s, NOW - DAY);
	assert_int_equal(c.not_after_s, NOW + 90 * DAY);
	assert_int_equal(c.chain, CHAIN_TRUSTED);
	assert_string_equal(c.common_name, "sip.contoso.com");
	assert_string_equal(c.subject, "CN=Sip.Contoso.com,O=Contoso \\\"Ltd\\\"");
	assert_string_equal(c.issuer, "CN=Root,O=Contoso \\\"Ltd\\\"");
	assert_int_equal(c.n_names, 2);
	assert_string_equal(certificate_name_first(&c), "sip.contoso.com");
	assert_string_equal(
	    certificate_name_next(&c, certificate_name_first(&c)), "*.fabrikam.com");
	assert_true(certificate_has_wildcard_for(&c, "sip.fabrikam.com"));
	o.until++;
	read_it(a, &o, NOW, &renewed);
	assert_memory_not_equal(c.sha256, renewed.sha256, CERTIFICATE_SHA256);
	assert_memory_equal(c.key_sha256, renewed.key_sha256, CERTIFICATE_SHA256);
	certificate_move(&c, &renewed);
	assert_false(renewed.known);
	assert_int_equal(c.n_names, 2);
	certificate_fini(&c);
}

static void
chain_is(struct authority *a, const struct order *o, int64_t wall_s, enum chain expected)
{
	struct certificate c = {0};

	read_it(a, o, wall_s, &c);
	if (c.chain != expected)
		fail_msg("%s instead of %s", chain_word(c.chain), chain_word(expected));
	certificate_fini(&c);
}

static void
a_chain_has_one_verdict_and_the_leafs_dates_are_none(void **state)
{
	struct authority *a = *state;
	struct order o = healthy(a);

	chain_is(a, &o, NOW, CHAIN_TRUSTED);
	chain_is(
	    a, &o, NOW + 91 * DAY, CHAIN_TRUSTED); /* expired: a condition of its own */
	chain_is(a, &o, NOW - 2 * DAY, CHAIN_TRUSTED);
	chain_is(a, &o, NOW + 1001 * DAY, CHAIN_ENDED); /* the issuer too */
	o.issuer = a->middle;
	chain_is(a, &o, NOW, CHAIN_ENDED);
	chain_is(a, &o, NOW - 2 * DAY, CHAIN_TRUSTED);
	o.issuer = NULL;
	chain_is(a, &o, NOW, CHAIN_SELF_SIGNED);
	o = healthy(a);
	o.usage = "clientAuth";
	chain_is(a, &o, NOW, CHAIN_PURPOSE);
	X509_STORE_free(a->trust);
	a->trust = X509_STORE_new();
	o.usage = "serverAuth";
	chain_is(a, &o, NOW, CHAIN_NO_ISSUER);
}

static void
a_signature_of_somebody_else_is_invalid(void **state)
{
	struct authority *a = *state;
	struct order o = healthy(a);
	EVP_PKEY *key = a->key;

	a->key = a->leaf_key; /* signs in the root's name */
	chain_is(a, &o, NOW, CHAIN_INVALID);
	a->key = key;
}

static void
weakness_is_told(void **state)
{
	struct authority *a = *state;
	struct order o = healthy(a);
	struct certificate c = {0};
	EVP_PKEY *small = EVP_RSA_gen(1024);

	o.md = EVP_sha1();
	read_it(a, &o, NOW, &c);
	assert_true(c.weak);
	o.md = EVP_sha256();
	o.key = small;
	read_it(a, &o, NOW, &c);
	assert_true(c.weak);
	o.key = a->leaf_key;
	read_it(a, &o, NOW, &c);
	assert_false(c.weak);
	certificate_fini(&c);
	EVP_PKEY_free(small);
}

static void
absurd_dates_are_dates(void **state)
{
	struct authority *a = *state;
	struct order o = healthy(a);
	struct certificate c = {0};

	o.from = -100 * 365 * DAY; /* 1870 */
	o.until = INT64_C(253402300799);
	read_it(a, &o, NOW, &c);
	assert_int_equal(c.not_before_s, 1);
	assert_int_equal(c.not_after_s, INT64_C(253402300799));
	certificate_fini(&c);
}

static void
bytes_replace(uint8_t *octets, size_t n, const char *from, const char *to, size_t length)
{
	uint8_t *at = memmem(octets, n, from, length);

	assert_non_null(at);
	memcpy(at, to, length);
}

/* The name in the alternative names, not the subject's: that is written otherwise. */
static void
a_nul_in_a_name_makes_it_none(void **state)
{
	struct authority *a = *state;
	struct order o = healthy(a);
	struct certificate c = {0};
	uint8_t *der = NULL;
	X509 *leaf;
	int n;

	o.names = "DNS:sip.contoso.comX.evil.org,DNS:webcon.contoso.com";
	o.subject = "edge.contoso.netX.evil";
	leaf = issue(a, &o);
	n = i2d_X509(leaf, &der);
	bytes_replace(der, (size_t)n, "sip.contoso.comX", "sip.contoso.com\0", 16);
	bytes_replace(der, (size_t)n, "edge.contoso.netX", "edge.contoso.net\0", 17);
	assert_true(tls_certificate_parse(der, (size_t)n, NOW, &c));
	assert_true(c.odd);
	assert_string_equal(c.common_name, "");
	assert_int_equal(c.n_names, 1);
	assert_string_equal(certificate_name_first(&c), "webcon.contoso.com");
	/* A date that is none. */
	bytes_replace(der, (size_t)n, "241003", "249903", 6);
	assert_true(tls_certificate_parse(der, (size_t)n, NOW, &c));
	assert_int_equal(c.not_before_s, 0);
	assert_true(c.not_after_s > NOW);
	assert_int_equal(c.chain, CHAIN_UNSEEN);
	assert_false(tls_certificate_parse(der, 20, NOW, &c));
	certificate_fini(&c);
	OPENSSL_free(der);
	X509_free(leaf);
}

static void
issuers_come_from_a_file_that_must_have_some(void **state)
{
	char path[] = "/tmp/edge-issuers-XXXXXX", why[256], told[256];
	struct authority *a = *state;
	struct order o = healthy(a);
	X509_STORE *system = NULL;
	FILE *file;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	X509_STORE_free(a->trust);
	a->trust = NULL;
	assert_int_equal(tls_trust_new(path, &a->trust, why, sizeof why), -EINVAL);
	snprintf(told, sizeof told, "issuers %s: no certificates in PEM are in it", path);
	assert_string_equal(why, told);
	assert_int_equal(PEM_write_X509(file, a->root), 1);
	fclose(file);
	assert_int_equal(tls_trust_new(path, &a->trust, why, sizeof why), 0);
	chain_is(a, &o, NOW, CHAIN_TRUSTED);
	unlink(path);
	assert_int_equal(tls_trust_new(path, &system, why, sizeof why), -EINVAL);
	snprintf(told, sizeof told, "issuers %s: No such file or directory", path);
	assert_string_equal(why, told);
	assert_int_equal(tls_trust_new(NULL, &system, why, sizeof why), 0);
	tls_trust_free(&system);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, authority_open, authority_close)
	const struct CMUnitTest tests[] = {
	    TEST(facts_are_what_was_signed),
	    TEST(a_chain_has_one_verdict_and_the_leafs_dates_are_none),
	    TEST(a_signature_of_somebody_else_is_invalid),
	    TEST(weakness_is_told),
	    TEST(absurd_dates_are_dates),
	    TEST(a_nul_in_a_name_makes_it_none),
	    TEST(issuers_come_from_a_file_that_must_have_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
