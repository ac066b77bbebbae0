/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_WAY_H
#define PATH_WAY_H

/*
 * way - what the host's routes say of a packet, as if it had been rewritten already.
 *
 * Who is asked for a way sends its packet through bpf_redirect_neigh(), which waits for
 * ARP, and lets the kernel see that the neighbour is in use: it asks for him once more
 * in time.  What was found, with the neighbour's address, holds for WAY_TICKS: packets
 * meanwhile go straight to the link.
 */
#include "passage.h"

struct way {
	__u32 ifindex; /* 0: not known */
	__u32 mtu;     /* 0: not narrower than the packet */
	struct bpf_redir_neigh hop;
};

/* All that routes are asked with; of an endpoint's next hop, which edge-lb keeps: the
 * hop, its link and family, and no listener. */
struct way_key {
	struct km_addr to;
	__u32 listener; /* who it comes from */
	__u32 ifindex;
	__u32 tos;
};

/* What was found lately: routes and neighbours cost more than all the rest.  Not pinned,
 * nobody else looks at it. */
struct way_known {
	struct way_key key;
	__u32 tick;
	__u32 ifindex; /* 0: nothing is known */
	__u32 mtu;
	__u32 frame[3]; /* what it begins with: its destination and source */
	__u32 zero[3];
};

_Static_assert(sizeof(struct way_known) == KM_LINE, "one cache line");

#define WAY_BITS    12 /* of clients */
#define WAY_HOPS    256
#define WAY_PER_CPU ((1u << WAY_BITS) + WAY_HOPS)
#define WAY_TICKS   128 /* how long what has changed is still followed: 0.13 s */

/* Each CPU has its own WAY_PER_CPU: first of clients, found by their address, then of
 * hops, found by the endpoint; so many times the CPUs are made room for before loading.
 * A map for each CPU would be one more look, and one that could be mapped into memory
 * begins with a cache line. */
PATH_MAP(ways, ARRAY, __u32, struct way_known, WAY_PER_CPU, BPF_F_MMAPABLE);

/*
 * The links that packets have come in by, each at its number: those are Ethernet, edge-lb
 * attaches the program to no others.  A frame of others begins with anything (a tunnel
 * with many far ends: with all of its outer header), which the kernel alone writes.
 */
#define WAY_LINKS 256
PATH_MAP(links, ARRAY, __u32, __u32, WAY_LINKS, BPF_F_MMAPABLE);

static __always_inline void
way_link_seen(const struct __sk_buff *skb)
{
	__u32 at = skb->ifindex % WAY_LINKS;
	__u32 *link = bpf_map_lookup_elem(&links, &at);

	if (link != NULL && *link != skb->ifindex)
		*link = skb->ifindex;
}

static __always_inline int
way_link_is_known(__u32 ifindex)
{
	__u32 at = ifindex % WAY_LINKS;
	const __u32 *link = bpf_map_lookup_elem(&links, &at);

	return link != NULL && *link == ifindex;
}

static __always_inline void
way_ask(struct bpf_fib_lookup *fib, const struct __sk_buff *skb, const struct packet *p,
    const struct km_addr *from, const struct km_addr *to)
{
	fib->l4_protocol = p->proto;
	fib->tot_len = (__u16)(p->size > 0xffff ? 0xffff : p->size);
	fib->ifindex = skb->ifindex;
	if (p->v6) {
		fib->family = PATH_AF_INET6;
		fib->flowinfo = p->tos;
		__builtin_memcpy(fib->ipv6_src, from, sizeof *from);
		__builtin_memcpy(fib->ipv6_dst, to, sizeof *to);
		return;
	}
	fib->family = PATH_AF_INET;
	fib->tos = (__u8)p->tos;
	fib->ipv4_src = from->word[3];
	fib->ipv4_dst = to->word[3];
}

/* 0, or -1: nowhere.  With a width, and a link, the neighbour is known, too, and stands
 * in @fib. */
static __always_inline int
way_fib(struct __sk_buff *skb, struct bpf_fib_lookup *fib, struct way *way)
{
	long found = bpf_fib_lookup(skb, fib, sizeof *fib, 0);

	if (found == BPF_FIB_LKUP_RET_FRAG_NEEDED) {
		way->mtu = fib->mtu_result;
		return 0;
	}
	if (found != BPF_FIB_LKUP_RET_SUCCESS && found != BPF_FIB_LKUP_RET_NO_NEIGH)
		return -1;
	way->ifindex = fib->ifindex;
	way->mtu = found == BPF_FIB_LKUP_RET_SUCCESS ? fib->mtu_result : 0;
	way->hop.nh_family = fib->family;
	__builtin_memcpy(way->hop.ipv6_nh, fib->ipv6_dst, sizeof fib->ipv6_dst);
	return 0;
}

