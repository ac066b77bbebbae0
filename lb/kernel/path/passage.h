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

#endif
