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
#include <string.h>
#include <sys/mman.h>

#include "unit.h"

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

/* --- tables without a kernel, shared with processes forked from now on --- */

#define LISTENER 3u
#define ENDPOINT 5u
#define CLOSING  40u /* ticks */

struct lab {
	struct object o;
	struct km_bucket *half;
	size_t flows_size, half_size;
};

static inline void *
shared(size_t size)
{
	void *at =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(at != MAP_FAILED);
	return at;
}

static inline uint32_t
next_of(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static inline void
lab_begin(struct lab *lab, uint32_t buckets, uint32_t half_buckets, uint32_t seed)
{
	struct object *o = &lab->o;

	memset(lab, 0, sizeof *lab);
	lab->flows_size = buckets * sizeof *o->flows;
	lab->half_size = half_buckets * sizeof *o->flows;
	o->settings = shared(sizeof *o->settings);
	o->listeners = shared(KM_LISTENERS * sizeof *o->listeners);
	o->endpoints = shared(KM_ENDPOINTS * sizeof *o->endpoints);
	o->flows = shared(lab->flows_size);
	lab->half = shared(lab->half_size);
	*o->settings = (struct km_settings){.version = KM_VERSION,
	    .flow_buckets = buckets,
	    .half_buckets = half_buckets,
	    .middle = km_middle_of(buckets),
	    .back = km_back_of(buckets),
	    .closing = CLOSING,
	    .half_close = CLOSING};
	for (unsigned i = 0; i < 6; i++)
		o->settings->keys[i] = next_of(&seed) ^ next_of(&seed) << 16;
	o->listeners[LISTENER] = (struct km_listener){
	    .id = 30, .row = KM_ROW_ACTIVE, .proto = 6, .idle = 1000000};
	o->endpoints[ENDPOINT] = (struct km_endpoint){
	    .id = 50, .listener = LISTENER, .proto = 6, .use = KM_USE_NEW};
	flows.at = o->flows;
	flows.n = &o->settings->flow_buckets;
	half_open.at = lab->half;
	half_open.n = &o->settings->half_buckets;
	alone_endpoints = o->endpoints;
}

static inline void
lab_end(struct lab *lab)
{
	munmap(lab->o.settings, sizeof *lab->o.settings);
	munmap(lab->o.listeners, KM_LISTENERS * sizeof *lab->o.listeners);
	munmap(lab->o.endpoints, KM_ENDPOINTS * sizeof *lab->o.endpoints);
	munmap(lab->o.flows, lab->flows_size);
	munmap(lab->half, lab->half_size);
}

/* A packet of this client comes to the listener, or goes to it. */
static inline void
packet_of(const struct lab *lab, uint32_t client, struct passage *v)
{
	const struct km_addr addr = {{0, 0, 0xffff0000u, client / 7 * 0x01000193u}};

	*v = (struct passage){.s = lab->o.settings,
	    .l = &lab->o.listeners[LISTENER],
	    .listener = LISTENER,
	    .tick = object_tick()};
	flow_approach(v, &addr, (uint16_t)(client % 7 + 40000));
	flow_name(v);
}

#endif
