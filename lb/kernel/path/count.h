/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_COUNT_H
#define PATH_COUNT_H

/* count - counters of endpoints and listeners; each CPU adds to its own. */
#include "maps.bpf.h"
#include "packet.h"

static __always_inline void
count_endpoint(__u32 endpoint, enum km_count what)
{
	struct km_counts *c = bpf_map_lookup_elem(&counts, &endpoint);

	if (c != NULL)
		c->at[what]++;
}

static __always_inline void
count_packets(__u32 endpoint, enum km_count packets, const struct packet *p)
{
	struct km_counts *c = bpf_map_lookup_elem(&counts, &endpoint);

	if (c == NULL)
		return;
	c->at[packets] += p->packets;
	c->at[packets + 1] += p->octets;
}

_Static_assert(KM_COUNT_OCTETS_IN == KM_COUNT_PACKETS_IN + 1, "count_packets");
_Static_assert(KM_COUNT_OCTETS_OUT == KM_COUNT_PACKETS_OUT + 1, "count_packets");

static __always_inline void
count_drop(__u32 listener, enum km_drop why)
{
	struct km_drops *d = bpf_map_lookup_elem(&drops, &listener);

	if (d != NULL)
		d->at[why]++;
}

#endif
