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
	__u32 ifindex;
	__u32 mtu; /* 0: not narrower than the packet */
	struct bpf_redir_neigh hop;
};

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
	way->mtu = 0;
	way->hop.nh_family = fib.family;
	__builtin_memcpy(way->hop.ipv6_nh, fib.ipv6_dst, sizeof fib.ipv6_dst);
	return 0;
}

static __noinline int
send_nowhere(struct passage *v)
{
	count_drop(v->listener, KM_DROP_NO_ROUTE);
	return PATH_DROP;
}

#endif
