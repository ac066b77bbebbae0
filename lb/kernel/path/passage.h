/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_PASSAGE_H
#define PATH_PASSAGE_H

/* passage - a packet on its way through the program, with the rows it has met. */
#include "clock.h"
#include "count.h"
#include "maps.bpf.h"
#include "packet.h"

struct passage {
	struct packet p;
	struct km_flow_key key; /* of its flow */
	__u32 tick;
	__u32 listener; /* row */
	struct km_listener *l;
	struct km_settings *s;
};

/* Where it goes: the row of an endpoint (above 0), or one of these. */
#define GO_UP   0
#define GO_DROP (-1)

static __always_inline struct km_listener *
listener_row(__u32 row)
{
	return bpf_map_lookup_elem(&listeners, &row);
}

static __always_inline struct km_endpoint *
endpoint_row(__u32 row)
{
	return bpf_map_lookup_elem(&endpoints, &row);
}

static __always_inline struct km_settings *
settings_row(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&settings, &zero);
}

/* The row of a packet's destination (vips) or source (members); 0: none, KM_ANY: only
 * the address is known, asked with port 0 and protocol 0. */
static __always_inline __u32
place_row(void *map, const struct km_addr *addr, __u16 port, __u8 proto)
{
	struct km_place place = {.addr = *addr, .port = port, .proto = proto};
	__u32 *row = bpf_map_lookup_elem(map, &place);

	return row == NULL ? 0 : *row;
}

enum place_kind { PLACE_VIP, PLACE_MEMBER };

/* What was found lately in vips and members; each CPU has its own, not pinned. */
struct place_known {
	struct km_addr addr;
	__u16 port;
	__u8 proto;
	__u8 kind;
	__u32 row;
	__u32 places; /* of settings, from before it was found */
	__u32 zero;
};

#define PLACES 256

PATH_MAP(places, PERCPU_ARRAY, __u32, struct place_known, PLACES, 0);

static __always_inline int
place_is(const struct place_known *k, const struct place_known *wanted)
{
	return k->addr.word[3] == wanted->addr.word[3] && k->port == wanted->port &&
	       k->proto == wanted->proto && k->kind == wanted->kind &&
	       k->places == wanted->places && k->addr.word[2] == wanted->addr.word[2] &&
	       k->addr.word[1] == wanted->addr.word[1] &&
	       k->addr.word[0] == wanted->addr.word[0];
}

static __always_inline int
place_may_be_vip(const struct km_settings *s, const struct km_addr *a)
{
	__u64 bits = s->vip_bits;

	return bits == 0 || (bits & km_vip_bit(a)) != 0;
}

/* As place_row(), for the packet's protocol: most packets go to and come from the same
 * few places. */
static __always_inline __u32
place_known_row(
    const struct passage *v, enum place_kind kind, const struct km_addr *addr, __u16 port)
{
	struct place_known wanted = {.addr = *addr,
	    .port = port,
	    .proto = v->p.proto,
	    .kind = kind,
	    .places = v->s->places};
	__u32 at = ((addr->word[3] ^ port) * 0x9e3779b1u) >> 24;
	struct place_known *k = bpf_map_lookup_elem(&places, &at);

	if (k == NULL)
		return 0;
	if (place_is(k, &wanted) && wanted.places != 0)
		return k->row;
	wanted.row = kind == PLACE_VIP ? place_row(&vips, addr, port, v->p.proto)
				       : place_row(&members, addr, port, v->p.proto);
	if (wanted.row != 0)
		*k = wanted;
	return wanted.row;
}

#endif
