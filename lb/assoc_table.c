/* SPDX-License-Identifier: BSD-2-Clause */
#include "assoc_table.h"

#include <assert.h>
#include <stdlib.h>

#include "assoc.h"
#include "mix.h"

struct assoc_table *
assoc_table_new(size_t maximum, uint64_t secret)
{
	struct assoc_table *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->n_slots = 64;
	while (t->n_slots < maximum)
		t->n_slots *= 2;
	t->secret = secret;
	t->unsettled_max = maximum / 4 + 1;
	t->slots = calloc(t->n_slots, sizeof(struct assoc *));
	if (t->slots == NULL)
		assoc_table_free(&t);
	return t;
}

void
assoc_table_free(struct assoc_table **pt)
{
	struct assoc_table *t = *pt;

	*pt = NULL;
	if (t == NULL)
		return;
	free(t->slots);
	free(t);
}

static struct assoc **
assoc_slot(const struct assoc_table *t, const struct gate *g, const struct addr *source,
    uint16_t port)
{
	uint64_t h = mix(mix_addr(t->secret ^ g->listener->id, source) + port);
	struct assoc **pa = &t->slots[h & (t->n_slots - 1)];

	while (*pa != NULL && ((*pa)->seat.gate != g || (*pa)->seat.source_port != port ||
				  !addr_equal(&(*pa)->seat.source, source)))
		pa = &(*pa)->chain;
	return pa;
}

static struct assoc **
assoc_slot_of(const struct assoc_table *t, const struct assoc *a)
{
	return assoc_slot(t, a->seat.gate, &a->seat.source, a->seat.source_port);
}

struct assoc *
assoc_find(const struct assoc_table *t, const struct gate *g, const struct addr *source,
    uint16_t port)
{
	return *assoc_slot(t, g, source, port);
}

void
assoc_table_add(struct assoc_table *t, struct assoc *a)
{
	struct assoc **pa = assoc_slot_of(t, a);

	assert(*pa == NULL);
	*pa = a;
	if (a->stage != ASSOC_SETTLED)
		t->unsettled++;
}

void
assoc_table_remove(struct assoc_table *t, struct assoc *a)
{
	struct assoc **pa = assoc_slot_of(t, a);

	assert(*pa == a);
	*pa = a->chain;
	if (a->stage != ASSOC_SETTLED)
		t->unsettled--;
}
