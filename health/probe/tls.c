/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls - with tls_certificate the only file that includes OpenSSL.
 *
 * The system's openssl.cnf is not read: a hardened host's versions, groups and signature
 * algorithms would make working members look dead, and strictness is the business of who
 * sends data, not of who asks whether a member lives.
 *
 * Programs that use this ignore SIGPIPE.
 */
#include "tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tls_certificate.h"

/* Everything a server might still choose, anonymous and empty ciphers excepted. */
#define CIPHERS "ALL:!aNULL:!eNULL:@SECLEVEL=0"
/* Of a Diffie-Hellman group of the peer's own making.  One handshake of openssl s_client
 * took 0.06 s of CPU with 4096 bits, 0.3 s with 8192 and 0.9 s with 10000. */
#define DH_BITS_MAX 4096

struct tls_context {
	SSL_CTX *ssl;
	X509_STORE *trust; /* apart from ssl's: handshakes judge nothing */
	bool certificate, sni;
	int64_t until_s; /* our certificate's end */
};

enum { SAW_HELLO = 1, SAW_CERTIFICATE = 2, SAW_REQUEST = 4, SAW_ALL = 7 };

struct tls {
	SSL *ssl;
	X509_STORE *trust; /* the context's */
	unsigned saw;      /* of the peer's first flight */
	int alert;         /* the fatal alert received, or -1 */
	int error;
	bool broken;               /* no goodbye after a failure: OpenSSL forbids it */
	struct tls_memory *memory; /* NULL: nothing is kept */
	SSL_SESSION *tried;        /* offered to the peer; only compared */
};

/* A key behind a passphrase must fail, not ask the terminal. */
static int
no_passphrase(char *buf, int size, int writing, void *owner)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)owner;
	return -1;
}

/* Notes which handshake messages came.  In TLS 1.3 they are decrypted by then. */
static void
on_message(
    int sent, int version, int content, const void *octets, size_t n, SSL *ssl, void *arg)
{
	struct tls *t = arg;
	const unsigned char *message = octets;

	(void)version;
	(void)ssl;
	if (sent || n == 0)
		return;
	if (content == SSL3_RT_ALERT && n == 2 && message[0] == SSL3_AL_FATAL)
		t->alert = message[1];
	if (content != SSL3_RT_HANDSHAKE)
		return;
	if (message[0] == SSL3_MT_SERVER_HELLO)
		t->saw |= SAW_HELLO;
	else if (message[0] == SSL3_MT_CERTIFICATE)
		t->saw |= SAW_CERTIFICATE;
	else if (message[0] == SSL3_MT_CERTIFICATE_REQUEST)
		t->saw |= SAW_REQUEST;
}

/* The session can be resumed: with TLS 1.2 at the end of the handshake, with 1.3 later
 * and each time a ticket comes. */
static int
on_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls *t = SSL_get_app_data(ssl);

	if (t == NULL || t->memory == NULL)
		return 0;
	SSL_SESSION_free(t->memory->session);
	t->memory->session = session;
	resumption_given(&t->memory->resumption);
	return 1; /* kept */
}

static const char *
library_text(void)
{
	/* The first error is the cause, the later ones say where it mattered. */
	unsigned long code = ERR_peek_error();
	const char *text = ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code))
						  : ERR_reason_error_string(code);

	return text == NULL ? "unknown error" : text;
}

static int
version_number(const char *word)
{
	static const struct {
		const char *word;
		int number;
	} versions[] = {{"1.0", TLS1_VERSION}, {"1.1", TLS1_1_VERSION},
	    {"1.2", TLS1_2_VERSION}, {"1.3", TLS1_3_VERSION}};

	for (size_t i = 0; word != NULL && i < sizeof versions / sizeof versions[0]; i++)
		if (strcmp(word, versions[i].word) == 0)
			return versions[i].number;
	return TLS1_VERSION;
}

static int
load_certificate(SSL_CTX *ssl, const struct tls_conf *conf, char *why, size_t size)
{
	const char *key = conf->key == NULL ? conf->certificate : conf->key;

	if (SSL_CTX_use_certificate_chain_file(ssl, conf->certificate) != 1) {
		snprintf(why, size, "client certificate %s: %s", conf->certificate,
		    library_text());
		return -EINVAL;
	}
	if (SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) != 1) {
		snprintf(why, size,
		    "client key %s: %s (a PEM key without a passphrase is needed)", key,
		    library_text());
		return -EINVAL;
	}
	return 0;
}

/* Nothing is too weak for a look.  But a peer may choose a group so large that one
 * handshake costs this thread a second, and all other members wait. */
static int
is_acceptable(const SSL *ssl, const SSL_CTX *ctx, int operation, int bits, int nid,
    void *other, void *nothing)
{
	(void)ssl;
	(void)ctx;
	(void)bits;
	(void)nid;
	(void)nothing;
	return operation != SSL_SECOP_TMP_DH || EVP_PKEY_get_bits(other) <= DH_BITS_MAX;
}

