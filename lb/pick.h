/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_PICK_H
#define LB_PICK_H

/*
 * pick - which member takes a new session.
 *
 * A picker sees numbers only: weights, shares of a slow start, sessions.  Who may be
 * picked at all (states, limits, members tried before, backups) is decided before it is
 * asked.
 *
 *   least sessions   fewest sessions per weight; equal ones in turn
 *   round robin      in turn, by weight, evenly interleaved
 *   source hash      the same source meets the same member while the members stay
 *
 * Slow start: a member at share s of its ramp gets s times its fair part of the new
 * sessions, whatever the algorithm.  Least sessions would otherwise give an empty member
 * everything.
 *
 * Pure; a pick_state belongs to one listener on one worker.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/model.h>

#define PICK_NONE (-1)

struct pick_entry {
	uint32_t weight; /* 1..256 */
	uint16_t share;  /* per mille of the weight; 1000 but in a slow start */
	bool may;        /* may be picked now */
	bool backup;     /* only when no other may */
	uint32_t sessions;
};

struct pick_state {
	uint32_t turn;                        /* where equal ones are looked at first */
	int64_t credit[MODEL_MEMBERS_MAX];    /* round robin's account */
	int64_t allowance[MODEL_MEMBERS_MAX]; /* slow start's account, 16.16 */
};

/* The prime is large enough that no member of 20 differs by more than 1 % from its part.
 */
#define PICK_RING 65537

struct picker {
	const char *word;
	bool stands_back; /* slow start is settled before choose(), by who may */
	int (*choose)(struct pick_state *st, const struct pick_entry *e, size_t n,
	    uint64_t flow, const uint8_t *ring);
};

extern const struct picker pick_least, pick_round, pick_hash;
extern const struct picker *const pickers[ALGORITHMS];

/* The index of the member that takes the session, or PICK_NONE.  Clears @may of members
 * that stand back for better ones, so @e is the caller's scratch.  @flow hashes the
 * source; @ring may be NULL unless the algorithm is source hash. */
int pick(enum algorithm algorithm, struct pick_state *st, struct pick_entry *e, size_t n,
    uint64_t flow, const uint8_t *ring);

/* Fills a ring of PICK_RING slots with the indices of those with a weight above 0.
 * False when there are none: the ring is then empty. */
bool
pick_ring_build(uint8_t *ring, const uint64_t *ids, const uint32_t *weights, size_t n);

#endif
