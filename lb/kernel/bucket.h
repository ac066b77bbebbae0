/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef LB_KERNEL_BUCKET_H
#define LB_KERNEL_BUCKET_H

/*
 * bucket - how flows lie in flows and half_open: KM_LANES to a bucket, one cache line
 * each, and a line that says which lanes are taken (marks: an octet of the tag for each).
 *
 *   flows   | front | middle   | back                   |   hash of the client's address
 *               home    second     third, or fourth         and port -> these, and a lane
 *
 * A flow is in its bucket of the front; if that was full, of the middle; if that was, in
 * one of its two of the back.  The buckets that it passed by count it (spilled), so that
 * who looks knows when to stop.  What a lookup costs is mostly pages and lines that no
 * cache has: so few flows are in few pages.  half_open is one region, and forgets the
 * oldest of a bucket.
 *
 * Compiled for the kernel and for us; any processor, path or edge-lb, may be at work in a
 * bucket at any time:
 *
 *   claim    an octet of marks is set by compare and swap: the claimer's alone
 *   publish  key and body are written, then tag and seen by one exchange: from
 *            now on it is found
 *   take     tag and seen become 0 by one compare and swap, which fails if
 *            somebody has spoken since they were read: whoever it succeeds for
 *            is the one who ended it
 *   free     the octet of marks is taken back: from now on it may be claimed
 *
 * Why not the kernel's hash: a lookup there waits for memory three times, one after the
 * other, an insert and a delete take locks and a free list, and a sweep is calls.  Here
 * most lookups touch one line, and a sweep reads memory.
 */
#include <stddef.h>

#include "maps.h"

#define KM_BUCKETS_LEAST 16
#define KM_FRONT_MAX     2048  /* buckets: 1 MB */
#define KM_MIDDLE_MAX    16384 /* 8 MB */
#define KM_SPILL_FROM    4 /* so many in its third bucket: a flow looks at its fourth */

typedef __u64 __attribute__((__may_alias__)) km_pair;
typedef __u32 __attribute__((__may_alias__)) km_single;

/* --- where --- */

/*
 * Keyed, so that nobody can choose what meets: who knew a hundred addresses whose flows
 * share all their buckets could fill those, and have the table called full.  Sums of
 * products, each factor of which has a key of its own (NH of UMAC), differ for any two
 * clients by what only the keys say.  A chain that has one key where it begins does not
 * do: what one word changes in it, the next one can take back, whatever the key.  Twice
 * multiplied, since neighbours are products in a row (the multipliers are those of
 * MurmurHash3's finaliser; Appleby, public domain).
 */
static inline __u64
km_hash(const struct km_settings *s, const struct km_addr *client, __u16 port)
{
	const __u32 *key = s->keys, *word = client->word;
	__u64 h = (__u64)(word[0] + key[0]) * (word[1] + key[1]) +
		  (__u64)(word[2] + key[2]) * (word[3] + key[3]) +
		  (__u64)(port + key[4]) * key[5];

	h = (h ^ h >> 32) * 0xff51afd7ed558ccdull;
	h = (h ^ h >> 29) * 0xc4ceb9fe1a85ec53ull;
	return h ^ h >> 32;
}

/* A part of @n by 32 bits. */
static inline __u32
km_part(__u64 bits, __u32 n)
{
	return (__u32)((bits & 0xffffffff) * n >> 32);
}

/* How many buckets for so many flows.  More lanes than flows, for each flow has but four
 * buckets: seen with a million of them, none found all four full. */
static inline __u32
km_buckets_for(__u32 flows)
{
	__u64 lanes = ((__u64)flows * 8 + 4) / 5;
	__u64 buckets = (lanes + KM_LANES - 1) / KM_LANES;

	return buckets < KM_BUCKETS_LEAST ? KM_BUCKETS_LEAST : (__u32)buckets;
}

/* Where middle and back begin among so many buckets, 16 at least. */
static inline __u32
km_middle_of(__u32 buckets)
{
	return buckets / 16 > KM_FRONT_MAX ? KM_FRONT_MAX : buckets / 16;
}

static inline __u32
km_back_of(__u32 buckets)
{
	__u32 middle = buckets / 4 > KM_MIDDLE_MAX ? KM_MIDDLE_MAX : buckets / 4;

	return km_middle_of(buckets) + middle;
}

static inline __u32
km_half_home(__u64 hash, const struct km_settings *s)
{
	return km_part(hash >> 32, s->half_buckets);
}

static inline __u32
km_home(__u64 hash, const struct km_settings *s)
{
	return km_part(hash >> 32, s->middle);
}

static inline __u32
km_second(__u64 hash, const struct km_settings *s)
{
	return s->middle + km_part(hash >> 32, s->back - s->middle);
}

