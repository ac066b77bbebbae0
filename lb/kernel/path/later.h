/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_LATER_H
#define PATH_LATER_H

/* later - a fragment without ports follows the first, which fragment.h remembers. */
#include "bare.h"

static __always_inline int
later_send(struct __sk_buff *skb, struct passage *v, __u32 row, int forward)
{
	struct km_endpoint *e = endpoint_row(row);
	struct scratch *s = scratch_here();
	struct bare *b;
	int goes;

	if (e == NULL || s == NULL)
		return PATH_DROP;
	v->listener = e->listener;
	v->l = listener_row(v->listener);
	if (v->l == NULL || v->l->row == KM_ROW_FREE)
		return PATH_DROP;
	b = &s->bare;
	b->endpoint = forward ? row : 0;
	b->from = forward ? v->p.from : v->l->addr;
	b->to = forward ? e->addr : v->p.to;
	goes = bare_ask(skb, v, b);
	if (goes != BARE_GOES)
		return goes;
	v->p.octets = v->p.behind;
	v->p.packets = 1;
	count_packets(row, forward ? KM_COUNT_PACKETS_IN : KM_COUNT_PACKETS_OUT, &v->p);
	return bare_send(skb, v, b);
}

/* Whether the first would have been looked at; IPv6 need not tell here what is carried.
 */
static __always_inline int
later_may_be_ours(const struct packet *p)
{
	switch (p->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return 1;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
		return p->v6;
	default:
		return 0;
	}
}

static __noinline int
later_packet(struct __sk_buff *skb, struct passage *v)
{
	struct km_fragment *f;

	if (!later_may_be_ours(&v->p) || (place_row(&vips, &v->p.to, 0, 0) == 0 &&
					     place_row(&members, &v->p.from, 0, 0) == 0))
		return PATH_UP;
	f = fragment_find(v);
	if (f == NULL) {
		count_drop(0, KM_DROP_FRAGMENT);
		return PATH_DROP;
	}
	return f->way == KM_WAY_PASS
		   ? PATH_UP
		   : later_send(skb, v, f->row, f->way == KM_WAY_FORWARD);
}

#endif
