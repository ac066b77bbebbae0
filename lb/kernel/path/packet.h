/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_PACKET_H
#define PATH_PACKET_H

/*
 * packet - what a packet says, read once, with nothing believed that its length forbids.
 *
 * Headers are read where they lie; only what a driver left outside the linear part is
 * fetched (bpf_skb_pull_data), because pulling payload in costs a copy.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "../maps.h"
#include "walk.h"

/* Verdicts. */
#define PATH_UP   TC_ACT_UNSPEC /* unchanged: to other programs and the host's stack */
#define PATH_DROP TC_ACT_SHOT

#define PATH_AF_INET  2
#define PATH_AF_INET6 10

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

enum packet_kind {
	PACKET_OTHER,   /* not ours to read */
	PACKET_LIES,    /* headers that cannot be; addresses are read */
	PACKET_SESSION, /* TCP or UDP with its ports; may be a first fragment */
	PACKET_ICMP,
	PACKET_LATER /* a fragment without ports */
};

struct packet {
	struct km_addr from, to;
	__u16 from_port, to_port; /* network order */
	__u8 proto;
	__u8 v6;
	__u8 life;      /* time to live, hop limit */
	__u8 tcp;       /* TCP_* */
	__u16 l4;       /* where the transport header begins in the frame */
	__u8 first;     /* the first of several fragments */
	__u8 whole;     /* must not be cut: IPv6, or IPv4 with DF */
	__u32 id;       /* of fragments, network order */
	__u32 behind;   /* octets behind the IP headers */
	__u32 octets;   /* behind the TCP or UDP header */
	__u32 size;     /* of the largest IP packet it leaves as: what an MTU must hold */
	__u32 packets;  /* it leaves as so many */
	__u32 seq, ack; /* host order */
	__u32 tos;      /* IPv4: the octet; IPv6: flow information, network order */
};

/* The packet's pointers, loaded so that the compiler cannot take them for numbers;
 * tests/fuzz has its own. */
#ifndef PACKET_POINTER
#define PACKET_POINTER(skb, field)                                                       \
	({                                                                               \
		void *ret_;                                                              \
		__asm__ volatile(                                                        \
		    "%0 = *(u32 *)(%1 + %2)"                                             \
		    : "=r"(ret_)                                                         \
		    : "r"(skb), "i"(__builtin_offsetof(struct __sk_buff, field)));       \
		ret_;                                                                    \
	})
#endif

/* What has been read before: it is in the linear part already. */
static __always_inline void *
packet_again(struct __sk_buff *skb, __u32 offset, __u32 octets)
{
	void *at = PACKET_POINTER(skb, data) + offset;

	return at + octets <= PACKET_POINTER(skb, data_end) ? at : NULL;
}

/* @octets at @offset of the frame, in its linear part; pointers got before are void. */
static __always_inline void *
packet_at(struct __sk_buff *skb, __u32 offset, __u32 octets)
{
	void *at = packet_again(skb, offset, octets);

	if (at != NULL)
		return at;
	if (offset + octets > skb->len || bpf_skb_pull_data(skb, offset + octets) != 0)
		return NULL;
	return packet_again(skb, offset, octets);
}

typedef __u64 __attribute__((may_alias)) addr_half;

/* Both begin with a word of 64 bits. */
static __always_inline int
addr_is(const struct km_addr *a, const struct km_addr *b)
{
	const addr_half *x = (const void *)a, *y = (const void *)b;

	return x[1] == y[1] && x[0] == y[0];
}

static __always_inline int
packet_is_mapped(const struct km_addr *a)
{
	return a->word[0] == 0 && a->word[1] == 0 && a->word[2] == bpf_htonl(0xffff);
}

static __always_inline void
packet_addr_v4(struct km_addr *a, __u32 address)
{
	a->word[0] = 0;
	a->word[1] = 0;
	a->word[2] = bpf_htonl(0xffff);
	a->word[3] = address;
}

/* A super-packet: it leaves as so many, whose headers are so long. */
static __always_inline void
packet_segments(struct __sk_buff *skb, struct packet *p, __u32 headers)
{
	p->packets = skb->gso_segs > 1 ? skb->gso_segs : 1;
	if (skb->gso_size != 0)
		p->size = headers + skb->gso_size;
}

static __always_inline enum packet_kind
packet_parse_tcp(
    struct __sk_buff *skb, struct packet *p, const struct tcphdr *tcp, int super)
{
	__u32 header;

