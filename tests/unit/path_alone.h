/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PATH_ALONE_H
#define PATH_ALONE_H

/*
 * path_alone - the packet path's tables of flows (path/flow.h and what it is made of) as
 * a part of an ordinary program: what they ask of the kernel is here, over the memory of
 * a `struct object`, and what else they include is not included.
 *
 * One file of a program includes it.  The maps are pointers of this file, since that is
 * what the path knows them by.
 */
#define PATH_PASSAGE_H
#define PATH_AFFINITY_H

#include <stdint.h>

#include "kernel/bucket.h"
#include "kernel/object.h"

#undef __always_inline
#undef __noinline
#define __always_inline inline __attribute__((always_inline))
#define __noinline      __attribute__((noinline, unused))
#define CLOCK_AHEAD     1024u

static struct {
	struct km_bucket *at;
	const uint32_t *n;
} flows, half_open;
static struct km_endpoint *alone_endpoints;

#define bpf_map_lookup_elem(map, key)                                                    \
	(*(key) < *(map)->n ? &(map)->at[*(key)] : (struct km_bucket *)NULL)

struct passage {
	struct km_flow_key key __attribute__((aligned(8)));
	__u32 tag;
	__u64 hash;
	__u32 tick;
	__u16 listener;
	__u8 fresh;
	struct km_listener *l;
	struct km_settings *s;
};

static inline int
clock_past(__u32 tick, __u32 seen, __u32 patience)
{
	__u32 age = tick - seen;

	return age > patience && age <= ~CLOCK_AHEAD;
}

static inline struct km_endpoint *
endpoint_row(__u32 row)
{
	return row < KM_ENDPOINTS ? &alone_endpoints[row] : NULL;
}

static inline void
count_endpoint(__u32 endpoint, enum km_count what)
{
	(void)endpoint;
	(void)what;
}

static inline void
count_drop(__u32 listener, enum km_drop why)
{
	(void)listener;
	(void)why;
}

static inline int
affinity_is_kept(const struct passage *v)
{
	(void)v;
	return 0;
}

static inline void
affinity_write(struct passage *v, __u32 member)
{
	(void)v;
	(void)member;
}

/* It is judged by what is said to the compiler for the kernel. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include "kernel/path/flow.h"
#pragma GCC diagnostic pop

/* The maps are those of @o; @half: its half_open. */
static inline void
alone_begin(const struct object *o, struct km_bucket *half)
{
	flows.at = o->flows;
	flows.n = &o->settings->flow_buckets;
	half_open.at = half;
	half_open.n = &o->settings->half_buckets;
	alone_endpoints = o->endpoints;
}

/* A packet of this client comes to this listener, or goes to it. */
static inline void
alone_packet(struct passage *v, const struct object *o, const struct km_addr *client,
    uint16_t port, uint16_t listener)
{
	*v = (struct passage){.s = o->settings,
	    .l = &o->listeners[listener],
	    .listener = listener,
	    .tick = object_tick()};
	flow_approach(v, client, port);
	flow_name(v);
}

#endif
