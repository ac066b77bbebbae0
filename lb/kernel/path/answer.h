/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_ANSWER_H
#define PATH_ANSWER_H

/*
 * answer - ICMP errors of our own to a client: its packet's life ended here, or the way
 * to the member is too narrow for it.
 *
 * The packet itself becomes the answer: cut to what may be quoted, pushed behind new
 * headers, sent back out of the interface it came in by, to the neighbour it came from.
 * They come from the VIP, since nobody but the client may learn that there is a member.
 * Never about an ICMP error, a later fragment, or what no single host has sent; and not
 * more than ANSWERS_PER_SECOND in the long run, as the host's own stack does.
 */
#include "scratch.h"

#define ANSWERS_PER_SECOND 1000
#define ANSWERS_BURST      50
#define ANSWER_GAP_NS      (1000000000LL / ANSWERS_PER_SECOND)

#define ANSWER_MAX_V4 576  /* octets of the whole answer: RFC 1812, 4.3.2.3 */
#define ANSWER_MAX_V6 1280 /* RFC 4443, 3.2 */
#define ANSWER_LIFE   64
#define ANSWER_TOS    0xc0 /* internetwork control: RFC 1812, 4.3.2.5 */

#define ANSWER_UNREACHABLE      3
#define ANSWER_FRAG_NEEDED      4
#define ANSWER_TIME_EXCEEDED    11
#define ANSWER_V6_TOO_BIG       2
#define ANSWER_V6_TIME_EXCEEDED 3

/* The Internet checksum, not inverted, of octets of the packet. */
static __noinline __u32
answer_sum(struct __sk_buff *skb, struct scratch *s, __u32 at, __u32 n)
{
	__s64 sum = 0;
	__u32 left;

	if (n == 0)
		return 0;
	for (int i = 0; i < ANSWER_MAX_V6 / SCRATCH_BLOCK && n > SCRATCH_BLOCK; i++) {
		if (bpf_skb_load_bytes(skb, at, s->block, SCRATCH_BLOCK) != 0)
			return 0;
		sum = bpf_csum_diff(NULL, 0, s->block, SCRATCH_BLOCK, (__u32)sum);
		at += SCRATCH_BLOCK;
		n -= SCRATCH_BLOCK;
	}
	__builtin_memset(s->block, 0, sizeof s->block);
	left = ((n - 1) & (SCRATCH_BLOCK - 1)) + 1; /* n, as the verifier believes it */
	if (bpf_skb_load_bytes(skb, at, s->block, left) != 0)
		return 0;
	return (__u32)bpf_csum_diff(NULL, 0, s->block, SCRATCH_BLOCK, (__u32)sum);
}

static __always_inline __u16
answer_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)sum;
}

static __always_inline __u64
answer_sum_addr(const struct km_addr *a, __u8 v6)
{
	if (!v6)
		return a->word[3];
	return (__u64)a->word[0] + a->word[1] + a->word[2] + a->word[3];
}

/* The sum of the pseudo-header of @n octets of transport. */
static __always_inline __u16
answer_pseudo(const struct packet *p, __u8 proto, __u32 n)
{
	return answer_fold(answer_sum_addr(&p->from, p->v6) +
			   answer_sum_addr(&p->to, p->v6) + bpf_htonl(n) +
			   bpf_htonl(proto));
}

/* Where in the transport header its checksum is; 0: none. */
static __always_inline __u32
answer_checksum_at(__u8 proto)
{
	return proto == IPPROTO_TCP ? 16 : proto == IPPROTO_UDP ? 6 : 0;
}

/*
 * Whether the packet's checksum is still to be filled in by whoever sends it (every
 * packet of a neighbour on this machine, and what GRO has put together).  The kernel does
 * not tell; but then the field holds the sum of the pseudo-header.
 */
static __always_inline int
answer_unfinished(struct __sk_buff *skb, const struct packet *p)
{
	__u32 field = answer_checksum_at(p->proto);
	__u16 is;

	if (field == 0 || bpf_skb_load_bytes(skb, p->l4 + field, &is, sizeof is) != 0)
		return 0;
	return is == answer_pseudo(p, p->proto, skb->len - p->l4);
}

