/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_UDP_H
#define PATH_UDP_H

/*
 * udp - which datagrams of a member answer what came through the VIP.
 *
 * One client port may speak through the VIP and directly with the member at the same
 * time (A/V: after the first 401).  Both look the same to us but for the transaction in
 * octets 4 to 19, so a flow remembers the last ones; one that nobody has answered yet is
 * never forgotten for a newer one, but put aside (asked).  The lowest bit of a hash says
 * that it has been answered: it still counts, since requests and answers may cross twice,
 * but it is the first to give way.
 */
#include "pick.h"

#define UDP_ANSWERED 1u

static __always_inline __u32
udp_transaction(struct __sk_buff *skb, const struct passage *v)
{
	__u64 word[2] = {0, 0};
	__u32 at = v->p.l4 + sizeof(struct udphdr) + 4;
	__u32 octets = v->p.octets;
	__u32 h;

	if (octets >= 20)
		bpf_skb_load_bytes(skb, at, word, sizeof word);
	else if (octets > 4)
		bpf_skb_load_bytes(skb, at, word, ((octets - 5) & 15) + 1);
	h = (__u32)(hash_16(v->s->seed, word) >> 32) & ~UDP_ANSWERED;
	return h == 0 ? 2 : h;
}

static __always_inline int
udp_is(__u32 slot, __u32 transaction)
{
	return (slot & ~UDP_ANSWERED) == transaction;
}

static __always_inline int
udp_gives_way(__u32 slot)
{
	return slot == 0 || (slot & UDP_ANSWERED) != 0;
}

static __noinline int
udp_put_aside(struct passage *v, __u32 transaction)
{
	struct km_asked_key key = {.flow = v->key, .transaction = transaction};
	struct km_asked value = {.seen = v->tick};

	return (int)bpf_map_update_elem(&asked, &key, &value, BPF_ANY);
}

static __always_inline int
udp_was_put_aside(struct passage *v, __u32 transaction)
{
	struct km_asked_key key = {.flow = v->key, .transaction = transaction};
	struct km_asked *a = bpf_map_lookup_elem(&asked, &key);

	return a != NULL && !clock_past(v->tick, a->seen, v->s->unanswered);
}

static __always_inline int
udp_knows(const struct km_flow *f, __u32 transaction)
{
	return udp_is(f->asked[0], transaction) || udp_is(f->asked[1], transaction) ||
	       udp_is(f->asked[2], transaction) || udp_is(f->asked[3], transaction);
}

/* The newest stands first; the oldest that was answered, or nothing, gives way. */
static __always_inline void
udp_remember(struct passage *v, struct km_flow *f, __u32 transaction)
{
	__u32 a = f->asked[0], b = f->asked[1], c = f->asked[2], d = f->asked[3];

	if (udp_gives_way(d)) {
		f->asked[3] = c;
		f->asked[2] = b;
		f->asked[1] = a;
	} else if (udp_gives_way(c)) {
		f->asked[2] = b;
		f->asked[1] = a;
	} else if (udp_gives_way(b)) {
		f->asked[1] = a;
	} else if (!udp_gives_way(a)) {
		udp_put_aside(v, d);
		f->asked[3] = c;
		f->asked[2] = b;
		f->asked[1] = a;
	}
	f->asked[0] = transaction;
}

static __always_inline int
udp_answers(struct passage *v, struct km_flow *f, __u32 transaction)
{
	for (int i = 0; i < KM_TRANSACTIONS; i++) {
		__u32 slot = f->asked[i];

		if (!udp_is(slot, transaction))
			continue;
		/* Another CPU may be shifting them: marked only where it stands. */
		if ((slot & UDP_ANSWERED) == 0)
			__sync_val_compare_and_swap(
			    &f->asked[i], slot, slot | UDP_ANSWERED);
		return 1;
	}
	return udp_was_put_aside(v, transaction);
}

/* A half-open flow that another CPU makes a flow of in this moment may have been copied
 * already: what is new there is put aside, too. */
