/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_FLOW_H
#define PATH_FLOW_H

/*
 * flow - the table of flows: when one is over, and how one begins and ends.
 *
 * Who deletes an entry takes it off the sessions, edge-lb's sweep likewise: a delete
 * succeeds once.
 */
#include "hash.h"
#include "passage.h"

#define FLOW_ENDING (KM_FIN_IN | KM_FIN_OUT | KM_RST)

/* Both sides have finished, or one has reset it. */
static __always_inline int
flow_has_ended(const struct km_flow *f)
{
	const __u8 both = KM_FIN_IN | KM_FIN_OUT;

	return (f->flags & KM_RST) != 0 || (f->flags & both) == both;
}

/* Nobody spoke for as long as such a flow waits; edge-lb just has not swept it yet. */
static __always_inline int
flow_is_over(const struct km_flow *f, const struct passage *v)
{
	__u32 patience = v->l->idle;

	if (flow_has_ended(f))
		patience = v->s->closing;
	else if (f->flags & FLOW_ENDING)
		patience = v->s->half_close;
	return clock_past(v->tick, f->seen, patience);
}

static __noinline void
flow_end(struct passage *v, __u32 endpoint)
{
	struct km_endpoint *e;

	if (bpf_map_delete_elem(&flows, &v->key) != 0)
		return;
	e = endpoint_row(endpoint);
	if (e != NULL)
		__sync_fetch_and_add(&e->sessions, -1);
	__sync_fetch_and_add(&v->l->sessions, -1);
}

/* @f, if it is this endpoint's and not over. */
static __always_inline struct km_flow *
flow_of(struct passage *v, struct km_flow *f, __u32 endpoint)
{
	if (f == NULL || f->endpoint != endpoint)
		return NULL;
	if (!flow_is_over(f, v))
		return f;
	flow_end(v, endpoint);
	return NULL;
}

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

/* Flows may be ours that nobody remembers. */
static __always_inline int
flow_table_was_full(struct passage *v)
{
	__u32 full = v->s->full_seen;

	if (full == 0)
		return 0;
	if (!clock_past(v->tick, full, v->l->idle))
		return 1;
	v->s->full_seen = 0; /* before ticks come round */
	return 0;
}

static __always_inline void
flow_found_no_room(struct passage *v)
{
	__u32 tick = v->tick == 0 ? 1 : v->tick;

	if (v->s->full_seen != tick)
		v->s->full_seen = tick;
	count_drop(v->listener, KM_DROP_FULL);
}

/* Both sides have answered: what was @half open lasts.  Without room it stays where it
 * is, and is forgotten there. */
static __noinline int
flow_begin(struct passage *v, const struct km_flow *half, __u8 flags)
{
	struct km_flow flow = *half;
	__u32 row = flow.endpoint;
	struct km_endpoint *e = endpoint_row(row);
	long err;

	flow.seen = v->tick;
	flow.state = KM_OPEN;
	flow.flags |= flags;
	err = bpf_map_update_elem(&flows, &v->key, &flow, BPF_NOEXIST);
	if (err == -17 /* EEXIST: another CPU was faster */)
		return 0;
	if (err != 0) {
		flow_found_no_room(v);
		return 0;
	}
	bpf_map_delete_elem(&half_open, &v->key);
	if (e != NULL) {
		__sync_fetch_and_add(&e->sessions, 1);
		if (affinity_is_kept(v))
			affinity_write(v, e->member);
	}
	__sync_fetch_and_add(&v->l->sessions, 1);
	count_endpoint(row, KM_COUNT_PROMOTIONS);
	return 0;
}

/* Puts a half-open flow there, instead of what there was. */
static __always_inline void
half_write(struct passage *v, const struct km_flow *half)
{
	bpf_map_update_elem(&half_open, &v->key, half, BPF_ANY);
}

#endif
