/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_TCP_H
#define PATH_TCP_H

/*
 * tcp - what the state of a TCP conversation makes of a packet.
 *
 * Nothing here is believed of one side alone: a flow is made by what only somebody who
 * sees both directions can say, and a reset or an end shortens how long it waits in
 * silence; whoever goes on speaking keeps it.
 */
#include "number.h"
#include "pick.h"

static __always_inline int
tcp_is_syn(const struct packet *p)
{
	return (p->tcp & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

static __always_inline int
tcp_is_plain(const struct packet *p)
{
	return (p->tcp & (TCP_SYN | TCP_FIN | TCP_RST)) == 0;
}

/* A packet of one side (@fin: KM_FIN_IN or KM_FIN_OUT) passes on a flow.  An end whose
 * number is not where this side is was invented. */
static __always_inline void
tcp_note(struct km_flow *f, const struct passage *v, __u8 fin)
{
	__u32 here = fin == KM_FIN_IN ? f->tcp.in : f->tcp.out;
	int ends = number_is_near(v->p.seq, here, NUMBER_ENDS);
	__u8 flags = f->flags;

	if ((v->p.tcp & TCP_RST) == 0) {
		flags &= ~KM_RST;
		number_note(fin == KM_FIN_IN ? &f->tcp.out : &f->tcp.in, &v->p);
	} else if (ends) {
		flags |= KM_RST;
	}
	if ((v->p.tcp & TCP_FIN) == 0 && v->p.octets != 0)
		flags &= ~fin;
	else if ((v->p.tcp & TCP_FIN) && ends)
		flags |= fin;
	f->flags = flags;
	f->seen = v->tick;
}

/* --- forward --- */

/* A session of a socket of this host: the relay's, from before a change of engine. */
static __always_inline int
tcp_is_local(struct __sk_buff *skb, const struct packet *p)
{
	struct bpf_sock_tuple tuple = {};
	__u32 size = p->v6 ? sizeof tuple.ipv6 : sizeof tuple.ipv4;
	struct bpf_sock *sk;
	int local;

	if (p->v6) {
		__builtin_memcpy(tuple.ipv6.saddr, &p->from, sizeof p->from);
		__builtin_memcpy(tuple.ipv6.daddr, &p->to, sizeof p->to);
		tuple.ipv6.sport = p->from_port;
		tuple.ipv6.dport = p->to_port;
	} else {
		tuple.ipv4.saddr = p->from.word[3];
		tuple.ipv4.daddr = p->to.word[3];
		tuple.ipv4.sport = p->from_port;
		tuple.ipv4.dport = p->to_port;
	}
	sk = bpf_skc_lookup_tcp(skb, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	if (sk == NULL)
		return 0;
	local = sk->state != BPF_TCP_LISTEN;
	bpf_sk_release(sk);
	return local;
}

static __noinline int
tcp_middle(struct __sk_buff *skb, struct passage *v)
{
	__u32 to;

	if (v->l->row != KM_ROW_ACTIVE || tcp_is_local(skb, &v->p))
		return GO_UP;
	to = pick_endpoint(v);
	if (to == 0) {
		count_drop(v->listener, KM_DROP_NO_MEMBER);
		return GO_UP;
	}
	count_endpoint(to, KM_COUNT_STATELESS);
	/* What no conversation goes on with leaves nothing behind. */
	if ((v->p.tcp & (TCP_RST | TCP_SYN | TCP_ACK)) == TCP_ACK) {
		const __u32 numbers[KM_TRANSACTIONS] = {0, 0, v->p.seq, v->p.ack};

		half_write(v, to, KM_PICKED, numbers);
	}
	return to;
}

static __noinline int
tcp_write_syn(struct passage *v, __u32 endpoint)
{
	const __u32 numbers[KM_TRANSACTIONS] = {v->p.seq};

	return half_write(v, endpoint, KM_SYN, numbers);
}

static __noinline int
tcp_new(struct passage *v)
{
	int to = pick_new(v);

	if (to > 0)
		tcp_write_syn(v, to);
	return to;
}

static __noinline int
tcp_ended(struct passage *v)
{
	count_drop(v->listener, KM_DROP_ENDED);
	return GO_UP;
}

static __always_inline int
tcp_half_syn(struct passage *v, struct km_flow *h)
{
	struct km_endpoint *e = h == NULL ? NULL : endpoint_row(h->endpoint);

	if (v->l->row != KM_ROW_ACTIVE)
		return GO_UP;
	if (e == NULL || (h->state != KM_SYN && h->state != KM_SYN_ACK) ||
	    h->tcp.client_seq != v->p.seq || e->use < KM_USE_KEEP)
		return tcp_new(v);
	h->seen = v->tick;
	return h->endpoint;
}

/* What was sent by the ring before may have been invented: who speaks now is as likely
 * the client, as long as no member has answered. */
static __always_inline void
tcp_half_picked(struct km_flow *h, const struct passage *v)
{
	if ((v->p.tcp & TCP_ACK) == 0)
		return;
	if (!number_repeats_picked(h, &v->p)) {
		if (h->state == KM_PICKED_SEEN &&
		    !clock_past(v->tick, h->seen, v->l->idle))
			return;
		h->state = KM_PICKED;
	}
	number_note_picked(h, &v->p);
}

/* Between the two looks another CPU may have made a flow of what was half-open. */
static __noinline int
tcp_made_meanwhile(struct passage *v)
{
	struct km_flow *f = flow_find(v);
	struct km_endpoint *e = f == NULL ? NULL : endpoint_row(f->endpoint);

	if (f == NULL || e == NULL || e->listener != v->listener ||
	    e->use < KM_USE_DOWN_KEEP)
		return 0;
	f->seen = v->tick;
	return f->endpoint;
}

/* No flow: half-open, or nothing. */
static __noinline int
tcp_half(struct __sk_buff *skb, struct passage *v)
{
	struct km_flow *h = half_find(v);
	struct km_endpoint *e = h == NULL ? NULL : endpoint_row(h->endpoint);
	__u32 to;

	if (e == NULL || e->listener != v->listener)
		h = NULL;
	if (tcp_is_syn(&v->p))
		return tcp_half_syn(v, h);
	if (h == NULL || e == NULL || h->state == KM_DIRECT) {
		to = tcp_made_meanwhile(v);
		return to != 0 ? (int)to : tcp_middle(skb, v);
	}
	to = h->endpoint;
	if (v->p.tcp & TCP_RST)
		return to;
	if (e->use < KM_USE_DOWN_KEEP)
		return tcp_ended(v);
	if (h->state == KM_PICKED || h->state == KM_PICKED_SEEN)
		tcp_half_picked(h, v);
	h->seen = v->tick;
	if ((h->state == KM_SYN_ACK || h->state == KM_PICKED_SEEN) &&
	    (v->p.tcp & TCP_ACK) && v->p.ack == h->tcp.expect)
		flow_begin(v, h, v->p.tcp & TCP_FIN ? KM_FIN_IN : 0);
	return to;
}

static __noinline int
tcp_forward(struct __sk_buff *skb, struct passage *v, struct km_flow *f)
{
	struct km_endpoint *e = f == NULL ? NULL : endpoint_row(f->endpoint);

	if (f == NULL || e == NULL)
		return tcp_half(skb, v);
	if (e->listener != v->listener || flow_is_over(f, v) ||
	    (tcp_is_syn(&v->p) && flow_has_ended(f))) {
		flow_end(v, f);
		return tcp_half(skb, v);
	}
	/* A client's reset always goes through: the member must learn of it. */
	if (e->use < KM_USE_DOWN_KEEP && (v->p.tcp & TCP_RST) == 0) {
		f->flags |= KM_RST;
		return tcp_ended(v);
	}
	tcp_note(f, v, KM_FIN_IN);
	/* The client has forgotten it; perhaps the member has, too, and answers. */
	if (tcp_is_syn(&v->p))
		tcp_write_syn(v, f->endpoint);
	return f->endpoint;
}

/* --- reverse: 1: it came through the VIP, and is translated --- */

/* The member's own number is noted, for the client to acknowledge. */
static __always_inline int
tcp_answers_syn(struct passage *v, __u32 endpoint)
{
	struct km_flow *h = half_find(v);

	if (h == NULL || h->endpoint != endpoint ||
	    (h->state != KM_SYN && h->state != KM_SYN_ACK) ||
	    v->p.ack != h->tcp.client_seq + 1)
		return 0;
	h->tcp.expect = v->p.seq + 1;
	h->tcp.in = v->p.ack;
	h->tcp.out = v->p.seq + 1;
	h->state = KM_SYN_ACK;
	return 1;
}

/* A conversation past the VIP has begun; what was left of one through it ends.  It is
 * written down only where it might be mistaken for one that nobody remembers.  What comes
 * in elsewhere than from where the member is may be invented, and ends nothing. */
static __always_inline void
tcp_is_direct(struct __sk_buff *skb, struct passage *v, struct km_flow *f, __u32 endpoint)
{
	struct km_endpoint *e = endpoint_row(endpoint);
	const __u32 none[KM_TRANSACTIONS] = {0};
	struct km_flow *h = half_find(v);

	if (e == NULL || (e->ifindex != 0 && e->ifindex != skb->ingress_ifindex))
		return;
	if (f != NULL)
		flow_end(v, f);
	if (h != NULL && h->endpoint == endpoint && h->state != KM_OPEN)
		h->state = KM_DIRECT;
	else if (h == NULL && flow_table_was_full(v))
		half_write(v, endpoint, KM_DIRECT, none);
}

/* What the client must acknowledge of a conversation found in its middle. */
static __always_inline void
tcp_note_picked(struct km_flow *h, const struct packet *p)
{
	__u32 expect = p->seq + p->octets + (p->tcp & TCP_FIN ? 1 : 0);

	if (h->state == KM_PICKED || (__s32)(expect - h->tcp.expect) > 0)
		h->tcp.expect = expect;
	h->state = KM_PICKED_SEEN;
}

/* A reset that answers a SYN of the client's. */
static __always_inline int
tcp_refuses(const struct km_flow *h, const struct passage *v, __u32 endpoint)
{
	if (h == NULL || (v->p.tcp & TCP_RST) == 0 || h->endpoint != endpoint ||
	    h->state != KM_SYN || v->p.ack != h->tcp.client_seq + 1)
		return 0;
	count_endpoint(endpoint, KM_COUNT_REFUSALS);
	return 1;
}

static __noinline int
tcp_reverse_half(struct passage *v, struct km_flow *h, __u32 endpoint)
{
	if (tcp_refuses(h, v, endpoint))
		return 1;
	switch ((enum km_state)h->state) {
	case KM_SYN:
		/* Before the member's SYN-ACK nothing else is an answer to the SYN. */
		if (v->p.ack != h->tcp.client_seq + 1)
			return 0;
		break;
	case KM_SYN_ACK:
	case KM_OPEN:
		break;
	case KM_PICKED:
	case KM_PICKED_SEEN:
		if (!number_answers_picked(h, &v->p))
			return 0;
		break;
	case KM_NONE:
	case KM_DIRECT:
	case KM_ASKED:
		return 0;
	}
	if (v->p.tcp & TCP_RST)
		return 1;
	h->seen = v->tick;
	if (h->state == KM_PICKED || h->state == KM_PICKED_SEEN)
		tcp_note_picked(h, &v->p);
	return 1;
}

/* Where clients speak with members directly, too, what nobody remembers may be that. */
static __always_inline int
tcp_reverse_stateless(struct passage *v, __u32 endpoint)
{
	if ((v->l->flags & KM_LISTENER_DIRECT) || !flow_table_was_full(v) ||
	    pick_endpoint(v) != endpoint)
		return 0;
	count_endpoint(endpoint, KM_COUNT_STATELESS);
	return 1;
}

/* Half-open is where it mostly is; or the client's acknowledgement was lost on its last
 * stretch, and this is once more the one that a flow was made of. */
static __noinline int
tcp_reverse_syn(struct __sk_buff *skb, struct passage *v, __u32 endpoint)
{
	struct km_flow *f;

	if ((v->p.tcp & (TCP_ACK | TCP_RST)) != TCP_ACK)
		return 0;
	if (tcp_answers_syn(v, endpoint))
		return 1;
	f = flow_of(v, flow_find(v), endpoint);
	if (f != NULL && v->p.ack == f->tcp.client_seq + 1 &&
	    v->p.seq + 1 == f->tcp.expect)
		return 1;
	tcp_is_direct(skb, v, f, endpoint);
	return 0;
}

static __noinline int
tcp_reverse(struct passage *v, struct km_flow *f, __u32 endpoint)
{
	struct km_flow *h;

	f = flow_of(v, f, endpoint);
	h = f == NULL || (v->p.tcp & TCP_RST) ? half_find(v) : NULL;
	/* Between the two looks another CPU may have made a flow of it. */
	if (f == NULL && h == NULL)
		f = flow_of(v, flow_find(v), endpoint);
	if (f != NULL) {
		tcp_note(f, v, KM_FIN_OUT);
		if (tcp_refuses(h, v, endpoint))
			f->flags |= KM_RST;
		return 1;
	}
	if (h != NULL && h->endpoint == endpoint)
		return tcp_reverse_half(v, h, endpoint);
	return tcp_reverse_stateless(v, endpoint);
}

#endif
