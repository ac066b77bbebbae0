/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_REWRITE_H
#define PATH_REWRITE_H

/*
 * rewrite - one address, one port and the time to live, with checksums right for
 * whatever the kernel knows of them.
 *
 * Only the kernel knows whether a checksum is whole, partial or held beside the packet,
 * so the transport's goes through its helper.  IPv4's own header sums up to nothing
 * before and after: written in place.  An IPv6 header is stored with RECOMPUTE, which
 * together with a pseudo-header change of the transport's checksum is right for a
 * checksum held beside, without the flag BPF_F_IPV6 that older kernels do not know.
 */
#include "packet.h"

struct rewrite {
	const struct km_addr *was, *is;
	__u16 was_port, is_port;
	__u8 to;    /* 1: the destination; 0: the source */
	__u8 spend; /* of the time to live */
};

/* What replacing @was by @is adds to a checksum. */
static __always_inline __u32
rewrite_diff(const struct km_addr *was, const struct km_addr *is)
{
	__u64 sum = 0;

	for (int i = 0; i < 4; i++)
		sum += (__u64)is->word[i] + (__u32)~was->word[i];
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (__u32)((sum & 0xffffffff) + (sum >> 32));
}

/* The transport's checksum and port. */
static __always_inline int
rewrite_transport(struct __sk_buff *skb, const struct packet *p, const struct rewrite *r)
{
	__u32 at = p->l4 + (p->proto == IPPROTO_TCP ? 16 : 6);
	__u64 flags = p->proto == IPPROTO_TCP ? 0 : BPF_F_MARK_MANGLED_0;
	long err;

	if (p->v6)
		err = bpf_l4_csum_replace(
		    skb, at, 0, rewrite_diff(r->was, r->is), flags | BPF_F_PSEUDO_HDR);
	else
		err = bpf_l4_csum_replace(skb, at, r->was->word[3], r->is->word[3],
		    flags | BPF_F_PSEUDO_HDR | 4);
	if (err != 0 || r->was_port == r->is_port)
		return (int)err;
	err = bpf_l4_csum_replace(skb, at, r->was_port, r->is_port, flags | 2);
	if (err != 0)
		return (int)err;
	return (int)bpf_skb_store_bytes(
	    skb, p->l4 + (r->to ? 2 : 0), &r->is_port, sizeof r->is_port, 0);
}

static __always_inline __u32
rewrite_halves(__u32 word)
{
	return (word & 0xffff) + (word >> 16);
}

static __always_inline int
rewrite_network_v4(struct __sk_buff *skb, const struct rewrite *r)
{
	struct iphdr *ip = packet_again(skb, ETH_HLEN, sizeof *ip);
	__u32 sum;

	if (ip == NULL)
		return -1;
	sum = (__u16)~ip->check;
	sum += rewrite_halves(~r->was->word[3]) + rewrite_halves(r->is->word[3]);
	if (r->spend) {
		ip->ttl--;
		sum += (__u16)~bpf_htons(0x0100);
	}
	if (r->to)
		ip->daddr = r->is->word[3];
	else
		ip->saddr = r->is->word[3];
	sum = rewrite_halves(sum);
	ip->check = (__u16)~rewrite_halves(sum);
	return 0;
}

static __noinline int
rewrite_network_v6(struct __sk_buff *skb, const struct packet *p, const struct rewrite *r)
{
	struct {
		__u8 head[8];
		struct km_addr from, to;
	} ip;
	const void *at = packet_again(skb, ETH_HLEN, sizeof ip.head);

	if (at == NULL)
		return -1;
	__builtin_memcpy(ip.head, at, sizeof ip.head);
	ip.head[7] -= r->spend;
	ip.from = r->to ? p->from : *r->is;
	ip.to = r->to ? *r->is : p->to;
	return (int)bpf_skb_store_bytes(
	    skb, ETH_HLEN, &ip, sizeof ip, BPF_F_RECOMPUTE_CSUM);
}

static __always_inline int
rewrite_network(struct __sk_buff *skb, const struct packet *p, const struct rewrite *r)
{
	return p->v6 ? rewrite_network_v6(skb, p, r) : rewrite_network_v4(skb, r);
}

#endif
