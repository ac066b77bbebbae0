/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole probe, from its first octet to its verdict, against a member that says anything
 * at all: every kind, with TLS where the kind has it, in as many pieces as the input
 * likes.
 *
 *   input = how, { length (2 octets, 12 bits count), octets }
 *   how   = kind (low 4 bits) | inside TLS | given up instead of closed | TLS 1.2
 *           | asked twice, the second time with what TLS remembers of the first
 *
 * The network is a socket pair and what nobody can guess is zeros (both by the linker's
 * --wrap), so a corpus can hold answers that match.  A member that closes ends a probe in
 * every phase: nothing here waits for time to pass.
 */
#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <edge/base.h>

#include "probe.h"
#include "reach.h"

#include "fuzz.h"

#define INSIDE_TLS 0x10
#define GIVE_UP    0x20
#define OLD_TLS    0x40
#define TWICE      0x80

#define ENOUGH_TURNS    64
#define FEW_DESCRIPTORS 64

extern __typeof__(reach_open) __wrap_reach_open;
extern __typeof__(probe_random) __wrap_probe_random;

/* The prober and its member. */
struct scene {
	struct pulse pulse;
	struct probe_run probe;
	struct probe_question question;
	struct tls_memory memory;
	unsigned verdicts;
	int fd; /* the member's end */
	bool secure, speaks;
	SSL_CTX *ctx;
	SSL *ssl;
};

static struct scene *
the_scene(void)
{
	static struct scene s = {.fd = -1};

	return &s;
}

int
__wrap_reach_open(
    const struct addr *to, uint16_t port, enum proto proto, const struct addr *source)
{
	struct scene *s = the_scene();
	int type = proto == PROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int pair[2];

	(void)to;
	(void)port;
	(void)source;
	assert(s->fd < 0);
	if (socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	assert(pair[1] < FEW_DESCRIPTORS); /* a probe that leaks some gets there soon */
	s->fd = pair[1];
	return pair[0];
}

void
__wrap_probe_random(void *octets, size_t n)
{
	memset(octets, 0, n);
}

static void
on_done(struct probe_run *p, const struct outcome *o)
{
	struct scene *s = container_of(p, struct scene, probe);

	s->verdicts++;
	assert(!probe_running(p));
	assert(o->reason != REASON_NONE && o->reason < REASONS);
	assert(o->reason != REASON_LOCAL);
	assert(
	    o->ok == (o->reason == REASON_OK || o->reason == REASON_PRIVATE_ALTERNATE));
	assert(o->sip_status == 0 || (o->sip_status >= 200 && o->sip_status <= 699));
}

/* --- the member ------------------------------------------------------------------------
 */

static SSL_CTX *
member_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *leaf = X509_new();

	if (ctx == NULL || key == NULL || leaf == NULL)
		abort();
	X509_gmtime_adj(X509_getm_notBefore(leaf), 0);
	X509_gmtime_adj(X509_getm_notAfter(leaf), 3600);
	if (X509_set_pubkey(leaf, key) != 1 || X509_sign(leaf, key, EVP_sha256()) == 0 ||
	    SSL_CTX_use_certificate(ctx, leaf) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		abort();
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	X509_free(leaf);
	EVP_PKEY_free(key);
	return ctx;
}

static bool
is_datagrams(const struct scene *s)
{
	return probe_kinds[s->question.kind].proto == PROTO_UDP;
}

static void
member_begins(struct scene *s, uint8_t how)
{
	s->secure = (how & INSIDE_TLS) != 0 && !is_datagrams(s);
	s->speaks = !s->secure;
	if (!s->secure)
		return;
	s->ssl = SSL_new(s->ctx);
	if (s->ssl == NULL || SSL_set_fd(s->ssl, s->fd) != 1)
		abort();
	SSL_set_max_proto_version(s->ssl, how & OLD_TLS ? TLS1_2_VERSION : 0);
	SSL_set_accept_state(s->ssl);
}

static void
member_says(struct scene *s, const uint8_t *octets, size_t n)
{
	if (!s->speaks || !probe_running(&s->probe))
		return;
	if (!s->secure)
		(void)send(s->fd, octets, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	else if (n > 0 && SSL_write(s->ssl, octets, (int)n) <= 0)
		s->speaks = false;
	ERR_clear_error();
}

static void
member_ends(struct scene *s)
{
	SSL_free(s->ssl);
	s->ssl = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* --- both ------------------------------------------------------------------------------
 */

static void
turn(struct scene *s)
{
	ev_run(s->pulse.loop, EVRUN_NOWAIT);
	if (s->secure && !s->speaks && probe_running(&s->probe)) {
		s->speaks = SSL_do_handshake(s->ssl) == 1;
		ERR_clear_error();
	}
}

static void
converse(struct scene *s, const uint8_t *octets, size_t n)
{
	for (int i = 0; i < 6; i++) /* connected, and both flights of a handshake */
		turn(s);
	while (n >= 2) {
		size_t length = (size_t)(octets[0] & 0x0f) << 8 | octets[1];

		octets += 2;
		n -= 2;
		length = length < n ? length : n;
		member_says(s, octets, length);
		turn(s);
		octets += length;
		n -= length;
	}
}

static void
scene_init(struct scene *s)
{
	static const struct tls_conf conf = {.sni = true};
	char why[256];

	signal(SIGPIPE, SIG_IGN);
	if (tls_context_new(&conf, &s->question.tls, why, sizeof why) != 0)
		abort();
	s->ctx = member_context();
	pulse_start(&s->pulse, ev_default_loop(0));
	s->question.timeout_ns = s->question.connect_timeout_ns = 3600 * NS_PER_S;
	s->question.hold_ns = 3600 * NS_PER_S;
	s->question.name = s->question.domain = "contoso.com";
	s->question.sip = true;
	s->question.memory = &s->memory;
	s->question.send = "ping";
	s->question.expect = "*po?g";
	s->question.addr.family = AF_INET;
}

static void
play(struct scene *s, uint8_t how, const uint8_t *octets, size_t n)
{
	s->verdicts = 0;
	probe_init(&s->probe, &s->pulse, on_done);
	probe_start(&s->probe, &s->question);
	member_begins(s, how);
	converse(s, octets, n);
	/* Datagrams have no end that could be seen. */
	if ((how & GIVE_UP || is_datagrams(s)) && probe_running(&s->probe)) {
		probe_stop(&s->probe);
		s->verdicts = 1; /* none may follow */
	}
	member_ends(s);
	for (int i = 0; i < ENOUGH_TURNS && probe_running(&s->probe); i++)
		turn(s);
	turn(s);
	assert(s->verdicts == 1 && !probe_running(&s->probe));
	partings_close(&s->pulse.partings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const enum probe kinds[] = {PROBE_TCP, PROBE_TLS, PROBE_SIP, PROBE_MTLS,
	    PROBE_TURN_UDP, PROBE_TURN_TCP, PROBE_XMPP, PROBE_PSOM, PROBE_UDP, PROBE_STUN,
	    PROBE_TURN, PROBE_SIP_REGISTER};
	struct scene *s = the_scene();

	if (n == 0)
		return 0;
	if (s->ctx == NULL)
		scene_init(s);
	s->question.kind = kinds[(octets[0] & 0x0f) % countof(kinds)];
	tls_memory_init(&s->memory, 3600 * NS_PER_S, 0);
	for (int i = 0; i <= (octets[0] & TWICE ? 1 : 0); i++)
		play(s, octets[0], octets + 1, n - 1);
	tls_memory_fini(&s->memory);
	return 0;
}
