/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * row_maps - entries of maps, as rows find and make them.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <string.h>

#include "row.h"

struct km_flow_key
flow_key(const struct world *w, enum service s)
{
	return (struct km_flow_key){
	    world_client(w, w->client), htons(w->port), (uint16_t)world_row(w, s)};
}

struct km_flow *
flow_at(const struct world *w, enum service s)
{
	struct km_flow_key key = flow_key(w, s);

	return table_find(&w->flows, &key);
}

struct km_flow *
half_at(const struct world *w, enum service s)
{
	struct km_flow_key key = flow_key(w, s);

	return table_find(&w->half_open, &key);
}

void
flow_put(struct world *w, enum service s, unsigned member, uint8_t flags)
{
	struct km_flow_key key = flow_key(w, s);
	struct km_flow f = {.seen = object_tick(),
	    .endpoint = (uint16_t)world_endpoint_row(w, s, member),
	    .state = KM_OPEN,
	    .flags = flags};

	row_must(w, table_put(&w->flows, &key, &f), "room for a flow");
}

void
half_put(struct world *w, enum service s, unsigned member, enum km_state state,
    uint32_t client_seq, uint32_t expect)
{
	struct km_flow_key key = flow_key(w, s);
	struct km_flow f = {.seen = object_tick(),
	    .endpoint = (uint16_t)world_endpoint_row(w, s, member),
	    .state = (uint8_t)state,
	    .tcp = {.client_seq = client_seq, .expect = expect}};

	row_must(w, table_put(&w->half_open, &key, &f), "room for a half-open flow");
}

static struct km_affinity
affinity(const struct world *w, uint32_t domain, struct km_addr client)
{
	struct km_affinity_key key = {domain, client};
	struct km_affinity a = {0};

	bpf_map_lookup_elem(w->o.map[KERNEL_MAP_AFFINITIES], &key, &a);
	return a;
}

uint32_t
affinity_get(const struct world *w, uint32_t domain, struct km_addr client)
{
	return affinity(w, domain, client).member;
}

uint32_t
affinity_seen(const struct world *w, uint32_t domain, struct km_addr client)
{
	return affinity(w, domain, client).seen;
}

void
affinity_put(struct world *w, uint32_t domain, uint32_t member, uint32_t seen)
{
	struct km_affinity_key key = {domain, world_client(w, w->client)};
	struct km_affinity a = {member, seen};

	w->affinity_put = true;
	row_must(w,
	    bpf_map_update_elem(w->o.map[KERNEL_MAP_AFFINITIES], &key, &a, BPF_ANY) == 0,
	    "room for an affinity");
}

void
tcp_made(struct world *w, unsigned member)
{
	world_ring(w, TLS, (uint8_t)member);
	row_forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), member);
	row_returned(w, tcp_out(w, member, TCP_SYN | TCP_ACK, 5000, 1001), member);
	row_forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), member);
	row_entry_is(w, KERNEL_MAP_FLOWS, TLS, KM_OPEN);
}

void
udp_made(struct world *w, unsigned member, uint8_t first)
{
	world_ring(w, TURN, (uint8_t)member);
	row_forwarded(w, udp_in(w, first), member);
	row_returned(w, udp_out(w, member, first), member);
	row_entry_is(w, KERNEL_MAP_FLOWS, TURN, KM_OPEN);
}

void
flows_fill(struct world *w)
{
	struct km_flow f = {.seen = object_tick(),
	    .endpoint = (uint16_t)world_endpoint_row(w, TLS, 0),
	    .state = KM_OPEN};
	struct km_flow_key key = flow_key(w, TLS);

	for (uint32_t i = 1; entries(w, KERNEL_MAP_FLOWS) < FLOW_LANES; i++) {
		row_must(w, i < 65536, "flows for all lanes");
		key.port = htons((uint16_t)i);
		if (key.port != htons(w->port))
			table_put(&w->flows, &key, &f);
	}
}
