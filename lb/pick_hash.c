/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pick_hash - the same source meets the same member: a Maglev ring (Eisenbud et al.,
 * NSDI 2016).
 *
 * Each member walks the slots in an order of its own and takes the next free one in
 * turn, as often as its weight says.  When a member leaves, its slots go to all others
 * and almost none of the others' slots move.
 *
 * A slot whose member may not take the session (full, tried, standing back) sends the
 * flow to another slot by a second hash, so that its sessions spread over all others.
 */
#include "pick.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <edge/id.h>

#define RING_FREE   UINT8_MAX
#define HASH_ROUNDS 8

_Static_assert(MODEL_MEMBERS_MAX < RING_FREE, "an index must fit a slot");

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

struct walk {
	uint32_t at, step;
	uint32_t credit;
};

static void
walk_begin(struct walk *w, uint64_t id)
{
	uint64_t key[2] = {id, 1};

	w->at = (uint32_t)(id_hash(&id, sizeof id) % PICK_RING);
	w->step = (uint32_t)(id_hash(key, sizeof key) % (PICK_RING - 1)) + 1;
	w->credit = 0;
}

/* Takes the next free slot of this member's walk. */
static void
walk_take(struct walk *w, uint8_t *ring, uint8_t index)
{
	while (ring[w->at] != RING_FREE)
		w->at = (w->at + w->step) % PICK_RING;
	ring[w->at] = index;
}

bool
pick_ring_build(uint8_t *ring, const uint64_t *ids, const uint32_t *weights, size_t n)
{
	struct walk walks[MODEL_MEMBERS_MAX];
	uint32_t heaviest = 0;
	size_t filled = 0;

	assert(n <= MODEL_MEMBERS_MAX);
	for (size_t i = 0; i < n; i++) {
		walk_begin(&walks[i], ids[i]);
		if (weights[i] > heaviest)
			heaviest = weights[i];
	}
	memset(ring, RING_FREE, PICK_RING);
	if (heaviest == 0)
		return false;
	while (filled < PICK_RING) {
		for (size_t i = 0; i < n && filled < PICK_RING; i++) {
			walks[i].credit += weights[i];
			if (walks[i].credit < heaviest)
				continue;
			walks[i].credit -= heaviest;
			walk_take(&walks[i], ring, (uint8_t)i);
			filled++;
		}
	}
	return true;
}