	if (tcp == NULL || p->behind < sizeof *tcp)
		return PACKET_LIES;
	header = tcp->doff * 4;
	if (header < sizeof *tcp || header > p->behind)
		return PACKET_LIES;
	p->from_port = tcp->source;
	p->to_port = tcp->dest;
	p->seq = bpf_ntohl(tcp->seq);
	p->ack = bpf_ntohl(tcp->ack_seq);
	p->tcp = ((const __u8 *)tcp)[13];
	p->octets = p->behind - header;
	p->packets = 1;
	if (super)
		packet_segments(skb, p, p->l4 - ETH_HLEN + header);
	return PACKET_SESSION;
}

static __always_inline enum packet_kind
packet_parse_udp(
    struct __sk_buff *skb, struct packet *p, const struct udphdr *udp, int super)
{
	__u32 length;

	if (udp == NULL || p->behind < sizeof *udp)
		return PACKET_LIES;
	length = bpf_ntohs(udp->len);
	if (length < sizeof *udp || (length > p->behind && !p->first))
		return PACKET_LIES;
	p->from_port = udp->source;
	p->to_port = udp->dest;
	p->octets = (length < p->behind ? length : p->behind) - sizeof *udp;
	p->packets = 1;
	if (super)
		packet_segments(skb, p, p->l4 - ETH_HLEN + sizeof *udp);
	return PACKET_SESSION;
}

