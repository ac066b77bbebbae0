/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLS contexts of the simulated member.
 *
 * Security level 0 and TLS 1.0 are on: so are the hosts this imitates.  Without
 * --resume every handshake shows the certificate.
 */
#include "identity.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>

/* What make-certs has made: files of these names, for the outer and the inner side.  Where
 * the key has no name of its own it is that of the healthy one. */
struct shown {
	const char *outer, *inner, *key;
};

static const struct shown well = {"external", "pool", NULL};
static const struct shown shown_when[SICKNESS_COUNT] = {
    [SICKNESS_WRONG_CERT] = {"wrong", "wrong", "wrong"},
    [SICKNESS_EXPIRED_CERT] = {"expired", "expired", "expired"},
    [SICKNESS_ENDING_CERT] = {"ending", "ending-pool", NULL},
    [SICKNESS_EARLY_CERT] = {"early", "early-pool", NULL},
    [SICKNESS_OTHER_CERT] = {"other", "other-pool", "other"},
    [SICKNESS_RENEWED_CERT] = {"renewed", "renewed-pool", NULL},
    [SICKNESS_LACKING_CERT] = {"lacking", "lacking-pool", NULL},
    [SICKNESS_WILDCARD_CERT] = {"wildcard", "wildcard-pool", NULL},
    [SICKNESS_SELF_SIGNED_CERT] = {"self-signed", "self-signed-pool", NULL},
    [SICKNESS_WEAK_CERT] = {"weak", "weak-pool", "weak"},
};

static const char *
certificate_stem(enum kind k, enum sickness s)
{
	const struct shown *now = shown_when[s].outer == NULL ? &well : &shown_when[s];

	return kind_certificate(k) == CERTIFICATE_INTERNAL ? now->inner : now->outer;
}

static int
load(SSL_CTX *ctx, const char *certs, enum kind k, enum sickness s)
{
	const char *key = shown_when[s].key;
	char path[4096];

	snprintf(path, sizeof path, "%s/%s.pem", certs, certificate_stem(k, s));
	if (SSL_CTX_use_certificate_chain_file(ctx, path) != 1)
		return -EINVAL;
	snprintf(path, sizeof path, "%s/%s.key", certs,
	    key == NULL ? certificate_stem(k, SICKNESS_WELL) : key);
	if (SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM) != 1)
		return -EINVAL;
	return 0;
}

static int
ask_client(SSL_CTX *ctx, const struct identity *id, enum kind k)
{
	char path[4096];
	int mode = SSL_VERIFY_PEER;

	snprintf(path, sizeof path, "%s/ca.pem", id->certs);
	if (SSL_CTX_load_verify_locations(ctx, path, NULL) != 1)
		return -EINVAL;
	SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(path));
	if (!id->strangers_welcome[k])
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(ctx, mode, NULL);
	return 0;
}

int
identity_context(const struct identity *id, enum kind k, enum sickness s, SSL_CTX **ret,
    char *why, size_t why_len)
{
	SSL_CTX *ctx;
	int max = s == SICKNESS_TLS10 ? TLS1_VERSION : id->tls_max;

	if (kind_certificate(k) == CERTIFICATE_NONE) {
		*ret = NULL;
		return 0;
	}
	ERR_clear_error();
	ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL)
		goto fail;
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF |
				     (id->resumes ? 0 : SSL_OP_NO_TICKET));
	/* Who asks for certificates resumes only what bears this. */
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"edge-sim", 8);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				  SSL_MODE_RELEASE_BUFFERS);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, max) != 1 ||
	    load(ctx, id->certs, k, s) != 0 ||
	    (kind_is_mutual(k) && ask_client(ctx, id, k) != 0))
		goto fail;
	*ret = ctx;
	return 0;
fail:
	snprintf(why, why_len, "certificate %s/%s.pem: %s", id->certs,
	    certificate_stem(k, s), ERR_reason_error_string(ERR_peek_last_error()));
	SSL_CTX_free(ctx);
	return -EINVAL;
}
