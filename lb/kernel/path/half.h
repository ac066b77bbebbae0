/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_HALF_H
#define PATH_HALF_H

/*
 * half - half-open flows: a table of their own, which forgets the oldest, so that what
 * only one side has said takes nothing from what lasts.
 */
#include "lanes.h"

static __always_inline struct km_bucket *
half_bucket(const struct passage *v, __u32 *at)
{
	*at = km_half_home(v->hash, v->s);
	return bpf_map_lookup_elem(&half_open, at);
}

static __noinline struct km_flow *
half_find(struct passage *v)
{
	__u32 at;
	struct km_bucket *b = half_bucket(v, &at);

	return b == NULL ? NULL : flow_in(v, b);
}

#define HALF_TRIES 4

/* Whoever speaks on it in this moment. */
static __noinline void
half_end(struct passage *v, struct km_flow *h)
{
	__u32 at;
	struct km_bucket *b = half_bucket(v, &at);

	for (int i = 0; b != NULL && i < HALF_TRIES; i++) {
		__u64 stamp = *(volatile __u64 *)&h->stamp;

		if (h->tag != v->tag)
			return;
		if (km_take(h, stamp)) {
			km_free(b, h->number, v->tag);
			return;
		}
	}
}

static __always_inline __u32
flow_word(__u16 endpoint, __u8 state, __u8 flags)
{
	union {
		struct {
			__u16 endpoint;
			__u8 state, flags;
		};
		__u32 word;
	} made = {.endpoint = endpoint, .state = state, .flags = flags};

	return made.word;
}

/* Only one of several CPUs makes a flow of @half, whose word @word becomes @made; and
 * none, if its lane has become another's meanwhile. */
static __always_inline int
half_is_taken(const struct passage *v, struct km_flow *half, __u32 word, __u32 made)
{
	return word == made || half->tag != v->tag ||
	       __sync_val_compare_and_swap(&half->word, word, made) != word;
}

/* The lane of the one that was silent for longest.  Of several, whichever: lanes are
 * liked by hash. */
static __noinline struct km_flow *
half_evict(struct passage *v, struct km_bucket *b)
{
	__u32 oldest = km_lane(v->hash), age = 0;
	struct km_flow *h;
	__u64 stamp;
	__u32 tag;

	for (__u32 i = 0; i < KM_LANES; i++) {
		__u32 silent = v->tick - b->line[i].seen;

		if (silent > age && silent <= ~CLOCK_AHEAD) {
			age = silent;
			oldest = i;
		}
	}
	h = &b->line[oldest & 7];
	stamp = *(volatile __u64 *)&h->stamp;
	tag = h->tag;
	if (tag == 0 || !km_take(h, stamp))
		return NULL;
	__sync_fetch_and_xor(
	    &b->marks, (km_mark(tag) ^ km_mark(v->tag)) << 8 * (oldest & 7));
	return h;
}

/* Puts a half-open flow there, instead of what there was of its key; @rest: what is
 * behind the word. */
static __noinline int
half_write(struct passage *v, __u32 endpoint, enum km_state state, const __u32 *rest)
{
	__u32 at, word = flow_word((__u16)endpoint, state, v->fresh);
	struct km_bucket *b = half_bucket(v, &at);
	struct km_flow *h = half_find(v);

	if (b == NULL)
		return 0;
	if (h != NULL) {
		for (int i = 0; i < KM_TRANSACTIONS; i++)
			h->asked[i] = rest[i];
		h->word = word;
		h->seen = v->tick;
		return 0;
	}
	h = km_claim(b, at, km_lane(v->hash), v->tag);
	if (h == NULL)
		h = half_evict(v, b);
	if (h != NULL)
		km_publish(h, v->tag, v->tick, &v->key, word, rest);
	return 0;
}

#endif
