/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_BYPASS_H
#define LB_BYPASS_H

/*
 * bypass - does an endpoint answer past the balancer?  The decision, without boards and
 * clocks.
 *
 * What is begun towards it comes to nothing, and yet it is well.  Both are also seen for
 * a moment where nothing is wrong: answers are on their way, or the member has died and
 * nobody knows yet.  So it is believed when whole probes after that have found it well,
 * and none has failed.
 */
#include <stdbool.h>
#include <stdint.h>

struct bypass {
	uint64_t tries, answers;   /* when there was an answer last */
	uint64_t probes, failures; /* when it was suspected */
	bool suspected, told;
};

struct bypass_seen {
	uint64_t tries, answers;   /* counters */
	uint64_t probes, failures; /* of the prober, about it */
	uint64_t enough;           /* tries without an answer */
	bool up;
};

/* True once, when it is to be told. */
bool bypass_look(struct bypass *b, const struct bypass_seen *now);

/* Packets of an endpoint to clients who never came through the VIP.  A few come of
 * sessions that were forgotten before their last word; many at once do not. */
struct unasked {
	uint64_t n; /* packets by then */
	int64_t since_ns;
	int64_t told_ns; /* 0: never */
	bool looked;
};

/* How many are to be told, of @n in all; mostly 0. */
uint64_t unasked_look(struct unasked *u, uint64_t n, int64_t now_ns);

#endif
