/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pick_ring - a Maglev ring (Eisenbud et al., NSDI 2016); both engines pick by it.
 *
 * Each member walks the slots in an order of its own and takes the next free one in
 * turn, as often as its weight says.  When a member leaves, its slots go to all others
 * and almost none of the others' slots move.
 */
#include "pick.h"

#include <assert.h>
#include <string.h>

#include <edge/id.h>

#define RING_FREE UINT8_MAX

_Static_assert(MODEL_MEMBERS_MAX < RING_FREE, "an index must fit a slot");

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
