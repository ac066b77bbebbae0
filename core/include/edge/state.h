/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_STATE_H
#define EDGE_STATE_H

/*
 * state - what a member or endpoint may take, in one word.
 *
 * Two axes: health is what probes say, admin is what the operator says.  edge-health is
 * the only writer.  Everything that must be consistent lives in one 64-bit word, written
 * with one store:
 *
 *    63            32 31    24 23    16 15     8 7   4 3    0
 *   +----------------+--------+--------+--------+-----+------+
 *   | since (s)      | flips  | flags  | reason |admin|health|
 *   +----------------+--------+--------+--------+-----+------+
 *
 * since is CLOCK_BOOTTIME in seconds; flips counts changes modulo 256, so that a poller
 * can see that something happened in between.
 *
 * state_use() is the only implementation of the truth table; balancer, record generator,
 * publisher and page cannot disagree:
 *
 *   admin \ health   unknown            up              down
 *   enabled          new if ASSUMED(1)  new (1)         none (2)
 *   draining         existing           existing        none (2)
 *   disabled         none               none            none
 *
 *   Unknown and not ASSUMED takes existing sessions only.
 *   (1) none when MEMBER_OUT: all access endpoints of the member are down
 *   (2) new (draining: existing) when PANIC: no member is up, all are used; or HELD: the
 *       minimum of members, or the pace of removals, keeps it; existing when the reason is REFUSING: the service
 *       lives, but takes nothing new
 */
#include <stdint.h>

#include <edge/words.h>

/* Codes cross process borders: append only. */
#define HEALTH_WORDS(X)                                                                  \
	X(HEALTH_UNKNOWN, "unknown")                                                     \
	X(HEALTH_UP, "up")                                                               \
	X(HEALTH_DOWN, "down")
WORDS_DECLARE(health, HEALTHS, HEALTH_WORDS);

#define ADMIN_WORDS(X)                                                                   \
	X(ADMIN_ENABLED, "enabled")                                                      \
	X(ADMIN_DRAINING, "draining")                                                    \
	X(ADMIN_DISABLED, "disabled")
WORDS_DECLARE(admin, ADMINS, ADMIN_WORDS);

/* What an endpoint may take now. */
#define USE_WORDS(X)                                                                     \
	X(USE_NONE, "none")                                                              \
	X(USE_EXISTING, "existing")                                                      \
	X(USE_NEW, "new")
WORDS_DECLARE(use, USES, USE_WORDS);

enum reason {
#define REASON(id, code, word, detail, text) REASON_##id = (code),
#include <edge/tbl/reasons.h>
	REASONS
};

enum reason_detail {
	REASON_DETAIL_NONE,
	REASON_DETAIL_ERRNO,
	REASON_DETAIL_SIP,
	REASON_DETAIL_STUN,
	REASON_DETAIL_ALERT,
	REASON_DETAIL_TLS,
	REASON_DETAIL_EXIT,
};

const char *reason_word(enum reason r); /* "tls-timeout"; "?" out of range */
const char *reason_text(enum reason r); /* "the TLS handshake timed out" */
enum reason_detail reason_detail_kind(enum reason r);

enum state_flag {
	STATE_ASSUMED = 1 << 0,    /* unknown counts as up: the pool's "assume" */
	STATE_PANIC = 1 << 1,      /* down, used all the same: no member is up */
	STATE_HELD = 1 << 2,       /* down, used all the same: minimum of members, or the
				      removal before was too soon ago */
	STATE_MEMBER_OUT = 1 << 3, /* the member has left every service */
};

struct state {
	enum health health;
	enum admin admin;
	enum reason reason;
	uint8_t flags; /* enum state_flag */
	uint8_t flips;
	uint32_t since_s; /* CLOCK_BOOTTIME */
};

uint64_t state_pack(const struct state *s);
/* Total: any word unpacks to a valid state; codes out of range become unknown,
 * disabled and none. */
struct state state_unpack(uint64_t word);
enum use state_use(const struct state *s);
/* One word for people: "up", "down", "unknown", "draining", "disabled", "panic",
 * "held", "refusing", "member down". */
const char *state_summary(const struct state *s);

/* The share of its weight, 1..1000 per mille, that an endpoint gets @age_ns after its
 * slow start began: linear over @duration_ns from 10 %.  1000 when none is under way. */
unsigned slow_start_share(int64_t age_ns, int64_t duration_ns);

#endif
