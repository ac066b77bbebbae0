/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_ICMP_H
#define PATH_ICMP_H

/*
 * icmp - errors about packets that we translated, both ways.
 *
 * Whom an error concerns is what it quotes, wherever it comes from: routers send them,
 * too. Everything else of ICMP is passed up: the stack answers an echo to a VIP, and
 * forwards those to members.
 *
 * A datagram quoted without its transaction proves nothing (a Windows member quotes 8
 * octets of UDP): with A/V, where one client port may speak through the VIP and past it,
 * such an error keeps the member's address, as a reply without proof does.
 */
#include "bare.h"
#include "number.h"
#include "quote.h"
#include "udp.h"

/* The kernel's own headers of these need more than the target bpf has. */
#define ICMP_UNREACHABLE      3
#define ICMP_PORT_UNREACHABLE 3
#define ICMP_TIME_EXCEEDED    11
#define ICMP_PARAMETER        12

#define ICMPV6_UNREACHABLE      1
#define ICMPV6_PORT_UNREACHABLE 4
#define ICMPV6_PARAMETER        4

static __always_inline int
icmp_is_error(const struct icmp_error *e, int v6)
{
	if (v6)
		return e->type >= ICMPV6_UNREACHABLE && e->type <= ICMPV6_PARAMETER;
	return e->type == ICMP_UNREACHABLE || e->type == ICMP_TIME_EXCEEDED ||
	       e->type == ICMP_PARAMETER;
}

static __always_inline int
icmp_is_port_unreachable(const struct icmp_error *e, int v6)
{
	if (v6)
		return e->type == ICMPV6_UNREACHABLE &&
		       e->code == ICMPV6_PORT_UNREACHABLE;
	return e->type == ICMP_UNREACHABLE && e->code == ICMP_PORT_UNREACHABLE;
}

static __always_inline int
icmp_same(const struct km_addr *a, const struct km_addr *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] &&
	       a->word[2] == b->word[2] && a->word[3] == b->word[3];
}

/* An error that quotes TCP or UDP: 0. */
static __always_inline int
icmp_read(struct __sk_buff *skb, const struct packet *p, struct icmp_error *e)
{
	__u8 head[2];

	if (p->first || p->behind < ICMP_HEADER ||
	    bpf_skb_load_bytes(skb, p->l4, head, sizeof head) != 0)
		return -1;
	e->type = head[0];
	e->code = head[1];
	if (!icmp_is_error(e, p->v6))
		return -1;
	return quote_read(skb, p->v6, p->l4 + ICMP_HEADER, p->l4 + p->behind, &e->quote);
}

/* The flow or half-open one of @v->key. */
static __always_inline struct km_flow *
icmp_flow(struct passage *v)
{
	struct km_flow *f = flow_find(v);

	if (f == NULL)
		f = half_find(v);
	return f == NULL || f->state == KM_DIRECT ? NULL : f;
}

/* The flow that a quoted packet between this client and listener belongs to. */
static __noinline int
icmp_key(struct passage *v, const struct km_addr *client, __be16 port)
{
	v->l = v->listener == 0 ? NULL : listener_row(v->listener);
	if (v->l == NULL || v->l->row == KM_ROW_FREE)
		return 0;
	flow_approach(v, client, port);
	flow_name(v);
	return 1;
}

/* What it shall quote, and how it goes, is written to @s; 1: it concerns a flow of ours.
 */

/* To a VIP, about what a member has sent through it. */
static __noinline int
icmp_forward(struct passage *v, struct scratch *s)
{
	const struct quote *q = &s->error.quote;
	struct bare *b = &s->bare;
	struct km_endpoint *e;
	struct km_flow *f;

	if (!icmp_same(&v->p.to, &q->from))
		return 0;
	v->listener = place_row(&vips, &q->from, q->ports.from, q->proto);
	if (!icmp_key(v, &q->to, q->ports.to))
		return 0;
	f = icmp_flow(v);
	if (f == NULL)
		return 0;
	b->endpoint = f->endpoint;
	e = endpoint_row(f->endpoint);
	if (e == NULL || e->listener != v->listener || b->endpoint == 0)
		return 0;
	b->from = v->p.from;
	b->to = e->addr;
	s->error.addr = e->addr;
	s->error.port = e->port;
	return 1;
}

/* Whether a quoted segment bears the numbers of what is half-open, which may have been
 * invented beside a direct conversation.  A flow leaves no room for one. */
