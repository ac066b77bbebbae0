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
	/* Of its flow: flow.h. */
	struct km_flow_key key __attribute__((aligned(8)));
	__u32 tag;
	__u64 hash;
	__u32 tick;
	__u16 listener; /* row */
	__u8 fresh;     /* KM_FRESH, or 0: of the affinity it was picked by */
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

#define PLACE_BITS 8
#define PLACES     (1u << PLACE_BITS)

/* What was found lately in vips and members: a row, above settings.places from before it
 * was found.  One word, so that all CPUs may share it; the row itself tells whose it is.
 * The program's own, so that it knows where it is: an array must be asked. */
static volatile __u64 place_vips[PLACES], place_members[PLACES];

static __always_inline int
place_may_be_vip(const struct km_settings *s, const struct km_addr *a)
{
	__u64 bits = s->vip_bits;

	return bits == 0 || (bits & km_vip_bit(a)) != 0;
}

static __always_inline int
place_row_is(
    __u32 row, enum place_kind kind, const struct km_addr *addr, __u16 port, __u8 proto)
{
	struct km_listener *l;
	struct km_endpoint *e;

	if (kind == PLACE_VIP) {
		l = listener_row(row);
		return l != NULL && l->port == port && l->proto == proto &&
		       addr_is(&l->addr, addr);
	}
	e = endpoint_row(row);
	return e != NULL && e->port == port && e->proto == proto &&
	       addr_is(&e->addr, addr);
}

static __noinline __u32
place_find_vip(const struct passage *v, __u32 at)
{
	__u64 places = v->s->places;
	__u32 row = place_row(&vips, &v->p.to, v->p.to_port, v->p.proto);

	if (row != 0)
		place_vips[at & (PLACES - 1)] = places | (__u64)row << 32;
	return row;
}

static __noinline __u32
place_find_member(const struct passage *v, __u32 at)
{
	__u64 places = v->s->places;
	__u32 row = place_row(&members, &v->p.from, v->p.from_port, v->p.proto);

	if (row != 0)
		place_members[at & (PLACES - 1)] = places | (__u64)row << 32;
	return row;
}

/* As place_row(), for the packet's protocol: most packets go to and come from the same
 * few places. */
static __always_inline __u32
place_known_row(
    const struct passage *v, enum place_kind kind, const struct km_addr *addr, __u16 port)
{
	__u32 at = ((addr->word[3] ^ port) * 0x9e3779b1u) >> (32 - PLACE_BITS);
	__u64 known = kind == PLACE_VIP ? place_vips[at] : place_members[at];
	__u32 wanted = v->s->places, row = known >> 32;

	if ((__u32)known == wanted && wanted != 0 &&
	    place_row_is(row, kind, addr, port, v->p.proto))
		return row;
	return kind == PLACE_VIP ? place_find_vip(v, at) : place_find_member(v, at);
}

#endif
