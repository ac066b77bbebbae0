/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_LANES_H
#define PATH_LANES_H

/*
 * lanes - where a flow lies in flows, and which lane a new one takes: ../bucket.h tells
 * the order of buckets and what their counts mean.
 */
#include "../bucket.h"
#include "passage.h"

static __always_inline struct km_bucket *
flow_bucket(__u32 at)
{
	return bpf_map_lookup_elem(&flows, &at);
}

static __always_inline void
flow_touch(const struct km_bucket *b, __u32 lane)
{
	(void)*(const volatile __u64 *)&b->line[lane & 7].stamp;
}

/* The flow of a client, before anybody knows its listener: memory is asked early, and
 * there when it is needed. */
static __always_inline void
flow_approach(struct passage *v, const struct km_addr *client, __u16 port)
{
	struct km_bucket *b;
	__u32 lane;

	v->hash = km_hash(v->s, client, port);
	v->key.client = *client;
	v->key.port = port;
	lane = km_lane(v->hash);
	b = flow_bucket(km_home(v->hash, v->s));
	if (b != NULL && v->s->deep != 0 && b->spilled != 0) {
		b = flow_bucket(km_second(v->hash, v->s));
		if (b != NULL && b->spilled != 0) {
			flow_touch(b, lane);
			b = flow_bucket(km_third(v->hash, v->s));
		}
	}
	if (b != NULL)
		flow_touch(b, lane);
}

/* Once its listener is known. */
static __always_inline void
flow_name(struct passage *v)
{
	v->key.listener = v->listener;
	v->tag = km_tag(v->hash, v->key.listener);
}

/* The lane of @b where it is, or -1.  Not static: judged once by the verifier, and not
 * for each caller again; such a function returns no pointer. */
__noinline int lanes_find(struct km_bucket *b, struct km_flow_key *key, __u32 tag);

__noinline int
lanes_find(struct km_bucket *b, struct km_flow_key *key, __u32 tag)
{
	struct km_flow *f = b == NULL || key == NULL ? NULL : km_find(b, tag, key);

	return f == NULL ? -1 : (int)(f->number & 7);
}

static __always_inline struct km_flow *
flow_by_marks(struct passage *v, struct km_bucket *b)
{
	int lane = lanes_find(b, &v->key, v->tag);

	return lane < 0 ? NULL : &b->line[lane & 7];
}

/* In its favourite lane, or in another one. */
static __always_inline struct km_flow *
flow_in(struct passage *v, struct km_bucket *b)
{
	struct km_flow *near = &b->line[km_lane(v->hash)];

	return km_is(near, v->tag, &v->key) ? near : flow_by_marks(v, b);
}

static __noinline struct km_flow *
flow_find_back(struct passage *v)
{
	struct km_bucket *b = flow_bucket(km_third(v->hash, v->s));
	struct km_flow *f = b == NULL ? NULL : flow_in(v, b);

	if (f != NULL || b == NULL || b->spilled == 0)
		return f;
	b = flow_bucket(km_fourth(v->hash, v->s));
	return b == NULL ? NULL : flow_in(v, b);
}

static __noinline struct km_flow *
flow_find_far(struct passage *v)
{
	struct km_bucket *b = flow_bucket(km_home(v->hash, v->s));
	struct km_flow *f = b == NULL ? NULL : flow_by_marks(v, b);

	if (f != NULL || b == NULL || b->spilled == 0)
		return f;
	b = flow_bucket(km_second(v->hash, v->s));
	f = b == NULL ? NULL : flow_in(v, b);
	if (f != NULL || b == NULL || b->spilled == 0)
		return f;
	return flow_find_back(v);
}

/* While the front holds them all, mostly in the lane it likes best. */
static __always_inline struct km_flow *
flow_find(struct passage *v)
{
	struct km_bucket *b;
	struct km_flow *near;

	if (v->s->deep != 0)
		return flow_find_far(v);
	b = flow_bucket(km_home(v->hash, v->s));
	if (b == NULL)
		return NULL;
	near = &b->line[km_lane(v->hash)];
	return km_is(near, v->tag, &v->key) ? near : flow_find_far(v);
}

static __always_inline void
flow_passed_by(__u32 at, __s32 n)
{
	struct km_bucket *b = flow_bucket(at);

	if (b != NULL)
		__sync_fetch_and_add(&b->spilled, n);
}

static __noinline void
flow_leave(struct passage *v, __u32 number)
{
	__u32 at = number / 8, third = km_third(v->hash, v->s);
	struct km_bucket *b = flow_bucket(at);

	if (b != NULL)
		km_free(b, number, v->tag);
	if (at >= v->s->middle)
		flow_passed_by(km_home(v->hash, v->s), -1);
	if (at >= v->s->back)
		flow_passed_by(km_second(v->hash, v->s), -1);
	if (at >= v->s->back && at != third)
		flow_passed_by(third, -1);
}

/* A lane of this bucket. */
static __noinline struct km_flow *
flow_claim_in(struct passage *v, __u32 at)
{
	struct km_bucket *b = flow_bucket(at);

	return b == NULL ? NULL : km_claim(b, at, km_lane(v->hash), v->tag);
}

/* A lane of its third bucket, or of its fourth, if that has more room. */
static __noinline struct km_flow *
flow_claim_back(struct passage *v)
{
	__u32 third = km_third(v->hash, v->s), fourth = km_fourth(v->hash, v->s);
	struct km_bucket *a = flow_bucket(third), *b = flow_bucket(fourth);
	struct km_flow *f = NULL;
	__u32 room;

	if (a == NULL || b == NULL)
		return NULL;
	room = km_room(a);
	if (third != fourth && room <= KM_LANES - KM_SPILL_FROM && km_room(b) > room) {
		flow_passed_by(third, 1);
		f = flow_claim_in(v, fourth);
		if (f == NULL)
			flow_passed_by(third, -1);
	}
	return f != NULL ? f : flow_claim_in(v, third);
}

/* A bucket counts who passes it by before he is elsewhere: who sees 0 looks no further.
 */
static __noinline struct km_flow *
flow_claim(struct passage *v)
{
	__u32 home = km_home(v->hash, v->s), second = km_second(v->hash, v->s);
	struct km_flow *f = flow_claim_in(v, home);

	if (f != NULL)
		return f;
	if (v->s->deep == 0)
		v->s->deep = 1;
	flow_passed_by(home, 1);
	f = flow_claim_in(v, second);
	if (f != NULL)
		return f;
	flow_passed_by(second, 1);
	f = flow_claim_back(v);
	if (f == NULL) {
		flow_passed_by(second, -1);
		flow_passed_by(home, -1);
	}
	return f;
}

#endif
