/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_TLS_CERTIFICATE_H
#define EDGE_PROBE_TLS_CERTIFICATE_H

/*
 * tls_certificate - from OpenSSL's certificate to plain facts, and whom we trust.
 *
 * The chain is judged after the handshake, never by it: a handshake that failed for a
 * certificate would take working members out.
 */
#include "certificate.h"

/* OpenSSL's, whose headers stay in tls*.c. */
struct x509_st;
struct stack_st_X509;
struct x509_store_st;

/* The issuers of a PEM file, or with NULL the system's.  0, or -errno with a sentence in
 * @why. */
int tls_trust_new(
    const char *ca_file, struct x509_store_st **ret, char *why, size_t why_size);
void tls_trust_free(struct x509_store_st **ps);

/* Fills @ret (initialised; what it held is released) from what the peer showed.  @chain
 * and @trust may be NULL: the verdict is then CHAIN_UNSEEN.  @wall_s judges dates. */
void tls_certificate_read(struct x509_st *leaf, struct stack_st_X509 *chain,
    struct x509_store_st *trust, int64_t wall_s, struct certificate *ret);

/* Its end alone: seconds since 1970, 0 when nobody can read it. */
int64_t tls_certificate_until(const struct x509_st *leaf);

/* All of it from DER, of nothing but a leaf; false when it is none. */
bool tls_certificate_parse(
    const uint8_t *der, size_t n, int64_t wall_s, struct certificate *ret);

#endif
