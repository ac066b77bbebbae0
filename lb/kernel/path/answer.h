/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_ANSWER_H
#define PATH_ANSWER_H

/* answer - what we say ourselves, from the VIP, of packets of clients that end here. */
#include "passage.h"

static __noinline int
answer_ttl(struct __sk_buff *skb, struct passage *v)
{
	(void)skb;
	count_drop(v->listener, KM_DROP_TTL);
	return PATH_DROP;
}

static __noinline int
answer_too_big(struct __sk_buff *skb, struct passage *v, __u32 mtu)
{
	(void)skb;
	(void)mtu;
	count_drop(v->listener, KM_DROP_TOO_BIG);
	return PATH_DROP;
}

#endif
