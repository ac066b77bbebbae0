/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_FLOW_H
#define PATH_FLOW_H

/*
 * flow - when a flow is over, and how one begins and ends.
 *
 * Who takes a flow out takes it off the sessions, edge-lb's sweep likewise: that succeeds
 * once (../bucket.h).
 */
#include "affinity.h"
#include "half.h"

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

/* Unless somebody speaks on it in this moment. */
static __noinline void
flow_end(struct passage *v, struct km_flow *f)
{
	__u64 stamp = *(volatile __u64 *)&f->stamp;
	__u32 endpoint = f->endpoint, number = f->number;
	struct km_endpoint *e;

	if (f->tag != v->tag || !km_take(f, stamp))
		return;
	flow_leave(v, number);
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
	flow_end(v, f);
	return NULL;
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
flow_begin(struct passage *v, struct km_flow *half, __u8 flags)
{
	__u32 row = half->endpoint, word = half->word;
	struct km_endpoint *e = endpoint_row(row);
	__u8 was = half->flags;
	__u32 made = flow_word((__u16)row, KM_OPEN, was);
	struct km_flow *f;

	if (half_is_taken(v, half, word, made))
		return 0;
	f = flow_claim(v);
	if (f == NULL) {
		if (half->tag == v->tag)
			half->word = word;
		flow_found_no_room(v);
		return 0;
	}
	km_publish(f, v->tag, v->tick, &v->key, flow_word((__u16)row, KM_OPEN, flags),
	    half->asked);
	half_end(v, half);
	if (e != NULL) {
		__sync_fetch_and_add(&e->sessions, 1);
		if (affinity_is_kept(v) && (was & KM_FRESH) == 0)
			affinity_write(v, e->member);
	}
	__sync_fetch_and_add(&v->l->sessions, 1);
	count_endpoint(row, KM_COUNT_PROMOTIONS);
	return 0;
}

#endif
