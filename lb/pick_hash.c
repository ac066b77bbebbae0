/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pick_hash - the same source meets the same member: by a ring (pick_ring.c).
 *
 * A slot whose member may not take the session (full, tried, standing back) sends the
 * flow to another slot by a second hash, so that its sessions spread over all others.
 */
#include "pick.h"

#include <edge/id.h>

#define HASH_ROUNDS 8

static int
hash_choose(struct pick_state *st, const struct pick_entry *e, size_t n, uint64_t flow,
    const uint8_t *ring)
{
	(void)st;
	if (ring == NULL)
		return PICK_NONE;
	for (unsigned round = 0; round < HASH_ROUNDS; round++) {
		uint64_t key[2] = {flow, round};
		size_t i =
		    ring[(round == 0 ? flow : id_hash(key, sizeof key)) % PICK_RING];

		if (i < n && e[i].may)
			return (int)i;
	}
	for (size_t k = 0; k < n; k++) {
		size_t i = (flow + k) % n;

		if (e[i].may)
			return (int)i;
	}
	return PICK_NONE;
}

const struct picker pick_hash = {"source-hash", true, hash_choose};
