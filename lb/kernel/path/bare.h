/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_BARE_H
#define PATH_BARE_H

/*
 * bare - sending what bears no transport header of its own flow: later fragments, and
 * ICMP errors about its packets.
 *
 * Never answered: both are what no answer may be about (RFC 1122, 3.2.2).
 */
#include "scratch.h"
#include "send.h"

#define BARE_GOES 1

/* Before anything is changed: BARE_GOES, or the verdict. */
static __noinline int
bare_ask(struct __sk_buff *skb, struct passage *v, struct bare *b)
{
	struct km_endpoint *e = b->endpoint == 0 ? NULL : endpoint_row(b->endpoint);
	int forward = b->endpoint != 0;

	b->way.ifindex = 0;
	b->way.mtu = 0;
	if (v->p.life <= 1) {
		if (forward)
			count_drop(v->listener, KM_DROP_TTL);
		return forward ? PATH_DROP : PATH_UP;
	}
	if (e != NULL && e->ifindex != 0)
		b->way.mtu = e->mtu;
	else if (way_find(skb, &v->p, &b->from, &b->to, &b->way) != 0)
		return send_nowhere(v);
	b->narrow = b->way.mtu != 0 && v->p.size > b->way.mtu;
	if (!b->narrow || !v->p.whole)
		return BARE_GOES;
	if (forward)
		count_drop(v->listener, KM_DROP_TOO_BIG);
	return forward ? PATH_DROP : PATH_UP;
}

/* The IP header is rewritten, and the packet goes. */
static __noinline int
bare_send(struct __sk_buff *skb, struct passage *v, struct bare *b)
{
	struct km_endpoint *e = b->endpoint == 0 ? NULL : endpoint_row(b->endpoint);
	struct rewrite r = {.to = b->endpoint != 0, .spend = !b->narrow};

	r.was = r.to ? &v->p.to : &v->p.from;
	r.is = r.to ? &b->to : &b->from;
	if (rewrite_network(skb, &v->p, &r) != 0)
		return PATH_DROP;
	if (b->narrow)
		return r.to ? PATH_UP : send_reverse_to_stack(skb);
	if (b->way.ifindex != 0)
		return send_to_hop(b->way.ifindex, &b->way.hop);
	return e == NULL
		   ? PATH_DROP
		   : send_to_hop(e->ifindex, (struct bpf_redir_neigh *)&e->hop_family);
}

#endif
