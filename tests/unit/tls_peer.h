/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TLS_PEER_H
#define TLS_PEER_H

/*
 * tls_peer - a TLS server on the loop of the test, with a key of its own: what a probe of
 * kind tls meets.  It says what kind of handshake each connection had.
 */
#include "unit.h"

#include <ev.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#define TLS_PEER_CONNECTIONS 64

enum tls_peer_manner {
	PEER_WELL,
	PEER_BREAKS_RESUMED, /* an alert for who wants to resume */
	PEER_HANGS_RESUMED,  /* silence, for the same */
	PEER_HANGS,          /* silence for all */
};

struct tls_peer {
	struct ev_loop *loop;
	SSL_CTX *ctx;
	int fd;
	uint16_t port;
	ev_io accept_io;
	enum tls_peer_manner manner;
	unsigned accepted, full, resumed, broken, goodbyes;
	struct tls_peer_connection {
		struct tls_peer *peer;
		SSL *ssl;
		ev_io io;
		bool stands;
	} all[TLS_PEER_CONNECTIONS];
};

static int
tls_peer_on_hello(SSL *ssl, int *alert, void *arg)
{
	struct tls_peer *p = arg;
	const unsigned char *ticket;
	size_t n = 0;
	bool resumes =
	    (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_session_ticket, &ticket, &n) &&
		n > 0) ||
	    SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &ticket, &n);

	if (p->manner == PEER_HANGS || (p->manner == PEER_HANGS_RESUMED && resumes))
		return SSL_CLIENT_HELLO_RETRY;
	if (p->manner != PEER_BREAKS_RESUMED || !resumes)
		return SSL_CLIENT_HELLO_SUCCESS;
	p->broken++;
	*alert = SSL_AD_INTERNAL_ERROR;
	return SSL_CLIENT_HELLO_ERROR;
}

static void
tls_peer_end(struct tls_peer_connection *c)
{
	ev_io_stop(c->peer->loop, &c->io);
	close(c->io.fd);
	SSL_free(c->ssl);
	c->ssl = NULL;
}

static void
tls_peer_on_ready(EV_P_ ev_io *w, int revents)
{
	struct tls_peer_connection *c = container_of(w, struct tls_peer_connection, io);
	char octets[256];
	int done, error;

	(void)EV_A;
	(void)revents;
	if (!c->stands) {
		done = SSL_accept(c->ssl);
		error = SSL_get_error(c->ssl, done);
		if (done == 1) {
			c->stands = true;
			*(SSL_session_reused(c->ssl) ? &c->peer->resumed
						     : &c->peer->full) += 1;
		} else if (error == SSL_ERROR_WANT_CLIENT_HELLO_CB) {
			ev_io_stop(c->peer->loop, &c->io); /* silent from now on */
			return;
		} else if (error != SSL_ERROR_WANT_READ) {
			tls_peer_end(c);
			return;
		}
	}
	if (!c->stands)
		return;
	done = SSL_read(c->ssl, octets, sizeof octets);
	error = SSL_get_error(c->ssl, done);
	if (done > 0 || error == SSL_ERROR_WANT_READ)
		return;
	if (error == SSL_ERROR_ZERO_RETURN) {
		c->peer->goodbyes++;
		SSL_shutdown(c->ssl);
	}
	tls_peer_end(c);
}

static void
tls_peer_on_accept(EV_P_ ev_io *w, int revents)
{
	struct tls_peer *p = container_of(w, struct tls_peer, accept_io);
	struct tls_peer_connection *c = p->all;
	int fd = accept4(p->fd, NULL, NULL, SOCK_NONBLOCK);

	(void)revents;
	assert_true(fd >= 0);
	p->accepted++;
	while (c->ssl != NULL)
		assert_true(++c < p->all + TLS_PEER_CONNECTIONS);
	*c = (struct tls_peer_connection){.peer = p, .ssl = SSL_new(p->ctx)};
	SSL_set_fd(c->ssl, fd);
	ev_io_init(&c->io, tls_peer_on_ready, fd, EV_READ);
	ev_io_start(EV_A_ & c->io);
}

static void
tls_peer_identify(SSL_CTX *ctx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *leaf = X509_new();

	ASN1_INTEGER_set(X509_get_serialNumber(leaf), 1);
	X509_gmtime_adj(X509_getm_notBefore(leaf), 0);
	X509_gmtime_adj(X509_getm_notAfter(leaf), 86400);
	X509_set_pubkey(leaf, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(leaf), "CN", MBSTRING_ASC,
	    (const unsigned char *)"peer", -1, -1, 0);
	X509_set_issuer_name(leaf, X509_get_subject_name(leaf));
	assert_true(X509_sign(leaf, key, EVP_sha256()) > 0);
	assert_int_equal(SSL_CTX_use_certificate(ctx, leaf), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
	X509_free(leaf);
	EVP_PKEY_free(key);
}

/* @version: the highest it speaks.  A new one has forgotten all sessions. */
static void
tls_peer_open(struct tls_peer *p, struct ev_loop *loop, int version)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof at;

	*p = (struct tls_peer){.loop = loop};
	p->ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_max_proto_version(p->ctx, version);
	SSL_CTX_set_session_id_context(p->ctx, (const unsigned char *)"peer", 4);
	SSL_CTX_set_client_hello_cb(p->ctx, tls_peer_on_hello, p);
	tls_peer_identify(p->ctx);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(p->fd, (struct sockaddr *)&at, length), 0);
	assert_int_equal(getsockname(p->fd, (struct sockaddr *)&at, &length), 0);
	assert_int_equal(listen(p->fd, 64), 0);
	p->port = ntohs(at.sin_port);
	ev_io_init(&p->accept_io, tls_peer_on_accept, p->fd, EV_READ);
	ev_io_start(loop, &p->accept_io);
}

/* Sessions given out so far are no longer known. */
static void
tls_peer_forget(struct tls_peer *p)
{
	unsigned char keys[80] = {1};

	assert_int_equal(SSL_CTX_set_tlsext_ticket_keys(p->ctx, keys, sizeof keys), 1);
	SSL_CTX_flush_sessions(p->ctx, INT64_MAX);
}

static void
tls_peer_close(struct tls_peer *p)
{
	ev_io_stop(p->loop, &p->accept_io);
	for (size_t i = 0; i < TLS_PEER_CONNECTIONS; i++)
		if (p->all[i].ssl != NULL)
			tls_peer_end(&p->all[i]);
	close(p->fd);
	SSL_CTX_free(p->ctx);
}

#endif