static inline __u32
km_third(__u64 hash, const struct km_settings *s)
{
	return s->back + km_part(hash >> 32, s->flow_buckets - s->back);
}

static inline __u32
km_fourth(__u64 hash, const struct km_settings *s)
{
	return s->back + km_part(hash, s->flow_buckets - s->back);
}

/* The lane it would like best: found without a look at marks. */
static inline __u32
km_lane(__u64 hash)
{
	return (__u32)(((hash >> 16 & 0xffff) * KM_LANES) >> 16) & 7;
}

/* Not 0. */
static inline __u32
km_tag(__u64 hash, __u16 listener)
{
	return ((__u32)(hash >> 8) ^ listener * 0x9e3779b1u) | 1;
}

static inline __u64
km_mark(__u32 tag)
{
	__u64 mark = tag >> 24;

	return mark == 0 ? 1 : mark;
}

/* --- lanes: octets of a word --- */

#define KM_EACH 0x0001010101010101ull

/* The top bit of each lane's octet that is 0. */
static inline __u64
km_zeroes(__u64 octets)
{
	__u64 low = 0x7f * KM_EACH;

	return ~(((octets & low) + low) | octets | low) & 0x80 * KM_EACH;
}

/* Of the lowest one of km_zeroes(); 7 or less. */
static inline __u32
km_lowest(__u64 zeroes)
{
	return (__u32)((((zeroes & -zeroes) >> 7) * 0x0001020304050607ull) >> 56) & 7;
}

static inline __u32
km_count(__u64 zeroes)
{
	return (__u32)(((zeroes >> 7) * KM_EACH) >> 48) & 7;
}

/* --- one bucket --- */

static inline __u64
km_marks(const struct km_bucket *b)
{
	return *(const volatile __u64 *)&b->marks;
}

static inline __u32
km_room(const struct km_bucket *b)
{
	return km_count(km_zeroes(km_marks(b)));
}

static inline int
km_is(const struct km_flow *f, __u32 tag, const struct km_flow_key *key)
{
	const km_pair *a = (const km_pair *)(const void *)&f->key;
	const km_pair *b = (const km_pair *)(const void *)key;

	return f->tag == tag && a[1] == b[1] && a[0] == b[0] &&
	       ((const km_single *)a)[4] == ((const km_single *)b)[4];
}

static inline struct km_flow *
km_find(struct km_bucket *b, __u32 tag, const struct km_flow_key *key)
{
	__u64 hits = km_zeroes(km_marks(b) ^ km_mark(tag) * KM_EACH);

	for (int i = 0; i < KM_LANES && hits != 0; i++) {
		struct km_flow *f = &b->line[km_lowest(hits)];

		if (km_is(f, tag, key))
			return f;
		hits &= hits - 1;
	}
	return NULL;
}

/* A free lane of @b, bucket number @index of its map; @lane if that is free.  NULL: there
 * is none. */
static inline struct km_flow *
km_claim(struct km_bucket *b, __u32 index, __u32 lane, __u32 tag)
{
	for (int i = 0; i < KM_LANES; i++) {
		__u64 marks = km_marks(b), zeroes = km_zeroes(marks);
		__u32 at = lane & 7;

		if (zeroes == 0)
			return NULL;
		if ((marks >> 8 * at & 0xff) != 0)
			at = km_lowest(zeroes);
		if (__sync_val_compare_and_swap(
			&b->marks, marks, marks | km_mark(tag) << 8 * at) != marks)
			continue;
		b->line[at].number = index * 8 + at;
		return &b->line[at];
	}
	return NULL;
}

/* @word: endpoint, state and flags; @rest: what is behind them in a flow. */
static inline void
km_publish(struct km_flow *f, __u32 tag, __u32 seen, const struct km_flow_key *key,
    __u32 word, const __u32 *rest)
{
	union {
		struct {
			__u32 tag, seen;
		};
		__u64 stamp;
	} now = {.tag = tag, .seen = seen};

	f->key = *key;
	f->word = word;
	for (int i = 0; i < KM_TRANSACTIONS; i++)
		f->asked[i] = rest[i];
	__sync_lock_test_and_set(&f->stamp, now.stamp);
}

/* Whether it was @stamp until now, and is nobody's from now on. */
static inline int
km_take(struct km_flow *f, __u64 stamp)
{
	return __sync_val_compare_and_swap(&f->stamp, stamp, 0) == stamp;
}

/* The lane of a flow that was taken. */
static inline void
km_free(struct km_bucket *b, __u32 number, __u32 tag)
{
	__sync_fetch_and_xor(&b->marks, km_mark(tag) << 8 * (number & 7));
}

#endif