static __always_inline enum packet_kind
packet_parse_transport(struct __sk_buff *skb, struct packet *p)
{
	if (p->proto == IPPROTO_TCP)
		return packet_parse_tcp(skb, p,
		    packet_at(skb, p->l4, sizeof(struct tcphdr)), skb->gso_size != 0);
	if (p->proto == IPPROTO_UDP)
		return packet_parse_udp(skb, p,
		    packet_at(skb, p->l4, sizeof(struct udphdr)), skb->gso_size != 0);
	if (p->proto == (p->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return PACKET_ICMP;
	return PACKET_OTHER;
}

/* A fragment at @offset.  One that would write over the ports and flags that the first
 * has shown, or beyond the longest packet, lies. */
static __always_inline enum packet_kind
packet_later(const struct packet *p, __u32 offset)
{
	if (p->proto == IPPROTO_TCP && offset < sizeof(struct tcphdr))
		return PACKET_LIES;
	return offset + p->behind > 0xffff ? PACKET_LIES : PACKET_LATER;
}

#define IP_DF     0x4000
#define IP_MF     0x2000
#define IP_OFFSET 0x1fff

/* -1: it is longer than what came.  A super-packet beyond 64 kB has no length. */
static __always_inline int
packet_read_v4(struct __sk_buff *skb, struct packet *p, const struct iphdr *ip, int super)
{
	__u32 header = ip->ihl * 4, total = bpf_ntohs(ip->tot_len);
	__u32 fragment = bpf_ntohs(ip->frag_off);

	if (total == 0 && super)
		total = skb->len - ETH_HLEN;
	packet_addr_v4(&p->from, ip->saddr);
	packet_addr_v4(&p->to, ip->daddr);
	p->proto = ip->protocol;
	p->v6 = 0;
	p->life = ip->ttl;
	p->tos = ip->tos;
	p->id = ip->id;
	p->l4 = ETH_HLEN + header;
	p->behind = total - header;
	p->size = total;
	p->whole = (fragment & IP_DF) != 0;
	p->first = (fragment & IP_MF) != 0 && (fragment & IP_OFFSET) == 0;
	return header < sizeof *ip || total < header || total > skb->len - ETH_HLEN ? -1
										    : 0;
}

static __always_inline enum packet_kind
packet_parse_v4(struct __sk_buff *skb, struct packet *p)
{
	const struct iphdr *ip = packet_at(skb, ETH_HLEN, sizeof *ip);
	__u32 offset;

	if (ip == NULL || ip->version != 4)
		return PACKET_OTHER;
	offset = bpf_ntohs(ip->frag_off) & IP_OFFSET;
	if (packet_read_v4(skb, p, ip, skb->gso_size != 0) != 0)
		return PACKET_LIES;
	if (offset != 0)
		return packet_later(p, offset * 8);
	return packet_parse_transport(skb, p);
}

/* Past the extension headers, where there are any. */
static __noinline enum packet_kind
packet_walk_v6(struct __sk_buff *skb, struct packet *p)
{
	struct walk w;

	__u32 at;

	if (walk_v6(skb, p->l4, p->l4 + p->behind, p->proto, &w) != 0)
		return PACKET_LIES;
	/* The verifier believes no pointer that might be further in a packet. */
	at = w.at & 0x7fff;
	if (at != w.at)
		return PACKET_LIES;
	p->behind -= at - p->l4;
	p->l4 = (__u16)at;
	p->proto = w.proto;
	p->id = w.id;
	p->first = w.offset == WALK_MORE;
	if ((w.offset & WALK_OFFSET) != 0)
		return packet_later(p, w.offset & WALK_OFFSET);
	return packet_parse_transport(skb, p);
}

/* -1: it is longer than what came. */
static __always_inline int
packet_read_v6(
    struct __sk_buff *skb, struct packet *p, const struct ipv6hdr *ip, int super)
{
	__u32 behind = bpf_ntohs(ip->payload_len);

	if (behind == 0 && super)
		behind = skb->len - ETH_HLEN - sizeof *ip;
	__builtin_memcpy(&p->from, &ip->saddr, sizeof p->from);
	__builtin_memcpy(&p->to, &ip->daddr, sizeof p->to);
	p->proto = ip->nexthdr;
	p->v6 = 1;
	p->life = ip->hop_limit;
	p->tos = *(const __u32 *)ip & bpf_htonl(0x0fffffff);
	p->l4 = ETH_HLEN + sizeof *ip;
	p->behind = behind;
	p->size = sizeof *ip + behind;
	p->whole = 1;
	p->first = 0;
	p->id = 0;
	return p->size > skb->len - ETH_HLEN ? -1 : 0;
}

static __always_inline enum packet_kind
packet_parse_v6(struct __sk_buff *skb, struct packet *p)
{
	const struct ipv6hdr *ip = packet_at(skb, ETH_HLEN, sizeof *ip);

	if (ip == NULL || ip->version != 6)
		return PACKET_OTHER;
	if (packet_read_v6(skb, p, ip, skb->gso_size != 0) != 0)
		return PACKET_LIES;
	if (p->proto != IPPROTO_TCP && p->proto != IPPROTO_UDP)
		return packet_walk_v6(skb, p);
	return packet_parse_transport(skb, p);
}

/* Whatever is not plain. */
static __noinline int
packet_parse_any(struct __sk_buff *skb, struct packet *p)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return packet_parse_v4(skb, p);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return packet_parse_v6(skb, p);
	return PACKET_OTHER;
}

/* No options, no fragment. */
static __always_inline int
packet_is_plain_v4(const struct iphdr *ip)
{
	return *(const __u8 *)ip == 0x45 &&
	       (ip->frag_off & bpf_htons(~IP_DF & 0xffff)) == 0;
}

/*
 * Most packets, straight through: what is not plain begins anew in packet_parse_any().
 *
 * A function of its own (not static) is judged once by the verifier.  Part of the program
 * or static, all else would be judged once more for each of its ways out: with what is
 * known of the packet there, more than Linux 6.1 is willing to.
 */
__noinline int
packet_parse(struct __sk_buff *skb, struct packet *p)
{
	void *ip = PACKET_POINTER(skb, data) + ETH_HLEN;
	void *end = PACKET_POINTER(skb, data_end);
	void *l4;

	if (p == NULL)
		return PACKET_OTHER;
	/* For another host (a promiscuous interface), or of a VLAN, whose own interface
	 * sees it next. */
	if (skb->pkt_type != 0 || skb->vlan_present)
		return PACKET_OTHER;
	if (skb->gso_size != 0)
		return packet_parse_any(skb, p);
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		l4 = ip + sizeof(struct ipv6hdr);
		if (l4 + sizeof(struct tcphdr) > end || (*(__u8 *)ip >> 4) != 6 ||
		    packet_read_v6(skb, p, ip, 0) != 0)
			return packet_parse_any(skb, p);
	} else if (skb->protocol == bpf_htons(ETH_P_IP)) {
		l4 = ip + sizeof(struct iphdr);
		if (l4 + sizeof(struct tcphdr) > end || !packet_is_plain_v4(ip) ||
		    packet_read_v4(skb, p, ip, 0) != 0)
			return packet_parse_any(skb, p);
	} else {
		return PACKET_OTHER;
	}
	if (p->proto == IPPROTO_TCP)
		return packet_parse_tcp(skb, p, l4, 0);
	if (p->proto == IPPROTO_UDP)
		return packet_parse_udp(skb, p, l4, 0);
	return packet_parse_any(skb, p);
}

#endif
