/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_certificate - reads a certificate that a stranger sent.
 *
 * The verdict on its chain comes from a verification that never stops at an error but
 * collects them: the first is what a person has to repair first.
 */
#include "tls_certificate.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/* A chain of a public issuer has 3; more than this is somebody's idea of a joke. */
#define CHAIN_DEPTH_MAX 8
/* SHA-1 counts as 63, SHA-256 as 128; RSA of 2048 bits as 112. */
#define DIGEST_BITS_MIN 100
#define KEY_BITS_MIN    112

int
tls_trust_new(const char *ca_file, struct x509_store_st **ret, char *why, size_t why_size)
{
	X509_STORE *s = X509_STORE_new();
	unsigned long code;

	if (s == NULL)
		return -ENOMEM;
	ERR_clear_error();
	if (ca_file == NULL) {
		/* Without any, nobody is trusted, and that is a verdict too. */
		(void)X509_STORE_set_default_paths(s);
		ERR_clear_error();
	} else if (X509_STORE_load_file(s, ca_file) != 1) {
		code = ERR_peek_error();
		snprintf(why, why_size, "issuers %s: %s", ca_file,
		    ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code))
					   : "no certificates in PEM are in it");
		ERR_clear_error();
		X509_STORE_free(s);
		return -EINVAL;
	}
	*ret = s;
	return 0;
}

void
tls_trust_free(struct x509_store_st **ps)
{
	X509_STORE_free(*ps);
	*ps = NULL;
}

/* --- the chain ---------------------------------------------------------------------- */

static enum chain
chain_of_error(int error, int depth)
{
	switch (error) {
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED: /* the leaf's dates are told apart from this */
		return depth == 0 ? CHAIN_TRUSTED : CHAIN_ENDED;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return CHAIN_SELF_SIGNED;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_UNTRUSTED:
		return CHAIN_NO_ISSUER;
	case X509_V_ERR_INVALID_PURPOSE:
		return CHAIN_PURPOSE;
	default: /* some seventy more: a broken signature, a broken date, ... */
		return CHAIN_INVALID;
	}
}

static int
on_verify(int good, X509_STORE_CTX *x)
{
	enum chain *verdict = X509_STORE_CTX_get_app_data(x);

	if (!good && *verdict == CHAIN_TRUSTED)
		*verdict = chain_of_error(
		    X509_STORE_CTX_get_error(x), X509_STORE_CTX_get_error_depth(x));
	return 1; /* go on: nothing fails here */
}

static enum chain
chain_judge(X509 *leaf, STACK_OF(X509) * chain, X509_STORE *trust, int64_t wall_s)
{
	X509_STORE_CTX *x = X509_STORE_CTX_new();
	enum chain verdict = CHAIN_TRUSTED;

	if (x == NULL || X509_STORE_CTX_init(x, trust, leaf, chain) != 1) {
		X509_STORE_CTX_free(x);
		return CHAIN_UNSEEN;
	}
	X509_STORE_CTX_set_app_data(x, &verdict);
	X509_STORE_CTX_set_verify_cb(x, on_verify);
	X509_STORE_CTX_set_purpose(x, X509_PURPOSE_SSL_SERVER);
	X509_STORE_CTX_set_time(x, 0, (time_t)wall_s);
	X509_STORE_CTX_set_depth(x, CHAIN_DEPTH_MAX);
	if (X509_verify_cert(x) != 1 && verdict == CHAIN_TRUSTED)
		verdict = CHAIN_INVALID; /* gave up without asking us */
	X509_STORE_CTX_free(x);
	return verdict;
}

/* --- facts -------------------------------------------------------------------------- */

/* Seconds since 1970; 0 when nobody can read it. */
static int64_t
time_read(const ASN1_TIME *t)
{
	/* Against the epoch: ASN1_TIME_to_tm() would need timegm(). */
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int64_t s = 0;
	int days, seconds;

	if (epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, t)) {
		s = (int64_t)days * 86400 + seconds;
		s = s > 0 ? s : 1; /* before 1970: long ago */
	}
	ASN1_TIME_free(epoch);
	return s;
}

