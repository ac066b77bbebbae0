/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_QUOTE_H
#define PATH_QUOTE_H

/*
 * quote - the packet that an ICMP error quotes: read, and rewritten under all checksums.
 *
 * A quote is the beginning of a packet: what is behind the first 8 octets of its
 * transport header may be missing, and its lengths say nothing about what is here.
 */
#include "rewrite.h"
#include "scratch.h"

#define ICMP_HEADER 8
#define QUOTE_LEAST 8 /* octets of transport: RFC 792 */

static __always_inline int
quote_read_v4(struct __sk_buff *skb, struct quote *q)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, q->l3, &ip, sizeof ip) != 0)
		return -1;
	if (ip.version != 4 || ip.ihl < 5 || (ip.frag_off & bpf_htons(0x1fff)) != 0)
		return -1;
	packet_addr_v4(&q->from, ip.saddr);
	packet_addr_v4(&q->to, ip.daddr);
	q->proto = ip.protocol;
	q->l4 = q->l3 + 4 * ip.ihl;
	return 0;
}

static __always_inline int
quote_read_v6(struct __sk_buff *skb, struct quote *q)
{
	struct ipv6hdr ip;
	struct walk *w = &q->walk;

	if (bpf_skb_load_bytes(skb, q->l3, &ip, sizeof ip) != 0 || ip.version != 6)
		return -1;
	if (walk_v6(skb, q->l3 + sizeof ip, q->end, ip.nexthdr, w) != 0 ||
	    (w->offset & WALK_OFFSET) != 0)
		return -1;
	__builtin_memcpy(&q->from, &ip.saddr, sizeof q->from);
	__builtin_memcpy(&q->to, &ip.daddr, sizeof q->to);
	q->proto = w->proto;
	q->l4 = w->at;
	return 0;
}

/* The quote at @l3 of a packet that ends at @end: 0, or -1 if it is none of TCP or UDP
 * that tells its ports. */
static __noinline int
quote_read(struct __sk_buff *skb, __u8 v6, __u32 l3, __u32 end, struct quote *q)
{
	q->v6 = v6;
	q->l3 = l3;
	q->end = end;
	if ((v6 ? quote_read_v6(skb, q) : quote_read_v4(skb, q)) != 0)
		return -1;
	if (q->proto != IPPROTO_TCP && q->proto != IPPROTO_UDP)
		return -1;
	if (q->l4 + QUOTE_LEAST > end)
		return -1;
	return (int)bpf_skb_load_bytes(skb, q->l4, &q->ports, sizeof q->ports);
}

static __always_inline __u16
quote_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)sum;
}

/* The quoted transport checksum, if the quote holds it, follows what has changed by
 * @diff. What that changes in turn, to be told to the ICMP checksum; 0 if nothing. */
static __always_inline __s64
quote_checksum(struct __sk_buff *skb, const struct quote *q, __u32 diff)
{
	__u32 at = q->l4 + (q->proto == IPPROTO_TCP ? 16 : 6);
	__u32 was = 0, is = 0;
	__u16 field;

	if (at + sizeof field > q->end ||
	    bpf_skb_load_bytes(skb, at, &field, sizeof field) != 0)
		return 0;
	if (q->proto == IPPROTO_UDP && field == 0)
		return 0; /* sent without one */
	was = field;
	is = (__u16)~quote_fold((__u64)(__u16)~field + diff);
	if (q->proto == IPPROTO_UDP && is == 0)
		is = 0xffff;
	field = (__u16)is;
	if (bpf_skb_store_bytes(skb, at, &field, sizeof field, 0) != 0)
		return 0;
	return bpf_csum_diff(&was, sizeof was, &is, sizeof is, 0);
}

/* The quoted packet's source, or its destination, becomes @addr and @port.  0, or the
 * packet is spoilt. */
static __noinline int
quote_rewrite(struct __sk_buff *skb, const struct quote *q, int source,
    const struct km_addr *addr, __be16 port)
{
	const struct km_addr *was = source ? &q->from : &q->to;
	struct quote_ports before = q->ports, after = q->ports;
	__u32 icmp = q->l3 - ICMP_HEADER + 2;
	__s64 addresses, ports, inner;

	if (source)
		after.from = port;
	else
		after.to = port;
	ports = bpf_csum_diff(
	    (__be32 *)&before, sizeof before, (__be32 *)&after, sizeof after, 0);
	addresses = rewrite_diff(was, addr);
	if (q->v6) {
		if (bpf_skb_store_bytes(
			skb, q->l3 + (source ? 8 : 24), addr, sizeof *addr, 0) != 0 ||
		    bpf_l4_csum_replace(skb, icmp, 0, (__u64)addresses, 0) != 0)
			return -1;
	} else {
		/* The header's own checksum takes it up: outside nothing changes. */
		if (bpf_skb_store_bytes(
			skb, q->l3 + (source ? 12 : 16), &addr->word[3], 4, 0) != 0 ||
		    bpf_l3_csum_replace(skb, q->l3 + 10, 0, (__u64)addresses, 0) != 0)
			return -1;
	}
	if (bpf_skb_store_bytes(skb, q->l4, &after, sizeof after, 0) != 0 ||
	    bpf_l4_csum_replace(skb, icmp, 0, (__u64)ports, 0) != 0)
		return -1;
	inner =
	    quote_checksum(skb, q, quote_fold((__u64)(__u32)addresses + (__u32)ports));
	return inner == 0 ? 0 : (int)bpf_l4_csum_replace(skb, icmp, 0, (__u64)inner, 0);
}

#endif
