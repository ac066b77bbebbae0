/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_PICK_H
#define PATH_PICK_H

/*
 * pick - which endpoint a flow without one goes to.
 *
 * The ring's slot depends on the client alone, so that what was forgotten goes where it
 * went before; an endpoint that may not take it sends the hash on, so that a member that
 * is out moves its own clients and nobody else's.
 */
#include "budget.h"
#include "flow.h"
#include "hash.h"

#define PICK_SALTS 4
#define PICK_FRESH 64 /* part of its time in which an affinity is not written again */

static __always_inline int
pick_may(const struct passage *v, const struct km_endpoint *e)
{
	__u32 most = v->l->sessions_per_member_max;

	return e->listener == v->listener && e->use == KM_USE_NEW &&
	       (most == 0 || e->sessions < most);
}

/* The endpoint of a choice of the listener, if it may take a flow; else 0. */
static __always_inline __u32
pick_choice(const struct passage *v, __u32 choice)
{
	struct km_endpoint *e;
	__u32 row;

	if (choice >= KM_CHOICES || choice >= v->l->n_choices)
		return 0;
	row = v->l->choices[choice];
	e = row == 0 ? NULL : endpoint_row(row);
	return e != NULL && pick_may(v, e) ? row : 0;
}

static __always_inline __u32
pick_by_affinity(struct passage *v, const struct km_affinity_key *key)
{
	struct km_affinity *a = bpf_map_lookup_elem(&affinities, key);
	__u32 member;

	if (a == NULL || clock_past(v->tick, a->seen, v->s->affinity))
		return 0;
	if (!clock_past(v->tick, a->seen, v->s->affinity / PICK_FRESH))
		v->fresh = KM_FRESH;
	member = a->member;
	for (__u32 i = 0; i < KM_CHOICES; i++) {
		__u32 row = pick_choice(v, i);
		struct km_endpoint *e = row == 0 ? NULL : endpoint_row(row);

		if (e != NULL && e->member == member)
			return row;
	}
	return 0;
}

static __always_inline __u64
pick_hash(const struct passage *v, const struct km_affinity_key *key)
{
	__u64 word[2];
	__u64 h;

	if ((v->l->flags & KM_LISTENER_TUPLE) == 0) {
		__builtin_memcpy(word, &key->client, sizeof word);
		return hash_16(v->s->seed, word);
	}
	__builtin_memcpy(word, &v->key.client, sizeof word);
	h = hash_16(v->s->seed, word);
	return hash_mix(h ^ v->key.port);
}

static __always_inline __u32
pick_by_ring(const struct passage *v, __u64 h)
{
	__u32 row = v->l->ring;
	struct km_ring *ring = bpf_map_lookup_elem(&rings, &row);

	if (ring == NULL)
		return 0;
	for (int salt = 0; salt <= PICK_SALTS; salt++) {
		__u64 slot = ((h >> 32) * KM_SLOTS) >> 32;
		__u32 to = slot < KM_SLOTS ? pick_choice(v, ring->slot[slot]) : 0;

		if (to != 0)
			return to;
		h = hash_mix(h + 0x9e3779b97f4a7c15ull);
	}
	return 0;
}

static __always_inline __u32
pick_by_scan(const struct passage *v)
{
	__u32 backup = 0;

	for (__u32 i = 0; i < KM_CHOICES; i++) {
		__u32 row = pick_choice(v, i);
		struct km_endpoint *e = row == 0 ? NULL : endpoint_row(row);

		if (e == NULL)
			continue;
		if (!e->backup)
			return row;
		if (backup == 0)
			backup = row;
	}
	return backup;
}

/* By affinity, ring, or what is left; 0: nobody may take it. */
static __noinline __u32
pick_endpoint(struct passage *v)
{
	struct km_affinity_key key;
	__u32 to = 0;

	affinity_key(&key, v);
	if (affinity_is_kept(v))
		to = pick_by_affinity(v, &key);
	if (to != 0)
		return to;
	v->fresh = 0;
	to = pick_by_ring(v, pick_hash(v, &key));
	return to != 0 ? to : pick_by_scan(v);
}

/* Nobody may take it: because all who could have as many sessions as they may? */
static __noinline __u32
pick_failed(const struct passage *v)
{
	__u32 because = KM_DROP_NO_MEMBER;

	if (v->l->sessions_per_member_max == 0)
		return because;
	for (__u32 i = 0; i < KM_CHOICES && i < v->l->n_choices; i++) {
		struct km_endpoint *e = endpoint_row(v->l->choices[i]);

		if (e != NULL && e->listener == v->listener && e->use == KM_USE_NEW)
			because = KM_DROP_LIMIT;
	}
	return because;
}

static __always_inline int
pick_is_listed(const struct passage *v, __u32 deny)
{
	struct km_list_key key = {
	    .bits = 32 + 128,
	    .list = bpf_htonl(v->listener * 2 + deny),
	    .addr = v->key.client,
	};

	return bpf_map_lookup_elem(&lists, &key) != NULL;
}

static __always_inline int
pick_is_denied(const struct passage *v)
{
	__u32 flags = v->l->flags;

	if ((flags & KM_LISTENER_LISTS) == 0)
		return 0;
	return pick_is_listed(v, 1) ||
	       ((flags & KM_LISTENER_ALLOW) != 0 && !pick_is_listed(v, 0));
}

/* For a SYN or a datagram that begins something: an endpoint, GO_UP or GO_DROP. */
static __noinline int
pick_new(struct passage *v)
{
	__u32 to;
	struct km_endpoint *e;

	if (pick_is_denied(v)) {
		count_drop(v->listener, KM_DROP_DENIED);
		return GO_UP;
	}
	if (v->l->sessions_max != 0 && v->l->sessions >= v->l->sessions_max) {
		count_drop(v->listener, KM_DROP_LIMIT);
		return GO_UP;
	}
	to = pick_endpoint(v);
	e = to == 0 ? NULL : endpoint_row(to);
	if (e == NULL) {
		count_drop(v->listener, pick_failed(v));
		return GO_UP;
	}
	if (!budget_take(e)) {
		count_drop(v->listener, KM_DROP_RATE);
		return GO_DROP;
	}
	count_endpoint(to, KM_COUNT_PICKS);
	return to;
}

#endif