int64_t
tls_certificate_until(const struct x509_st *leaf)
{
	return time_read(X509_get0_notAfter(leaf));
}

/* On one line, everything beyond ASCII and every control octet escaped. */
static void
name_print(const X509_NAME *name, char to[CERTIFICATE_TEXT_MAX])
{
	BIO *memory = BIO_new(BIO_s_mem());
	int n = 0;

	if (memory != NULL && X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253) >= 0)
		n = BIO_read(memory, to, CERTIFICATE_TEXT_MAX - 1);
	to[n > 0 ? n : 0] = '\0';
	BIO_free(memory);
}

/* The last one is the most specific, and the one that counts. */
static void
common_name_read(const X509 *leaf, struct certificate *c)
{
	const X509_NAME *subject = X509_get_subject_name(leaf);
	unsigned char *text = NULL;
	int at = -1, last = -1, n;

	while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0)
		last = at;
	if (last < 0)
		return;
	n = ASN1_STRING_to_UTF8(
	    &text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
	if (n < 0 || !certificate_take_name(c->common_name, text, (size_t)n))
		c->odd = true;
	OPENSSL_free(text);
}

static void
names_read(const X509 *leaf, struct certificate *c)
{
	int critical;
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(leaf, NID_subject_alt_name, &critical, NULL);

	if (names == NULL) {
		c->odd = c->odd || critical != -1; /* -1: there is none; else broken */
		return;
	}
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);

		if (g->type == GEN_DNS)
			certificate_add_name(c, ASN1_STRING_get0_data(g->d.dNSName),
			    (size_t)ASN1_STRING_length(g->d.dNSName));
	}
	GENERAL_NAMES_free(names);
}

static bool
is_weak(X509 *leaf)
{
	EVP_PKEY *key = X509_get0_pubkey(leaf);
	int bits;

	if (X509_get_signature_info(leaf, NULL, NULL, &bits, NULL) == 1 &&
	    bits < DIGEST_BITS_MIN)
		return true;
	return key == NULL || EVP_PKEY_get_security_bits(key) < KEY_BITS_MIN;
}

static void
key_digest(const X509 *leaf, uint8_t ret[CERTIFICATE_SHA256])
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);

	if (n > 0)
		(void)EVP_Digest(der, (size_t)n, ret, NULL, EVP_sha256(), NULL);
	OPENSSL_free(der);
}

void
tls_certificate_read(struct x509_st *leaf, struct stack_st_X509 *chain,
    struct x509_store_st *trust, int64_t wall_s, struct certificate *ret)
{
	unsigned n = 0;

	certificate_fini(ret);
	ret->looked_s = wall_s;
	ret->known = X509_digest(leaf, EVP_sha256(), ret->sha256, &n) == 1;
	key_digest(leaf, ret->key_sha256);
	ret->not_before_s = time_read(X509_get0_notBefore(leaf));
	ret->not_after_s = tls_certificate_until(leaf);
	name_print(X509_get_subject_name(leaf), ret->subject);
	name_print(X509_get_issuer_name(leaf), ret->issuer);
	common_name_read(leaf, ret);
	names_read(leaf, ret);
	ret->weak = is_weak(leaf);
	if (trust != NULL)
		ret->chain = chain_judge(leaf, chain, trust, wall_s);
	ERR_clear_error();
}

bool
tls_certificate_parse(
    const uint8_t *der, size_t n, int64_t wall_s, struct certificate *ret)
{
	const unsigned char *at = der;
	X509 *leaf = n > LONG_MAX ? NULL : d2i_X509(NULL, &at, (long)n);

	ERR_clear_error();
	if (leaf == NULL)
		return false;
	tls_certificate_read(leaf, NULL, NULL, wall_s, ret);
	X509_free(leaf);
	return ret->known;
}
