/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packet path's parser, compiled for user space: whatever a frame says, no octet
 * beyond it is read, and what is told of it fits into it.
 *
 * The first octet chooses the family, a super-packet, and how much of the frame is at
 * hand; the frame follows, from the network header on.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include <packet.h>

#define FRAME_MAX 4096

static struct shim_packet *
shim(const void *skb)
{
	return (struct shim_packet *)(uintptr_t)skb;
}

void *
shim_pointer_data(struct __sk_buff *skb)
{
	return (void *)(uintptr_t)shim(skb)->octets;
}

void *
shim_pointer_data_end(struct __sk_buff *skb)
{
	return (void *)(uintptr_t)(shim(skb)->octets + shim(skb)->linear);
}

long
bpf_skb_pull_data(struct __sk_buff *skb, __u32 octets)
{
	if (octets > skb->len)
		return -1;
	shim(skb)->linear = octets > shim(skb)->linear ? octets : shim(skb)->linear;
	return 0;
}

long
bpf_skb_load_bytes(const void *skb, __u32 offset, void *to, __u32 octets)
{
	const struct shim_packet *s = shim(skb);

	if (offset > s->skb.len || octets > s->skb.len - offset)
		return -1;
	memcpy(to, s->octets + offset, octets);
	return 0;
}

static void
judge(const struct packet *p, enum packet_kind kind, uint32_t n)
{
	switch (kind) {
	case PACKET_OTHER:
	case PACKET_LIES:
		return;
	case PACKET_SESSION:
		assert(p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP);
		assert(p->l4 + 8u + (p->proto == IPPROTO_TCP ? 12u : 0u) <= n);
		assert(p->octets < p->behind && p->packets >= 1);
		break;
	case PACKET_ICMP:
		assert(p->l4 <= n);
		break;
	case PACKET_LATER:
		assert(p->l4 <= n && !p->first);
		break;
	}
	assert(p->l4 >= ETH_HLEN && p->l4 + p->behind <= n);
	assert(p->v6 || (packet_is_mapped(&p->from) && packet_is_mapped(&p->to)));
	assert(p->size <= n || p->packets > 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct shim_packet s = {.linear = ETH_HLEN};
	struct packet p;
	uint8_t *room, *frame;
	int kind;

	if (n == 0 || n > FRAME_MAX)
		return 0;
	/* The network header stands at a multiple of four, as everywhere. */
	room = calloc(1, 2 + ETH_HLEN + n - 1);
	assert(room != NULL);
	frame = room + 2;
	memcpy(frame + ETH_HLEN, octets + 1, n - 1);
	s.octets = frame;
	s.skb.len = (uint32_t)(ETH_HLEN + n - 1);
	s.linear = ETH_HLEN + 4u * (octets[0] >> 2);
	if (octets[0] >> 2 == 0 || s.linear > s.skb.len)
		s.linear = s.skb.len;
	s.skb.protocol = bpf_htons(octets[0] & 1 ? ETH_P_IPV6 : ETH_P_IP);
	s.skb.gso_size = octets[0] & 2 ? 500 : 0;
	s.skb.gso_segs = octets[0] & 2 ? 3 : 0;
	memset(&p, 0, sizeof p);
	kind = packet_parse(&s.skb, &p);
	judge(&p, (enum packet_kind)kind, s.skb.len);
	free(room);
	return 0;
}
