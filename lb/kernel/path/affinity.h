/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_AFFINITY_H
#define PATH_AFFINITY_H

/* affinity - which member a client had last; written when a flow is made. */
#include "passage.h"

static __always_inline void
affinity_key(struct km_affinity_key *key, const struct passage *v)
{
	const struct km_addr *mask =
	    packet_is_mapped(&v->key.client) ? &v->s->mask_v4 : &v->s->mask_v6;

	key->domain = v->l->domain;
	for (int i = 0; i < 4; i++)
		key->client.word[i] = v->key.client.word[i] & mask->word[i];
}

static __always_inline int
affinity_is_kept(const struct passage *v)
{
	return v->l->domain != 0 && v->s->affinity != 0 &&
	       (v->l->flags & KM_LISTENER_TUPLE) == 0;
}

static __always_inline void
affinity_write(struct passage *v, __u32 member)
{
	struct km_affinity_key key;
	struct km_affinity value = {.member = member, .seen = v->tick};
	struct km_affinity *a;

	affinity_key(&key, v);
	a = bpf_map_lookup_elem(&affinities, &key);
	if (a == NULL) {
		bpf_map_update_elem(&affinities, &key, &value, BPF_ANY);
		return;
	}
	/* In place: an update would take a new entry and free this one. */
	if (a->member != member)
		a->member = member;
	if (a->seen != v->tick)
		a->seen = v->tick;
}

#endif
