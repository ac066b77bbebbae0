/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow_table - see flow_table.h.  Only one thread of ours, and no packet meanwhile.
 */
#include "flow_table.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

struct table
table_of_flows(const struct object *o)
{
	const struct km_settings *s = o->settings;

	return (struct table){o->flows, s->flow_buckets, true, s};
}

struct table
table_open_half(const struct object *o)
{
	struct table t = {.n = o->settings->half_buckets, .settings = o->settings};

	t.buckets = mmap(NULL, t.n * sizeof *t.buckets, PROT_READ | PROT_WRITE,
	    MAP_SHARED, o->map[KERNEL_MAP_HALF_OPEN], 0);
	assert(t.buckets != MAP_FAILED);
	return t;
}

void
table_close(struct table *t)
{
	if (t->buckets != NULL)
		munmap(t->buckets, t->n * sizeof *t->buckets);
	t->buckets = NULL;
}

static uint64_t
hash_of(const struct table *t, const struct km_flow_key *key)
{
	return km_hash(t->settings, &key->client, key->port);
}

/* The buckets that a flow may be in, in this order; how many. */
static unsigned
buckets_of(const struct table *t, uint64_t hash, uint32_t ret[4])
{
	struct km_settings s = {.flow_buckets = t->n,
	    .half_buckets = t->n,
	    .middle = km_middle_of(t->n),
	    .back = km_back_of(t->n)};

	ret[0] = t->regions ? km_home(hash, &s) : km_half_home(hash, &s);
	ret[1] = km_second(hash, &s);
	ret[2] = km_third(hash, &s);
	ret[3] = km_fourth(hash, &s);
	if (!t->regions)
		return 1;
	return ret[3] == ret[2] ? 3 : 4;
}

struct km_flow *
table_find(const struct table *t, const struct km_flow_key *key)
{
	uint64_t hash = hash_of(t, key);
	uint32_t tag = km_tag(hash, key->listener), at[4];
	unsigned n = buckets_of(t, hash, at);
	struct km_flow *f = NULL;

	for (unsigned i = 0; f == NULL && i < n; i++) {
		f = km_find(&t->buckets[at[i]], tag, key);
		if (t->buckets[at[i]].spilled == 0)
			break;
	}
	return f;
}

bool
table_put(
    const struct table *t, const struct km_flow_key *key, const struct km_flow *flow)
{
	uint64_t hash = hash_of(t, key);
	uint32_t tag = km_tag(hash, key->listener), at[4];
	unsigned n = buckets_of(t, hash, at);
	struct km_flow *f = NULL;

	table_end(t, key);
	for (unsigned i = 0; f == NULL && i < n; i++) {
		f = km_claim(&t->buckets[at[i]], at[i], km_lane(hash), tag);
		for (unsigned j = 0; f != NULL && j < i; j++)
			t->buckets[at[j]].spilled++;
	}
	if (f != NULL)
		km_publish(f, tag, flow->seen, key, flow->word, flow->asked);
	return f != NULL;
}

bool
table_end(const struct table *t, const struct km_flow_key *key)
{
	struct km_flow *f = table_find(t, key);
	uint64_t hash = hash_of(t, key);
	uint32_t number, tag, at[4];

	if (f == NULL)
		return false;
	number = f->number;
	tag = f->tag;
	assert(km_take(f, f->stamp));
	km_free(&t->buckets[number / 8], number, tag);
	buckets_of(t, hash, at);
	for (unsigned i = 0; at[i] != number / 8; i++)
		t->buckets[at[i]].spilled--;
	return true;
}

uint32_t
table_count(const struct table *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->n; i++)
		n += KM_LANES - km_room(&t->buckets[i]);
	return n;
}

void
table_empty(const struct table *t)
{
	memset(t->buckets, 0, t->n * sizeof *t->buckets);
}
