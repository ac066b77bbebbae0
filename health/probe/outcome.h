/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_OUTCOME_H
#define EDGE_PROBE_OUTCOME_H

/*
 * outcome - what one probe saw: a plain value, made by probe kinds, judged by nobody
 * here.
 *
 * ok and reason are apart because two reasons go with a living service: OK itself and
 * PRIVATE_ALTERNATE, a warning.  LOCAL is neither good nor bad: it says nothing about
 * the member and must never be counted against it.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/addr.h>
#include <edge/state.h>
#include <edge/words.h>

/* What a TLS handshake showed; recorded, never a reason to take a member out. */
struct tls_facts {
	int version;          /* 0x0301..0x0304; 0: no TLS */
	bool has_certificate; /* the peer's leaf */
	int64_t not_after_s;  /* wall clock */
	uint8_t sha256[32];   /* of the leaf, DER */
	bool asked_us;        /* ServerHello, certificate and CertificateRequest came */
	/* No certificate was shown: what is here is the last full handshake's. */
	bool resumed;
};

/* What a REGISTER for a domain of the pool says of whom the member passes it on to. */
#define NEXT_HOP_WORDS(X)                                                                \
	X(NEXT_HOP_UNASKED, "unasked")                                                   \
	X(NEXT_HOP_ALIVE, "alive")     /* it asked for credentials, or did the work */   \
	X(NEXT_HOP_DEAD, "dead")       /* 504 with ms-diagnostics, or 503 */             \
	X(NEXT_HOP_SILENT, "silent")   /* no answer within the probe's time */           \
	X(NEXT_HOP_UNCLEAR, "unclear") /* anything else: says nothing either way */
WORDS_DECLARE(next_hop, NEXT_HOPS, NEXT_HOP_WORDS);

#define OUTCOME_SAID_MAX 80

struct outcome {
	bool ok;
	enum reason reason;
	uint64_t detail;    /* as the reason's detail column says */
	int64_t started;    /* CLOCK_MONOTONIC */
	int64_t latency_ns; /* from the start to the verdict, after which it may go on */
	int64_t connect_ns; /* until connected; 0 when never, or UDP */
	int64_t tls_ns;     /* of the handshake; 0 when none finished */
	int sip_status;     /* of the final response; 0: none */
	unsigned server_major; /* of "Server: RTC/x"; 0: not seen */
	enum next_hop next_hop;
	int register_status;         /* of the response to a REGISTER; 0: none */
	unsigned diagnostics;        /* number in ms-diagnostics; 0: none */
	char said[OUTCOME_SAID_MAX]; /* its reason, fit to be shown */
	struct addr alternate;       /* Alternate-Server, absent when there was none */
	uint16_t alternate_port;
	struct addr mapped; /* who we are to a STUN server, absent when it did not say */
	uint16_t mapped_port;
	struct tls_facts tls;
};

#endif
