/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_WAY_H
#define PATH_WAY_H

/*
 * way - what the host's routes say of a packet, as if it had been rewritten already.
 *
 * The neighbour is not asked for: bpf_redirect_neigh() does that, and waits for ARP.
 */
#include "passage.h"

/* Not in the headers of Linux 6.1's first releases, and refused by them. */
#define WAY_SKIP_NEIGH 4

struct way {
	__u32 ifindex; /* 0: not known */
	__u32 mtu;     /* 0: not narrower than the packet */
	struct bpf_redir_neigh hop;
};

/* All that routes are asked with. */
struct way_key {
	struct km_addr to;
	__u32 listener; /* who it comes from */
	__u32 ifindex;
	__u32 tos;
};

/* What was found lately: the routes cost more than all the rest.  Not pinned, nobody else
 * looks at it. */
struct way_known {
	struct way_key key;
	__u32 tick;
	struct way way;
	__u32 zero;
};

_Static_assert(sizeof(struct way_known) == KM_LINE, "one cache line");

#define WAY_BITS  12
#define WAY_TICKS 128 /* how long a route that has changed is still followed: 0.13 s */

/* Each CPU has its own 1 << WAY_BITS, found by the client's address; so many times the
 * CPUs are made room for before loading.  A map for each CPU would be one more look, and
 * one that could be mapped into memory begins with a cache line. */
PATH_MAP(ways, ARRAY, __u32, struct way_known, 1 << WAY_BITS, BPF_F_MMAPABLE);

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

/* Where a packet goes from @from to @to: 0, or -1: nowhere. */
static __noinline int
way_find(struct __sk_buff *skb, const struct packet *p, const struct km_addr *from,
    const struct km_addr *to, struct way *way)
{
	struct bpf_fib_lookup fib = {.family = 0};
	long found;

	way_ask(&fib, skb, p, from, to);
	found = bpf_fib_lookup(skb, &fib, sizeof fib, WAY_SKIP_NEIGH);
	if (found == -22 /* EINVAL */)
		found = bpf_fib_lookup(skb, &fib, sizeof fib, 0);
	if (found == BPF_FIB_LKUP_RET_FRAG_NEEDED) {
		way->mtu = fib.mtu_result;
		return 0;
	}
	if (found != BPF_FIB_LKUP_RET_SUCCESS && found != BPF_FIB_LKUP_RET_NO_NEIGH)
		return -1;
	way->ifindex = fib.ifindex;
	way->mtu = found == BPF_FIB_LKUP_RET_SUCCESS ? fib.mtu_result : 0;
	way->hop.nh_family = fib.family;
	__builtin_memcpy(way->hop.ipv6_nh, fib.ipv6_dst, sizeof fib.ipv6_dst);
	return 0;
}

static __always_inline int
way_is_for(const struct way_known *k, const struct way_key *key, __u32 tick)
{
	return addr_is(&k->key.to, &key->to) && k->key.listener == key->listener &&
	       k->key.ifindex == key->ifindex && k->key.tos == key->tos &&
	       k->way.ifindex != 0 && k->way.mtu != 0 && tick - k->tick <= WAY_TICKS;
}

static __noinline int
way_learn(struct __sk_buff *skb, struct passage *v, struct way_known *k)
{
	struct way way = {.ifindex = 0};

	if (way_find(skb, &v->p, &v->l->addr, &v->p.to, &way) != 0)
		return -1;
	k->key.to = v->p.to;
	k->key.listener = v->listener;
	k->key.ifindex = skb->ingress_ifindex;
	k->key.tos = v->p.tos;
	k->tick = v->tick;
	k->way = way;
	return 0;
}

/* The way of a member's answer to the client; NULL: there is none.  Void when the program
 * meets its next packet. */
static __always_inline struct way *
way_back(struct __sk_buff *skb, struct passage *v)
{
	struct way_key key = {v->p.to, v->listener, skb->ingress_ifindex, v->p.tos};
	__u32 at = key.to.word[0] ^ key.to.word[1] ^ key.to.word[2] ^ key.to.word[3];
	struct way_known *k;

	at = (bpf_ntohl(at) * 0x9e3779b1u) >> (32 - WAY_BITS);
	at |= bpf_get_smp_processor_id() << WAY_BITS;
	k = bpf_map_lookup_elem(&ways, &at);
	if (k == NULL)
		return NULL;
	if (way_is_for(k, &key, v->tick) || way_learn(skb, v, k) == 0)
		return &k->way;
	return NULL;
}

static __noinline int
send_nowhere(struct passage *v)
{
	count_drop(v->listener, KM_DROP_NO_ROUTE);
	return PATH_DROP;
}

#endif