int
tls_context_new(
    const struct tls_conf *conf, struct tls_context **ret, char *why, size_t size)
{
	struct tls_context *c = calloc(1, sizeof *c);
	int err = -ENOMEM;

	snprintf(why, size, "out of memory");
	if (c == NULL)
		return err;
	/* Has an effect the first time only, before the library is used for anything. */
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	ERR_clear_error();
	c->sni = conf->sni;
	c->ssl = SSL_CTX_new(TLS_client_method());
	if (c->ssl == NULL)
		goto fail;
	SSL_CTX_set_security_level(c->ssl, 0);
	SSL_CTX_set_security_callback(c->ssl, is_acceptable);
	SSL_CTX_set_min_proto_version(c->ssl, version_number(conf->min_version));
	SSL_CTX_set_max_proto_version(c->ssl, 0);
	SSL_CTX_set_options(c->ssl, SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_verify(c->ssl, SSL_VERIFY_NONE, NULL);
	/* Endpoints keep their own: a session never goes to another one. */
	SSL_CTX_set_session_cache_mode(
	    c->ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(c->ssl, on_session);
	SSL_CTX_set_default_passwd_cb(c->ssl, no_passphrase);
	SSL_CTX_set_mode(c->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE);
	SSL_CTX_set_read_ahead(c->ssl, 1); /* else two reads for each record */
	err = -EINVAL;
	snprintf(why, size, "no usable TLS ciphers");
	if (SSL_CTX_set_cipher_list(c->ssl, CIPHERS) != 1)
		goto fail;
	err = tls_trust_new(conf->ca, &c->trust, why, size);
	if (err != 0)
		goto fail;
	if (conf->certificate != NULL) {
		err = load_certificate(c->ssl, conf, why, size);
		if (err != 0)
			goto fail;
		c->certificate = true;
		c->until_s = tls_certificate_until(SSL_CTX_get0_certificate(c->ssl));
	}
	*ret = c;
	return 0;
fail:
	tls_context_free(&c);
	return err;
}

void
tls_context_free(struct tls_context **pc)
{
	if (*pc == NULL)
		return;
	SSL_CTX_free((*pc)->ssl);
	tls_trust_free(&(*pc)->trust);
	free(*pc);
	*pc = NULL;
}

bool
tls_context_has_certificate(const struct tls_context *c)
{
	return c->certificate;
}

int64_t
tls_context_until(const struct tls_context *c)
{
	return c->until_s;
}

/* OpenSSL's macro casts const away: it gets a copy, of which it keeps another. */
static bool
name_server(SSL *ssl, const char *name)
{
	char host[256];
	int n = snprintf(host, sizeof host, "%s", name);

	return n > 0 && (size_t)n < sizeof host &&
	       SSL_set_tlsext_host_name(ssl, host) == 1;
}

int
tls_open(struct tls_context *c, int fd, const char *name, struct tls **ret)
{
	struct tls *t = calloc(1, sizeof *t);

	if (t == NULL)
		return -ENOMEM;
	t->alert = -1;
	t->trust = c->trust;
	t->ssl = SSL_new(c->ssl);
	if (t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1 ||
	    (c->sni && name != NULL && !name_server(t->ssl, name))) {
		tls_close(&t);
		return -ENOMEM;
	}
	SSL_set_msg_callback(t->ssl, on_message);
	SSL_set_msg_callback_arg(t->ssl, t);
	SSL_set_connect_state(t->ssl);
	*ret = t;
	return 0;
}

void
tls_memory_init(struct tls_memory *m, int64_t full_every_ns, uint64_t seed)
{
	*m = (struct tls_memory){0};
	resumption_init(&m->resumption, full_every_ns, seed);
}

void
tls_memory_fini(struct tls_memory *m)
{
	tls_memory_forget(m);
}

void
tls_memory_forget(struct tls_memory *m)
{
	SSL_SESSION_free(m->session);
	m->session = NULL;
}

/* The library spoils a TLS 1.3 session that it has used: it gets a copy.  With an older
 * one nothing later is offered, for which keys would be made at each handshake; the next
 * one in full tries everything again. */
static bool
offer(SSL *ssl, SSL_SESSION *session)
{
	int version = SSL_SESSION_get_protocol_version(session);
	SSL_SESSION *copy;
	bool offered;

	if (version < TLS1_3_VERSION)
		return SSL_set_max_proto_version(ssl, version) == 1 &&
		       SSL_set_session(ssl, session) == 1;
	copy = SSL_SESSION_dup(session);
	offered = copy != NULL && SSL_set_session(ssl, copy) == 1;
	SSL_SESSION_free(copy);
	return offered;
}

void
tls_use_memory(struct tls *t, struct tls_memory *m, int64_t now)
{
	t->memory = m;
	SSL_set_app_data(t->ssl, t);
	if (!resumption_allowed(&m->resumption, now))
		tls_memory_forget(m);
	if (m->session != NULL && offer(t->ssl, m->session))
		t->tried = m->session;
	ERR_clear_error();
}

bool
tls_offered(const struct tls *t)
{
	return t->tried != NULL;
}

void
tls_remember(struct tls *t, int64_t now)
{
	if (t->memory == NULL || SSL_session_reused(t->ssl))
		return;
	if (t->tried != NULL && t->tried == t->memory->session)
		tls_memory_forget(t->memory); /* refused */
	resumption_full(&t->memory->resumption, now);
	tls_facts(t, &t->memory->facts);
}

bool
tls_awaits_ticket(const struct tls *t, int64_t now)
{
	return t->memory != NULL && t->memory->session == NULL &&
	       resumption_allowed(&t->memory->resumption, now) &&
	       SSL_version(t->ssl) >= TLS1_3_VERSION;
}

void
tls_close(struct tls **pt)
{
	if (*pt == NULL)
		return;
	if ((*pt)->ssl != NULL && !(*pt)->broken && SSL_is_init_finished((*pt)->ssl))
		SSL_shutdown((*pt)->ssl);
	ERR_clear_error();
	SSL_free((*pt)->ssl);
	free(*pt);
	*pt = NULL;
}

/* What a call of the library that did not succeed means. */
static enum tls_result
tls_judge(struct tls *t, int result, int error)
{
	unsigned long code = ERR_peek_error();

	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	}
	t->broken = true;
	if (t->alert >= 0) {
		t->error = t->alert;
		return TLS_ALERT;
	}
	if (code == 0) {
		t->error = error;
		return error == 0 || error == ECONNRESET || error == EPIPE ? TLS_CLOSED
									   : TLS_ERRNO;
	}
	t->error = ERR_GET_REASON(code);
	return t->error == SSL_R_UNEXPECTED_EOF_WHILE_READING ? TLS_CLOSED : TLS_FAILED;
}

enum tls_result
tls_handshake(struct tls *t)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_do_handshake(t->ssl);
	return result == 1 ? TLS_OK : tls_judge(t, result, errno);
}