static __always_inline int
icmp_quotes_half(struct __sk_buff *skb, const struct quote *q, const struct km_flow *f)
{
	__be32 seq;

	if (f->state != KM_SYN && f->state != KM_PICKED && f->state != KM_PICKED_SEEN)
		return 1;
	if (bpf_skb_load_bytes(skb, q->l4 + 4, &seq, sizeof seq) != 0)
		return 0;
	if (f->state == KM_SYN)
		return bpf_ntohl(seq) == f->tcp.client_seq;
	return number_is_near(bpf_ntohl(seq), f->tcp.in, NUMBER_KNOW);
}

/* Whether the quoted packet came in through the VIP. */
static __always_inline int
icmp_quotes_ours(
    struct __sk_buff *skb, struct passage *v, const struct quote *q, struct km_flow *f)
{
	__be16 length;
	__u32 carried, here;

	if (q->proto != IPPROTO_UDP)
		return icmp_quotes_half(skb, q, f);
	if ((v->l->flags & KM_LISTENER_DIRECT) == 0)
		return 1;
	if (bpf_skb_load_bytes(skb, q->l4 + 4, &length, sizeof length) != 0)
		return 0;
	carried = bpf_ntohs(length) - sizeof(struct udphdr);
	here = q->end - q->l4 - sizeof(struct udphdr);
	if (carried > 0xffff || (here < carried && here < 20))
		return 0;
	/* udp.h reads a datagram where the packet's own would be. */
	v->p.l4 = (__u16)q->l4;
	v->p.octets = carried;
	return udp_answers(v, f, udp_transaction(skb, v));
}

/* To a client, about what came to a member, through the VIP or past it. */
static __noinline int
icmp_reverse(struct __sk_buff *skb, struct passage *v, struct scratch *s)
{
	const struct quote *q = &s->error.quote;
	__u32 row = place_row(&members, &q->to, q->ports.to, q->proto);
	struct km_endpoint *e = row == 0 ? NULL : endpoint_row(row);
	int own = icmp_same(&v->p.from, &q->to);
	__u16 l4 = v->p.l4;
	struct km_flow *f;

	if (e == NULL || !icmp_same(&v->p.to, &q->from))
		return 0;
	v->listener = e->listener;
	if (!icmp_key(v, &q->from, q->ports.from))
		return 0;
	f = icmp_flow(v);
	if (f == NULL || f->endpoint != row)
		return 0;
	if (own && q->proto == IPPROTO_UDP &&
	    icmp_is_port_unreachable(&s->error, v->p.v6))
		count_endpoint(row, KM_COUNT_REFUSALS);
	if (!icmp_quotes_ours(skb, v, q, f))
		return 0;
	v->p.l4 = l4;
	s->bare.endpoint = 0;
	s->bare.from = own ? v->l->addr : v->p.from;
	s->bare.to = v->p.to;
	s->error.addr = v->l->addr;
	s->error.port = v->l->port;
	return 1;
}

static __always_inline int
icmp_send(struct __sk_buff *skb, struct passage *v, struct scratch *s)
{
	struct bare *b = &s->bare;
	int forward = b->endpoint != 0;
	int goes = bare_ask(skb, v, b);
	__u32 diff;

	if (goes != BARE_GOES)
		return goes;
	if (quote_rewrite(skb, &s->error.quote, forward, &s->error.addr, s->error.port) !=
	    0)
		return PATH_DROP;
	if (v->p.v6) {
		diff = forward ? rewrite_diff(&v->p.to, &b->to)
			       : rewrite_diff(&v->p.from, &b->from);
		if (bpf_l4_csum_replace(skb, v->p.l4 + 2, 0, diff, BPF_F_PSEUDO_HDR) != 0)
			return PATH_DROP;
	}
	count_drop(v->listener, KM_DROP_ICMP);
	return bare_send(skb, v, b);
}

static __noinline int
icmp_packet(struct __sk_buff *skb, struct passage *v)
{
	struct scratch *s = scratch_here();
	int ours;

	if (s == NULL || icmp_read(skb, &v->p, &s->error) != 0)
		return PATH_UP;
	if (place_row(&vips, &v->p.to, 0, 0) != 0)
		ours = icmp_forward(v, s);
	else
		ours = icmp_reverse(skb, v, s);
	return ours ? icmp_send(skb, v, s) : PATH_UP;
}

#endif
