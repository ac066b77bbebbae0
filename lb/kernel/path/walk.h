/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_WALK_H
#define PATH_WALK_H

/*
 * walk - past IPv6 extension headers, of a packet and of what an ICMP error quotes.
 *
 * Reads through helpers that check every octet against the packet's end.  More than
 * WALK_HEADERS are more than anybody sends, and every one costs: they are not read.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define WALK_HEADERS 8

#define WALK_OFFSET 0xfff8 /* of a fragment header, host order */
#define WALK_MORE   0x0001

struct walk {
	__u32 at;      /* where the headers end */
	__u8 proto;    /* of what begins there */
	bool fragment; /* there was a fragment header, and the packet is not the whole */
	__u16 offset;  /* its offset and more, host order */
	__u32 id;
};

/* The first octets of any of them; named as in a fragment header. */
struct walk_header {
	__u8 next;
	__u8 length;   /* of others, in 8 octets behind the first 8 */
	__be16 offset; /* of a routing header: its type, and how many are left */
	__be32 id;
};

/* One header of type @w->proto at @w->at: 1 if it was one to walk past, 0 if the headers
 * end here, -1 if it cannot be read. */
static __always_inline int
walk_one(struct __sk_buff *skb, __u32 end, struct walk *w)
{
	struct walk_header h;
	__u32 n = 8;

	switch (w->proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_FRAGMENT:
		break;
	default:
		return 0;
	}
	/* What a fragment other than the first carries is no header. */
	if ((w->offset & WALK_OFFSET) != 0)
		return 0;
	if (w->at + sizeof h > end || bpf_skb_load_bytes(skb, w->at, &h, sizeof h) != 0)
		return -1;
	/* Still on its way through routers that it names: its last one is another
	 * address. */
	if (w->proto == IPPROTO_ROUTING && (bpf_ntohs(h.offset) & 0xff) != 0)
		return 0;
	if (w->proto == IPPROTO_FRAGMENT) {
		w->offset = bpf_ntohs(h.offset) & (WALK_OFFSET | WALK_MORE);
		w->fragment = w->offset != 0;
		w->id = h.id;
	} else {
		n = 8 + 8 * h.length;
	}
	w->proto = h.next;
	w->at += n;
	return w->at <= end ? 1 : -1;
}

/* From the header of type @proto at @at: 0, or -1 where headers go on beyond @end or are
 * too many. */
static __noinline int
walk_v6(struct __sk_buff *skb, __u32 at, __u32 end, __u8 proto, struct walk *w)
{
	w->at = at;
	w->proto = proto;
	w->fragment = false;
	w->offset = 0;
	w->id = 0;
	for (int i = 0; i <= WALK_HEADERS; i++) {
		int more = walk_one(skb, end, w);

		if (more <= 0)
			return more;
	}
	return -1;
}

#endif
