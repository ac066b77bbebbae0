/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_CERTIFICATE_H
#define EDGE_CERTIFICATE_H

/*
 * certificate - what crosses the process border of a member's certificate, besides the
 * conditions it gives rise to: dates and hashes as words of health.board, and this
 * verdict.
 */
#include <stdint.h>

#include <edge/words.h>

/* Whether its chain leads to an issuer trusted here.  The leaf's own dates are conditions
 * of their own and do not count.  Codes are on the board and in the MIB: append only. */
#define CHAIN_WORDS(X)                                                                   \
	X(CHAIN_UNSEEN, "unseen")                                                        \
	X(CHAIN_TRUSTED, "trusted")                                                      \
	X(CHAIN_NO_ISSUER, "issuer-unknown")                                             \
	X(CHAIN_SELF_SIGNED, "self-signed")                                              \
	X(CHAIN_ENDED, "issuer-expired")                                                 \
	X(CHAIN_PURPOSE, "not-for-servers")                                              \
	X(CHAIN_INVALID, "invalid")
WORDS_DECLARE(chain, CHAINS, CHAIN_WORDS);

/* A handshake of an older version is worth a condition (old-tls). */
#define TLS_1_2 0x0303
/* "TLS 1.2" of 0x0303, as handshakes have it; "-" of anything else. */
const char *tls_word(uint64_t version);

/* "2026-12-02", UTC, of seconds since 1970; "-" when there is none or nobody could write
 * it down.  @buf has CERTIFICATE_DAY_MAX. */
#define CERTIFICATE_DAY_MAX 24
const char *certificate_day(int64_t wall_s, char *buf);
/* Whole days from @now_s until @wall_s, towards the past: 0 is within 24 hours. */
int64_t certificate_days(int64_t wall_s, int64_t now_s);

#endif
