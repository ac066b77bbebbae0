/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_JUDGE_H
#define EDGE_TESTS_JUDGE_H

/*
 * judge - what must hold of any packet whatever, and of the maps around it.
 *
 * - The verdict is one of three.  What is passed up is untouched, or an IPv4 packet that
 *   the stack has to cut, translated (a reply of that kind comes in again).
 * - What is sent is translated or an answer.  Translated: only addresses, ports, life and
 *   checksums have changed, to values of this pool, and every checksum is as right or as
 *   wrong as before.  An answer: all its checksums are right, and it quotes what came.
 * - What is neither to a VIP nor from a member, nor an error about a member's packet, is
 *   passed up untouched.
 * - A flow begins only where both sides have answered, one at a time; affinity not
 * before.
 * - Counters do not shrink; sessions are as many as flows.
 *
 * Reads packets by its own rules, not by the program's.  What does not hold ends the
 * process, after the packet has been shown.
 */
#include "world.h"

/* The maps before a packet. */
struct before {
	unsigned flows;
	bool affinity; /* of the packet's client */
	uint64_t counted, dropped;
	struct km_flow half; /* of the packet's flow; state KM_NONE: there is none */
	bool known;          /* it has a flow */
};

void judge_before(struct world *w, const struct packet *in, struct before *b);
void judge(struct world *w, const struct before *b, const struct packet *in,
    const struct packet *out, int verdict);

#endif