static __always_inline void
udp_note_asked(struct __sk_buff *skb, struct passage *v, struct km_flow *f, int half)
{
	__u32 transaction =
	    v->l->flags & KM_LISTENER_DIRECT ? udp_transaction(skb, v) : 0;

	if (transaction != 0 && !udp_knows(f, transaction)) {
		if (half)
			udp_put_aside(v, transaction);
		udp_remember(v, f, transaction);
	}
	if (f->seen != v->tick)
		f->seen = v->tick;
}

/* Whether @f, a flow or half-open, may go on with its member; one that is down is
 * exchanged at once, one that is out refuses. */
enum udp_goes_on { UDP_ON, UDP_ANEW, UDP_REFUSED };

static __always_inline enum udp_goes_on
udp_goes_on(const struct passage *v, const struct km_endpoint *e)
{
	if (e == NULL || e->listener != v->listener)
		return UDP_ANEW;
	if (e->use >= KM_USE_KEEP)
		return UDP_ON;
	return e->use == KM_USE_OUT ? UDP_REFUSED : UDP_ANEW;
}

static __noinline int
udp_new(struct __sk_buff *skb, struct passage *v)
{
	__u32 first[KM_TRANSACTIONS] = {0};
	int to;

	if (v->l->row != KM_ROW_ACTIVE)
		return GO_UP;
	to = pick_new(v);
	if (to > 0) {
		first[0] = udp_transaction(skb, v);
		half_write(v, (__u32)to, KM_ASKED, first);
	}
	return to;
}

/* Its member takes nothing any more: the stack tells the client, whose next datagram
 * finds another. */
static __noinline int
udp_refused(struct passage *v)
{
	struct km_flow *h = half_find(v);

	if (h != NULL)
		half_end(v, h);
	count_drop(v->listener, KM_DROP_ENDED);
	return GO_UP;
}

static __noinline int
udp_half(struct __sk_buff *skb, struct passage *v)
{
	struct km_flow *h = half_find(v);
	int half = h != NULL;

	/* Between the two looks another CPU may have made a flow of it. */
	if (h == NULL)
		h = flow_find(v);
	if (h == NULL || clock_past(v->tick, h->seen, v->s->unanswered))
		return udp_new(skb, v);
	switch (udp_goes_on(v, endpoint_row(h->endpoint))) {
	case UDP_ANEW:
		return udp_new(skb, v);
	case UDP_REFUSED:
		return udp_refused(v);
	case UDP_ON:
		break;
	}
	udp_note_asked(skb, v, h, half);
	return h->endpoint;
}

static __noinline int
udp_forward(struct __sk_buff *skb, struct passage *v, struct km_flow *f)
{
	enum udp_goes_on on;

	if (f == NULL)
		return udp_half(skb, v);
	on = udp_goes_on(v, endpoint_row(f->endpoint));
	if (on != UDP_ON || flow_is_over(f, v)) {
		flow_end(v, f);
		return on == UDP_REFUSED ? udp_refused(v) : udp_half(skb, v);
	}
	udp_note_asked(skb, v, f, 0);
	return f->endpoint;
}

/* 1: it answers what came through the VIP, and is translated. */
static __noinline int
udp_reverse(struct __sk_buff *skb, struct passage *v, struct km_flow *f, __u32 endpoint)
{
	__u32 direct = v->l->flags & KM_LISTENER_DIRECT;
	__u32 transaction = direct ? udp_transaction(skb, v) : 0;
	struct km_flow *h;

	f = flow_of(v, f, endpoint);
	if (f != NULL) {
		if (direct && !udp_answers(v, f, transaction))
			return 0;
		if (f->seen != v->tick)
			f->seen = v->tick;
		return 1;
	}
	h = half_find(v);
	if (h == NULL) /* as in udp_half() */
		h = flow_find(v);
	if (h == NULL || h->endpoint != endpoint ||
	    clock_past(v->tick, h->seen, v->s->unanswered))
		return 0;
	if (direct && !udp_answers(v, h, transaction))
		return 0;
	if (h->state == KM_ASKED)
		flow_begin(v, h, 0);
	return 1;
}

#endif
