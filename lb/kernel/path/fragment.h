/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_FRAGMENT_H
#define PATH_FRAGMENT_H

/* fragment - the ones behind the first have no ports: they go where it went. */
#include "passage.h"

/* The first of several goes this way (row: of maps.h). */
static __always_inline void
fragment_seen(struct passage *v, enum km_fragment_way way, __u32 row)
{
	(void)v;
	(void)way;
	(void)row;
}

/* A fragment without ports. */
static __always_inline int
fragment_packet(struct __sk_buff *skb, struct passage *v)
{
	(void)skb;
	(void)v;
	return PATH_UP;
}

#endif