/*
 * The order to fill in that checksum stays with the packet and would be carried out on
 * the quoted header, behind the back of the ICMP checksum.  So the field gets the one
 * value f that this order leaves as it is: with the sum s of all else, f = ~(s + f) in
 * one's complement, hence 2f = ~s, and half of a number there is its bits turned right by
 * one.
 */
static __always_inline int
answer_finish(struct __sk_buff *skb, struct scratch *s, __u32 l4, __u32 n, __u8 proto)
{
	__u32 field = answer_checksum_at(proto);
	__u16 f = 0;

	if (field == 0 || n < field + 2)
		return 0;
	if (bpf_skb_store_bytes(skb, l4 + field, &f, sizeof f, BPF_F_RECOMPUTE_CSUM) != 0)
		return -1;
	f = (__u16)~answer_fold(answer_sum(skb, s, l4, n));
	f = (__u16)(f >> 1 | f << 15);
	return (int)bpf_skb_store_bytes(
	    skb, l4 + field, &f, sizeof f, BPF_F_RECOMPUTE_CSUM);
}

/* Whether one host alone has sent it. */
static __always_inline int
answer_single(const struct packet *p)
{
	__u8 first = (__u8)p->from.word[3]; /* network order: the first octet */

	if (!p->v6)
		return first != 0 && first != 127 && first < 224;
	if ((__u8)p->from.word[0] == 0xff)
		return 0;
	return (p->from.word[0] | p->from.word[1] | p->from.word[2]) != 0;
}

/* A token bucket in the row of budgets that is no member's. */
static __always_inline int
answer_allowed(void)
{
	__s64 now = (__s64)bpf_ktime_get_ns(), next, from;
	struct km_budget *budget;
	__u32 row = KM_BUDGET_ANSWERS;

	budget = bpf_map_lookup_elem(&budgets, &row);
	if (budget == NULL)
		return 0;
	next = *(volatile __s64 *)&budget->next_ns;
	from = now - (ANSWERS_BURST - 1) * ANSWER_GAP_NS;
	if (next > now)
		return 0;
	if (next > from)
		from = next;
	/* Who meets another processor here is one answer in a thousand: it stays unsaid.
	 */
	return __sync_val_compare_and_swap(
		   &budget->next_ns, next, from + ANSWER_GAP_NS) == next;
}

/* The headers of the answer, behind which @quoted octets already stand. */
static __always_inline int
answer_write_v4(struct __sk_buff *skb, struct scratch *s, const struct packet *p,
    __u32 mtu, __u32 quoted)
{
	struct answer_v4 *h = &s->answer.v4;
	__u64 sum;

	*h = (struct answer_v4){
	    .ip = {.version = 4,
		.ihl = 5,
		.tos = ANSWER_TOS,
		.ttl = ANSWER_LIFE,
		.protocol = IPPROTO_ICMP,
		.saddr = p->to.word[3],
		.daddr = p->from.word[3]},
	};
	h->ip.tot_len = bpf_htons((__u16)(sizeof *h + quoted));
	h->ip.check = (__u16)~answer_fold(
	    (__u32)bpf_csum_diff(NULL, 0, (__be32 *)&h->ip, sizeof h->ip, 0));
	h->icmp.type = mtu == 0 ? ANSWER_TIME_EXCEEDED : ANSWER_UNREACHABLE;
	h->icmp.code = mtu == 0 ? 0 : ANSWER_FRAG_NEEDED;
	h->icmp.rest = bpf_htonl(mtu & 0xffff);
	sum = (__u32)bpf_csum_diff(NULL, 0, (__be32 *)&h->icmp, sizeof h->icmp, 0);
	sum += answer_sum(skb, s, ETH_HLEN + sizeof *h, quoted);
	h->icmp.checksum = (__u16)~answer_fold(sum);
	return (int)bpf_skb_store_bytes(
	    skb, ETH_HLEN, h, sizeof *h, BPF_F_RECOMPUTE_CSUM);
}

