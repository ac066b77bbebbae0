/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_SCRATCH_H
#define PATH_SCRATCH_H

/*
 * scratch - room for what does not fit on a program's 512 octets of stack: used by rare
 * packets alone, one at a time on a CPU.  Nothing in it outlives a packet, so it is not
 * pinned and not in maps.h.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "passage.h"
#include "way.h"

#define SCRATCH_BLOCK 256 /* octets that are summed up at once */

struct quote_ports {
	__be16 from, to;
};

/* The packet that an ICMP error quotes. */
struct quote {
	__u8 v6;
	__u8 proto;
	__u32 l3, l4, end; /* where it is, in the frame */
	struct km_addr from, to;
	struct quote_ports ports;
	struct walk walk;
};

struct icmp_error {
	__u8 type, code;
	struct quote quote;
	/* What the quoted packet's side of ours shall bear: the source of an error to a
	 * VIP, else the destination. */
	struct km_addr addr;
	__be16 port;
};

/* How a packet is sent that bears no transport header of its flow: bare.h. */
struct bare {
	struct km_addr from, to; /* what the packet shall bear */
	__u32 endpoint;          /* forward: its row; 0: reverse */
	__u32 narrow;            /* out: the stack cuts it up and sends it */
	struct way way;
};

struct answer_icmp {
	__u8 type, code;
	__be16 checksum;
	__be32 rest;
};

struct answer_v4 {
	struct iphdr ip;
	struct answer_icmp icmp;
};

struct answer_v6 {
	struct ipv6hdr ip;
	struct answer_icmp icmp;
};

struct scratch {
	struct icmp_error error;
	struct bare bare;
	union {
		struct answer_v4 v4;
		struct answer_v6 v6;
	} answer;
	__u32 block[SCRATCH_BLOCK / 4];
};

PATH_MAP(scratches, PERCPU_ARRAY, __u32, struct scratch, 1, 0);

static __always_inline struct scratch *
scratch_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

#endif
