/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_FUZZ_BPF_HELPERS_H
#define EDGE_FUZZ_BPF_HELPERS_H

/*
 * bpf_helpers - in the place of libbpf's own, so that the packet path's parser is
 * compiled for user space: the few helpers it calls, over a packet in memory.
 */
#include <linux/bpf.h>

#include <linux/types.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define __noinline      __attribute__((noinline, unused))
#define SEC(name)       __attribute__((unused))
#define __uint(name, n) int(*name)[n]
#define __type(name, t) t *name

/* A packet whose first octets alone are at hand, as a driver leaves it. */
struct shim_packet {
	struct __sk_buff skb; /* first: helpers get it */
	const __u8 *octets;
	__u32 linear;
};

#define PACKET_POINTER(skb, field) shim_pointer_##field(skb)

void *shim_pointer_data(struct __sk_buff *skb);
void *shim_pointer_data_end(struct __sk_buff *skb);
long bpf_skb_pull_data(struct __sk_buff *skb, __u32 octets);
long bpf_skb_load_bytes(const void *skb, __u32 offset, void *to, __u32 octets);

#endif