/* Where a packet goes from @from to @to; as way_fib(). */
static __noinline int
way_find(struct __sk_buff *skb, const struct packet *p, const struct km_addr *from,
    const struct km_addr *to, struct way *way)
{
	struct bpf_fib_lookup fib = {.family = 0};

	way_link_seen(skb);
	way_ask(&fib, skb, p, from, to);
	return way_fib(skb, &fib, way);
}

/* Only this CPU reads it, at its next packets. */
static __always_inline void
way_remember(struct way_known *k, const struct way_key *key,
    const struct bpf_fib_lookup *fib, __u32 mtu, __u32 tick)
{
	k->key = *key;
	k->tick = tick;
	k->ifindex = fib->ifindex;
	k->mtu = mtu;
	__builtin_memcpy(k->frame, fib->dmac, sizeof fib->dmac);
	__builtin_memcpy(
	    (__u8 *)k->frame + sizeof fib->dmac, fib->smac, sizeof fib->smac);
}

static __always_inline int
way_is_for(const struct way_known *k, const struct way_key *key, __u32 tick)
{
	return addr_is(&k->key.to, &key->to) && k->key.listener == key->listener &&
	       k->key.ifindex == key->ifindex && k->key.tos == key->tos &&
	       k->ifindex != 0 && tick - k->tick <= WAY_TICKS;
}

static __always_inline struct way_known *
way_slot(__u32 slot)
{
	__u32 at = bpf_get_smp_processor_id() * WAY_PER_CPU + slot;

	return bpf_map_lookup_elem(&ways, &at);
}

/* Of a member's answer to @client. */
static __always_inline struct way_known *
way_back_slot(const struct km_addr *client)
{
	__u32 at = client->word[0] ^ client->word[1] ^ client->word[2] ^ client->word[3];

	return way_slot((bpf_ntohl(at) * 0x9e3779b1u) >> (32 - WAY_BITS));
}

/* As flow_approach(). */
static __always_inline void
way_back_approach(const struct km_addr *client)
{
	const struct way_known *k = way_back_slot(client);

	if (k != NULL)
		(void)*(const volatile __u32 *)&k->tick;
}

/* As way_fib(); what is known then of a link that is known is remembered. */
static __noinline int
way_back_learn(
    struct __sk_buff *skb, struct passage *v, struct way_known *k, struct way *way)
{
	const struct way_key key = {v->p.to, v->listener, skb->ingress_ifindex, v->p.tos};
	struct bpf_fib_lookup fib = {.family = 0};

	way_ask(&fib, skb, &v->p, &v->l->addr, &v->p.to);
	if (way_fib(skb, &fib, way) != 0)
		return -1;
	if (way->mtu != 0 && way->ifindex != 0 && way_link_is_known(way->ifindex))
		way_remember(k, &key, &fib, way->mtu, v->tick);
	return 0;
}

/* The neighbour that is an endpoint's next hop, if the kernel knows him. */
static __noinline int
way_hop_learn(struct __sk_buff *skb, struct passage *v, const struct km_endpoint *e,
    struct way_known *k)
{
	const struct way_key key = {e->hop, 0, e->ifindex, e->hop_family};
	struct bpf_fib_lookup fib
	    __attribute__((aligned(8))) = {.family = key.tos, .ifindex = key.ifindex};
	struct km_addr *hop = (struct km_addr *)(void *)fib.ipv6_dst;
	long found;

	way_link_seen(skb);
	*hop = key.to;
	found = bpf_fib_lookup(skb, &fib, sizeof fib, BPF_FIB_LOOKUP_OUTPUT);
	/* Reached by itself: not through yet another hop. */
	if (found == BPF_FIB_LKUP_RET_SUCCESS && fib.ifindex == key.ifindex &&
	    fib.family == key.tos && addr_is(hop, &key.to))
		way_remember(k, &key, &fib, 0, v->tick);
	return 0;
}

static __noinline int
send_nowhere(struct passage *v)
{
	count_drop(v->listener, KM_DROP_NO_ROUTE);
	return PATH_DROP;
}

#endif