static __always_inline int
answer_write_v6(struct __sk_buff *skb, struct scratch *s, const struct packet *p,
    __u32 mtu, __u32 quoted)
{
	struct answer_v6 *h = &s->answer.v6;
	__u64 sum;

	*h = (struct answer_v6){
	    .ip = {.version = 6,
		.priority = ANSWER_TOS >> 4,
		.nexthdr = IPPROTO_ICMPV6,
		.hop_limit = ANSWER_LIFE},
	};
	h->ip.payload_len = bpf_htons((__u16)(sizeof h->icmp + quoted));
	__builtin_memcpy(&h->ip.saddr, &p->to, sizeof h->ip.saddr);
	__builtin_memcpy(&h->ip.daddr, &p->from, sizeof h->ip.daddr);
	h->icmp.type = mtu == 0 ? ANSWER_V6_TIME_EXCEEDED : ANSWER_V6_TOO_BIG;
	h->icmp.rest = bpf_htonl(mtu);
	sum = (__u32)bpf_csum_diff(NULL, 0, (__be32 *)&h->icmp, sizeof h->icmp, 0);
	sum += answer_sum(skb, s, ETH_HLEN + sizeof *h, quoted);
	sum += answer_pseudo(p, IPPROTO_ICMPV6, sizeof h->icmp + quoted);
	h->icmp.checksum = (__u16)~answer_fold(sum);
	return (int)bpf_skb_store_bytes(
	    skb, ETH_HLEN, h, sizeof *h, BPF_F_RECOMPUTE_CSUM);
}

/* Its link header leads back where it came from. */
static __always_inline int
answer_turn(struct __sk_buff *skb)
{
	__u8 was[2 * ETH_ALEN], now[2 * ETH_ALEN];

	if (bpf_skb_load_bytes(skb, 0, was, sizeof was) != 0)
		return -1;
	__builtin_memcpy(now, was + ETH_ALEN, ETH_ALEN);
	__builtin_memcpy(now + ETH_ALEN, was, ETH_ALEN);
	return (int)bpf_skb_store_bytes(skb, 0, now, sizeof now, 0);
}

/* 0: the packet has become the answer.  Else it is spoilt. */
static __noinline int
answer_make(struct __sk_buff *skb, const struct packet *p, struct scratch *s, __u32 mtu)
{
	__u32 room = p->v6 ? sizeof s->answer.v6 : sizeof s->answer.v4;
	__u32 quoted = (p->v6 ? ANSWER_MAX_V6 : ANSWER_MAX_V4) - room;
	__u32 header = p->l4 - ETH_HLEN;
	int unfinished = answer_unfinished(skb, p);

	if (quoted > header + p->behind)
		quoted = header + p->behind;
	/* Also when nothing is to be cut: it ends that this is several packets in one. */
	if (bpf_skb_change_tail(skb, ETH_HLEN + quoted, 0) != 0)
		return -1;
	if (unfinished && header < quoted &&
	    answer_finish(skb, s, p->l4, quoted - header, p->proto) != 0)
		return -1;
	if (bpf_skb_adjust_room(skb, (__s32)room, BPF_ADJ_ROOM_MAC, 0) != 0)
		return -1;
	if ((p->v6 ? answer_write_v6(skb, s, p, mtu, quoted)
		   : answer_write_v4(skb, s, p, mtu, quoted)) != 0)
		return -1;
	return answer_turn(skb);
}

/* @mtu: the packet is too big for it; 0: its life is over. */
static __noinline int
answer(struct __sk_buff *skb, struct passage *v, __u32 mtu)
{
	struct scratch *s = scratch_here();

	if (s == NULL || !answer_single(&v->p))
		return PATH_DROP;
	if (!answer_allowed()) {
		count_drop(v->listener, KM_DROP_ANSWERS_HELD);
		return PATH_DROP;
	}
	if (answer_make(skb, &v->p, s, mtu) != 0)
		return PATH_DROP;
	return (int)bpf_redirect(skb->ifindex, 0);
}

static __always_inline int
answer_ttl(struct __sk_buff *skb, struct passage *v)
{
	count_drop(v->listener, KM_DROP_TTL);
	return answer(skb, v, 0);
}

static __always_inline int
answer_too_big(struct __sk_buff *skb, struct passage *v, __u32 mtu)
{
	count_drop(v->listener, KM_DROP_TOO_BIG);
	return answer(skb, v, mtu);
}

#endif
