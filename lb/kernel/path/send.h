/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_SEND_H
#define PATH_SEND_H

/*
 * send - a packet that belongs to a flow is translated and sent on.
 *
 * Everything that may still refuse it is asked before it is changed: what is passed up
 * or quoted is the packet that came.
 */
#include "answer.h"
#include "fragment.h"
#include "passage.h"
#include "rewrite.h"
#include "way.h"

#define LOOPBACK_IFINDEX 1

static __always_inline int
send_translated(struct __sk_buff *skb, const struct passage *v, const struct rewrite *r)
{
	return rewrite_transport(skb, &v->p, r) != 0 ||
	       rewrite_network(skb, &v->p, r) != 0;
}

static __always_inline int
send_to_hop(__u32 ifindex, struct bpf_redir_neigh *hop)
{
	return (int)bpf_redirect_neigh(ifindex, hop, sizeof *hop, 0);
}

/*
 * Already the VIP's, and to be cut up by the stack.  That takes no packet with an address
 * of this host as its source, unless it comes in by the loopback interface and that is
 * told to accept them (../../host.c).
 */
static __noinline int
send_reverse_to_stack(struct __sk_buff *skb)
{
	const __u8 loopback[6] = {0};

	if (bpf_skb_store_bytes(skb, 0, loopback, sizeof loopback, 0) != 0)
		return PATH_DROP;
	return (int)bpf_redirect(LOOPBACK_IFINDEX, BPF_F_INGRESS);
}

/* To the neighbour of a way that was found lately. */
static __always_inline int
send_straight(struct __sk_buff *skb, const struct way_known *k)
{
	__u32 *frame = packet_again(skb, 0, sizeof k->frame);

	if (frame == NULL)
		return PATH_DROP;
	frame[0] = k->frame[0];
	frame[1] = k->frame[1];
	frame[2] = k->frame[2];
	return (int)bpf_redirect(k->ifindex, 0);
}

/* To the member's next hop, which edge-lb keeps in the endpoint's row. */
static __always_inline int
send_to_member(struct __sk_buff *skb, struct passage *v, struct km_endpoint *e, __u32 row)
{
	const struct way_key key = {e->hop, 0, e->ifindex, e->hop_family};
	struct way_known *k = way_slot((1u << WAY_BITS) + row % WAY_HOPS);

	if (k != NULL && way_is_for(k, &key, v->tick))
		return send_straight(skb, k);
	if (k != NULL)
		way_hop_learn(skb, v, e, k);
	return send_to_hop(key.ifindex, (struct bpf_redir_neigh *)&e->hop_family);
}

/* To the member, along the way edge-lb keeps in the endpoint's row, or the routes'. */
static __always_inline int
send_forward(struct __sk_buff *skb, struct passage *v, __u32 endpoint)
{
	struct km_endpoint *e = endpoint_row(endpoint);
	struct rewrite r = {.was_port = v->p.to_port, .to = 1, .spend = 1};
	struct way way = {.ifindex = 0};
	int narrow;

	if (e == NULL)
		return PATH_DROP;
	if (v->p.life <= 1)
		return answer_ttl(skb, v);
	if (e->ifindex != 0)
		way.mtu = e->mtu;
	else if (way_find(skb, &v->p, &v->p.from, &e->addr, &way) != 0)
		return send_nowhere(v);
	narrow = way.mtu != 0 && v->p.size > way.mtu;
	if (narrow && v->p.whole)
		return answer_too_big(skb, v, way.mtu);
	r.spend = !narrow; /* else the stack routes it, and does that, too */
	r.was = &v->p.to;
	r.is = &e->addr;
	r.is_port = e->port;
	if (send_translated(skb, v, &r) != 0)
		return PATH_DROP;
	count_packets(endpoint, KM_COUNT_PACKETS_IN, &v->p);
	fragment_seen(v, KM_WAY_FORWARD, endpoint);
	if (narrow)
		return PATH_UP;
	if (way.ifindex == 0)
		return send_to_member(skb, v, e, endpoint);
	return send_to_hop(way.ifindex, &way.hop);
}

/* To the client, from the VIP. */
static __always_inline int
send_reverse(struct __sk_buff *skb, struct passage *v, __u32 endpoint)
{
	struct rewrite r = {.was_port = v->p.from_port, .to = 0, .spend = 1};
	const struct way_key key = {
	    v->p.to, v->listener, skb->ingress_ifindex, v->p.tos};
	struct way way = {.ifindex = 0};
	struct way_known *k;
	int known, narrow;

	/* The stack tells the member. */
	if (v->p.life <= 1)
		return PATH_UP;
	k = way_back_slot(&v->p.to);
	known = k != NULL && way_is_for(k, &key, v->tick);
	if (known)
		way.mtu = k->mtu;
	else if (k == NULL || way_back_learn(skb, v, k, &way) != 0)
		return send_nowhere(v);
	narrow = way.mtu != 0 && v->p.size > way.mtu;
	if (narrow && v->p.whole)
		return PATH_UP;
	r.spend = !narrow;
	r.was = &v->p.from;
	r.is = &v->l->addr;
	r.is_port = v->l->port;
	if (send_translated(skb, v, &r) != 0)
		return PATH_DROP;
	count_packets(endpoint, KM_COUNT_PACKETS_OUT, &v->p);
	fragment_seen(v, KM_WAY_REVERSE, endpoint);
	if (narrow)
		return send_reverse_to_stack(skb);
	return known ? send_straight(skb, k) : send_to_hop(way.ifindex, &way.hop);
}

#endif
