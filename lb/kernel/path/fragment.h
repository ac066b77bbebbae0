/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_FRAGMENT_H
#define PATH_FRAGMENT_H

/*
 * fragment - the ones behind the first have no ports: they go where it went.
 *
 * What became of a first fragment is remembered for as long as a host waits for the rest.
 * IPv6 tells what a packet carries in its first fragment alone, so it is no part of the
 * key there.
 */
#include "passage.h"

#define FRAGMENT_PATIENCE ((__u32)(30000000000ull >> KM_TICK_BITS))

static __always_inline void
fragment_key(struct km_fragment_key *key, const struct packet *p)
{
	key->from = p->from;
	key->to = p->to;
	key->id = p->id;
	key->proto = p->v6 ? IPPROTO_FRAGMENT : p->proto;
}

static __noinline int
fragment_write(struct passage *v, __u32 way, __u32 row)
{
	struct km_fragment_key key;
	struct km_fragment value = {.seen = v->tick, .way = way, .row = row};

	/* Whom neither a VIP nor a member has to do with nobody will ask for. */
	if (way == KM_WAY_PASS && place_row(&vips, &v->p.to, 0, 0) == 0 &&
	    place_row(&members, &v->p.from, 0, 0) == 0)
		return 0;
	fragment_key(&key, &v->p);
	return (int)bpf_map_update_elem(&fragments, &key, &value, BPF_ANY);
}

/* The first of several goes this way (row: of maps.h). */
static __always_inline void
fragment_seen(struct passage *v, enum km_fragment_way way, __u32 row)
{
	if (v->p.first)
		fragment_write(v, way, row);
}

/* What became of the first, if it has been seen. */
static __noinline struct km_fragment *
fragment_find(const struct passage *v)
{
	struct km_fragment_key key;
	struct km_fragment *f;

	fragment_key(&key, &v->p);
	f = bpf_map_lookup_elem(&fragments, &key);
	return f == NULL || clock_past(v->tick, f->seen, FRAGMENT_PATIENCE) ? NULL : f;
}

#endif
