/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_MAPS_H
#define PATH_MAPS_H

/* The maps of ../maps.h as the program sees them.  Sizes of flows and half_open are set
 * before loading. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../maps.h"

#define PATH_MAP(name, kind, k, v, n, f)                                                 \
	struct {                                                                         \
		__uint(type, BPF_MAP_TYPE_##kind);                                       \
		__type(key, k);                                                          \
		__type(value, v);                                                        \
		__uint(max_entries, n);                                                  \
		__uint(map_flags, f);                                                    \
	} name SEC(".maps")

PATH_MAP(settings, ARRAY, __u32, struct km_settings, 1, BPF_F_MMAPABLE);
PATH_MAP(vips, HASH, struct km_place, __u32, 2 * KM_LISTENERS, 0);
PATH_MAP(members, HASH, struct km_place, __u32, 2 * KM_ENDPOINTS, 0);
PATH_MAP(listeners, ARRAY, __u32, struct km_listener, KM_LISTENERS, BPF_F_MMAPABLE);
PATH_MAP(endpoints, ARRAY, __u32, struct km_endpoint, KM_ENDPOINTS, BPF_F_MMAPABLE);
PATH_MAP(rings, ARRAY, __u32, struct km_ring, KM_RINGS, BPF_F_MMAPABLE);
PATH_MAP(budgets, ARRAY, __u32, struct km_budget, KM_BUDGETS, BPF_F_MMAPABLE);
PATH_MAP(flows, ARRAY, __u32, struct km_bucket, 1, BPF_F_MMAPABLE);
PATH_MAP(half_open, ARRAY, __u32, struct km_bucket, 1, BPF_F_MMAPABLE);
PATH_MAP(asked, LRU_HASH, struct km_asked_key, struct km_asked, KM_ASKED_MAX, 0);
PATH_MAP(affinities, LRU_HASH, struct km_affinity_key, struct km_affinity, 262144, 0);
PATH_MAP(
    fragments, LRU_HASH, struct km_fragment_key, struct km_fragment, KM_FRAGMENTS_MAX, 0);
PATH_MAP(lists, LPM_TRIE, struct km_list_key, __u8, KM_LISTS_MAX, BPF_F_NO_PREALLOC);
PATH_MAP(counts, PERCPU_ARRAY, __u32, struct km_counts, KM_ENDPOINTS, 0);
PATH_MAP(drops, PERCPU_ARRAY, __u32, struct km_drops, KM_LISTENERS, 0);
PATH_MAP(tallies, ARRAY, __u32, struct km_tally, KM_TALLIES, BPF_F_MMAPABLE);

#endif