enum tls_result
tls_read(struct tls *t, void *octets, size_t size, size_t *ret_n)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_read_ex(t->ssl, octets, size, ret_n);
	return result == 1 ? TLS_OK : tls_judge(t, result, errno);
}

enum tls_result
tls_write(struct tls *t, const void *octets, size_t n, size_t *ret_n)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_write_ex(t->ssl, octets, n, ret_n);
	return result == 1 ? TLS_OK : tls_judge(t, result, errno);
}

int
tls_error(const struct tls *t)
{
	return t->error;
}

const char *
tls_alert_text(uint64_t alert)
{
	return SSL_alert_desc_string_long((int)(alert & 0xff));
}

const char *
tls_reason_text(uint64_t reason)
{
	const char *text;

	/* Words are loaded with the library, which a mere reader may not have used yet.
	 */
	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
	text =
	    ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, reason & ERR_REASON_MASK));
	return text == NULL ? "unknown error" : text;
}

const char *
tls_cipher_text(const struct tls *t)
{
	return SSL_get_cipher_name(t->ssl);
}

void
tls_facts(const struct tls *t, struct tls_facts *ret)
{
	X509 *leaf = SSL_get0_peer_certificate(t->ssl);
	unsigned n = 0;

	*ret = (struct tls_facts){
	    .version = t->saw & SAW_HELLO ? SSL_version(t->ssl) : 0,
	    .asked_us = (t->saw & SAW_ALL) == SAW_ALL,
	};
	if (t->memory != NULL && SSL_session_reused(t->ssl)) {
		*ret = t->memory->facts;
		ret->resumed = true;
		return;
	}
	if (leaf == NULL)
		return;
	ret->has_certificate = X509_digest(leaf, EVP_sha256(), ret->sha256, &n) == 1;
	ret->not_after_s = tls_certificate_until(leaf);
	ERR_clear_error();
}

void
tls_certificate(const struct tls *t, int64_t wall_s, struct certificate *c)
{
	X509 *leaf = SSL_get0_peer_certificate(t->ssl);
	uint8_t sha256[CERTIFICATE_SHA256];
	unsigned n = 0;

	if (leaf == NULL || (t->saw & SAW_CERTIFICATE) == 0)
		return;
	if (X509_digest(leaf, EVP_sha256(), sha256, &n) != 1)
		return;
	if (c->known && memcmp(sha256, c->sha256, sizeof sha256) == 0 &&
	    wall_s >= c->looked_s && wall_s - c->looked_s < CERTIFICATE_LOOK_S)
		return;
	tls_certificate_read(leaf, SSL_get_peer_cert_chain(t->ssl), t->trust, wall_s, c);
}
