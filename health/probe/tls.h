/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_TLS_H
#define EDGE_PROBE_TLS_H

/*
 * tls - handshakes with what real Edge Servers speak; tls*.c alone know OpenSSL.
 *
 * TLS 1.0 to 1.3, security level 0, SHA-1, servers without secure renegotiation: hosts of
 * 2013 need all of it, and a prober that refuses them takes working members out.
 * Certificates are recorded and never a reason to fail.
 *
 * A context is used by any number of connections.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/model.h>

#include "certificate.h"
#include "outcome.h"
#include "resumption.h"

struct tls_context;
struct tls; /* one connection */

/* What is kept of an endpoint between its connections.  Lives as long as the context it
 * is used with: with another client certificate begins another memory. */
struct tls_memory {
	struct resumption resumption;
	struct ssl_session_st *session; /* OpenSSL's; NULL: nothing to resume */
	struct tls_facts facts;         /* of the last full handshake */
};

void tls_memory_init(struct tls_memory *m, int64_t full_every_ns, uint64_t seed);
void tls_memory_fini(struct tls_memory *m);
/* The next handshake is in full. */
void tls_memory_forget(struct tls_memory *m);

enum tls_result {
	TLS_OK,
	TLS_WANT_READ,  /* come back when readable */
	TLS_WANT_WRITE, /* come back when writable */
	TLS_CLOSED,     /* the peer ended the connection, with or without saying so */
	TLS_ALERT,      /* tls_error() is the alert's number */
	TLS_FAILED,     /* tls_error() is the library's reason */
	TLS_ERRNO,      /* tls_error() is an errno */
};

/* Reads the client certificate and key, if configured.  0, or -errno with a sentence for
 * people in @why. */
int tls_context_new(
    const struct tls_conf *conf, struct tls_context **ret, char *why, size_t size);
void tls_context_free(struct tls_context **pc);
bool tls_context_has_certificate(const struct tls_context *c);
/* When that certificate ends: wall clock; 0: there is none. */
int64_t tls_context_until(const struct tls_context *c);

/* @fd is borrowed, connected and non-blocking.  @name is sent as SNI, or NULL. */
int tls_open(struct tls_context *c, int fd, const char *name, struct tls **ret);
/* Before the handshake: resumes a session of @m if that may be, and keeps there what
 * comes of this one.  @m must outlive the connection. */
void tls_use_memory(struct tls *t, struct tls_memory *m, int64_t now);
/* A session was offered to the peer. */
bool tls_offered(const struct tls *t);
/* The handshake stood at @now: keeps what it showed. */
void tls_remember(struct tls *t, int64_t now);
/* TLS 1.3 sends what can be resumed after the handshake; it has not come yet. */
bool tls_awaits_ticket(const struct tls *t, int64_t now);
/* Says goodbye without waiting for an answer, then frees. */
void tls_close(struct tls **pt);

enum tls_result tls_handshake(struct tls *t);
enum tls_result tls_read(struct tls *t, void *octets, size_t size, size_t *ret_n);
enum tls_result tls_write(struct tls *t, const void *octets, size_t n, size_t *ret_n);
int tls_error(const struct tls *t);

/* Words for people. */
const char *tls_alert_text(uint64_t alert);
const char *tls_reason_text(uint64_t reason); /* of TLS_FAILED */
const char *tls_cipher_text(const struct tls *t); /* of the handshake so far */

/* What is known so far; valid at any time. */
void tls_facts(const struct tls *t, struct tls_facts *ret);
/* Brings @c up to date after a full handshake, as of @wall_s.  A resumed one shows
 * nothing, and the same certificate is read anew only every CERTIFICATE_LOOK_S. */
#define CERTIFICATE_LOOK_S 60
void tls_certificate(const struct tls *t, int64_t wall_s, struct certificate *c);

#endif
