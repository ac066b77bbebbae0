/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef LB_KERNEL_MAPS_H
#define LB_KERNEL_MAPS_H

/*
 * maps - what the packet path in the kernel and edge-lb share: the layout of every map.
 *
 * Compiled twice: for the kernel (path/) and for us.  The maps are pinned and outlive
 * both sides, so a change of anything here raises KM_VERSION (object.h says what happens
 * then).
 *
 *   map         kind          written by            read by
 *   settings    array [1]     edge-lb; full_seen: path   path
 *   vips        hash          edge-lb               path: packet to a VIP -> listener
 *   members     hash          edge-lb               path: packet of a member -> endpoint
 *   listeners   array         edge-lb; sessions: both    path
 *   endpoints   array         edge-lb; sessions: both    path
 *   rings       array         edge-lb, while no listener refers to the ring
 *   budgets     array         path                  path: SYNs a member may get
 *   flows       array         path makes, edge-lb sweeps: bucket.h
 *   half_open   array         path: bucket.h
 *   asked       LRU hash      path: transactions that found no room in their flow
 *   affinities  LRU hash      path, when a flow is made
 *   fragments   LRU hash      path
 *   lists       LPM trie      edge-lb               path: who may begin a session
 *   counts      per CPU array path                  edge-lb: per endpoint
 *   drops       per CPU array path                  edge-lb: per listener
 *   tallies     array         edge-lb               edge-lb, after a restart: tally.h
 *
 * Arrays written by edge-lb are mapped into its memory (BPF_F_MMAPABLE); a word of theirs
 * changes by one store.  Row 0 of listeners and endpoints is nobody's: index 0 means
 * none, and drops[0] counts what belongs to no listener.
 *
 * Addresses are 16 octets in network order, IPv4 as ::ffff:a.b.c.d.  Ports are in network
 * order.  Times ("ticks") are CLOCK_MONOTONIC_COARSE in ns >> 20, 32 bits: differences
 * are taken modulo 2^32 and are below 26 days.
 */
#include <linux/types.h>

#define KM_VERSION 2

#define KM_LISTENERS      1024
#define KM_ENDPOINTS      4096
#define KM_BUDGETS        4096
#define KM_RINGS          256
#define KM_TALLIES        (KM_LISTENERS + KM_ENDPOINTS)
#define KM_TALLY_WORDS    47
#define KM_SLOTS          65537
#define KM_CHOICES        20 /* of a listener; MODEL_MEMBERS_MAX */
#define KM_FRAGMENTS_MAX  8192
#define KM_ASKED_MAX      16384
#define KM_LISTS_MAX      32768
#define KM_TICK_BITS      20
#define KM_SLOT_NONE      255
#define KM_BUDGET_ANSWERS 0 /* row of budgets that is no member: our ICMP errors */

struct km_addr {
	__u32 word[4];
};

/* --- who is there --- */

/* Of vips and members.  Port 0 with protocol 0: the address as such has rows, which is
 * what a fragment or an ICMP message asks. */
struct km_place {
	struct km_addr addr;
	__u16 port;
	__u8 proto; /* IPPROTO_TCP, IPPROTO_UDP */
	__u8 zero;
};

#define KM_ANY 0xffffffffu /* the value of rows with port 0 */

/* What an endpoint may get.  One store changes it; flows look at each packet. */
enum km_use {
	KM_USE_OUT, /* nothing: its flows' packets are passed up, which resets them */
	KM_USE_DOWN_RESET, /* the same for TCP; UDP flows go to another member */
	KM_USE_DOWN_KEEP,  /* TCP flows stay, UDP flows go to another member */
	KM_USE_KEEP,       /* flows stay, nothing new */
	KM_USE_NEW
};

enum km_row {
	KM_ROW_FREE,
	KM_ROW_PAST, /* listener: no longer ours; its flows stay, all else is passed up */
	KM_ROW_ACTIVE
};

#define KM_LISTENER_TUPLE  1u /* the hash takes the client's port in, and no affinity */
#define KM_LISTENER_LISTS  2u /* it has rows in lists */
#define KM_LISTENER_ALLOW  4u /* and some that allow: who is in none is denied */
#define KM_LISTENER_DIRECT 8u /* clients speak with its members directly, too: A/V */

/* Rows of listeners and endpoints are two cache lines each: first what every packet
 * reads, then what new sessions read and write. */
#define KM_LINE 64

struct km_listener {
	struct km_addr addr;
	__u32 flags; /* KM_LISTENER_* */
	__u32 idle;  /* ticks */
	__u16 port;
	__u8 proto;
	__u8 row;     /* enum km_row */
	__u32 ring;   /* row of rings */
	__u32 domain; /* of affinity; 0: none */
	__u32 n_choices;
	__u32 sessions_max;            /* 0: no limit */
	__u32 sessions_per_member_max; /* 0: no limit */
	__u64 id;
	__u32 zero[2];
	__u16 choices[KM_CHOICES]; /* endpoints, by what a ring's slot says */
	__u32 sessions;
	__u32 none[5];
};

struct km_endpoint {
	struct km_addr addr;
	__u16 port;
	__u8 proto;
	__u8 backup;
	__u32 use;      /* enum km_use */
	__u32 listener; /* the one it belongs to */
	/* The way to it, kept true by edge-lb; ifindex 0: the path asks the routes. */
	__u32 ifindex;
	__u32 mtu;          /* 0: not known */
	__u32 hop_family;   /* AF_INET, AF_INET6 of hop */
	struct km_addr hop; /* next hop; hop_family AF_INET: word[0] alone */
	__u64 id;
	__u32 member; /* of affinity: the same for all endpoints of a member, not 0 */
	__u32 sessions;
	__u32 budget;        /* row of budgets; 0: no limit */
	__u32 budget_gap_us; /* between two sessions in the long run */
	__u32 none[12];
};

_Static_assert(sizeof(struct km_listener) == 2 * KM_LINE, "cache lines");
_Static_assert(sizeof(struct km_endpoint) == 2 * KM_LINE, "cache lines");

struct km_ring {
	__u8 slot[KM_SLOTS]; /* index into choices, or KM_SLOT_NONE */
	__u8 zero[7];
};

struct km_budget {
	__s64 next_ns; /* when the member's turn is next; CLOCK_MONOTONIC */
};

struct km_list_key {
	__u32 bits; /* of what follows; LPM */
	__u32 list; /* network order: listener * 2 + (1: deny, 0: allow) */
	struct km_addr addr;
};

/* --- flows --- */

struct km_flow_key {
	struct km_addr client;
	__u16 port; /* the client's */
	__u16 listener;
};

enum km_state {
	KM_NONE,
	/* half_open, TCP */
	KM_SYN,         /* a SYN went to the member */
	KM_SYN_ACK,     /* it answered: expect is what the client must acknowledge */
	KM_PICKED,      /* a packet in the middle of nowhere went to the member */
	KM_PICKED_SEEN, /* it answered with data or an ACK: as KM_SYN_ACK */
	KM_DIRECT,      /* a conversation past the VIP: never translated */
	/* half_open, UDP */
	KM_ASKED, /* a datagram went to the member */
	/* flows; half_open: it is being made one */
	KM_OPEN
};

/* What ended a flow so far; it goes on if somebody speaks. */
#define KM_FIN_IN  1u /* from the client */
#define KM_FIN_OUT 2u
#define KM_RST     4u
/* Half-open: its affinity was refreshed lately. */
#define KM_FRESH 8u

#define KM_TRANSACTIONS 4

/* In flows and in half_open: a cache line. */
struct km_flow {
	union {
		struct {
			__u32 tag;  /* of its hash; 0: none is here, or not yet */
			__u32 seen; /* tick of the last packet */
		};
		__u64 stamp; /* both */
	};
	struct km_flow_key key;
	union {
		struct {
			__u16 endpoint;
			__u8 state; /* enum km_state */
			__u8 flags; /* KM_FIN_IN.. */
		};
		__u32 word; /* all three */
	};
	union {
		struct {
			__u32 client_seq; /* of the SYN */
			__u32 expect; /* acknowledgement number that proves the client */
			/* About where each side is: number.h. */
			__u32 in, out;
		} tcp;
		/* Hashes of MS-TURN transactions that came through the VIP; 0: free. */
		__u32 asked[KM_TRANSACTIONS];
	};
	__u32 number; /* of this lane in its map: bucket * 8 + lane */
	__u32 zero[3];
};

#define KM_LANES 7

/* The value of flows and of half_open: bucket.h. */
struct km_bucket {
	union {
		struct km_flow line[KM_LANES + 1]; /* of lanes, and the last is not one */
		struct {
			struct km_flow lane[KM_LANES];
			__u64 marks;   /* an octet for each lane; 0: free */
			__u32 spilled; /* how many that belong here had to go on */
			__u32 none[13];
		};
	};
};

struct km_asked_key {
	struct km_flow_key flow;
	__u32 transaction; /* its hash */
};

struct km_asked {
	__u32 seen;
};

struct km_affinity_key {
	__u32 domain;
	struct km_addr client; /* masked */
};

struct km_affinity {
	__u32 member;
	__u32 seen;
};

struct km_fragment_key {
	struct km_addr from, to; /* as on the wire */
	__u32 id;
	__u32 proto;
};

enum km_fragment_way { KM_WAY_PASS, KM_WAY_FORWARD, KM_WAY_REVERSE };

/* What became of the first fragment. */
struct km_fragment {
	__u32 seen;
	__u32 way; /* enum km_fragment_way */
	__u32 row; /* forward, reverse: the endpoint */
	__u32 zero;
};

/* --- settings and counters --- */

struct km_settings {
	__u32 version; /* KM_VERSION */
	__u32 seed;    /* of hashes; fixed as long as the maps live */
	/* Likewise: how many buckets flows and half_open have, where in flows the middle
	 * and the back begin, and by what a client's address and port choose them. */
	__u32 flow_buckets, half_buckets;
	__u32 middle, back;
	__u32 keys[6];
	__u32 deep; /* 1: some flows are behind the front */
	/* Another number after each change of vips or members: what the path remembers of
	 * them is void then.  0: it remembers nothing. */
	__u32 places;
	/* The bits (km_vip_bit()) of all addresses in vips, set before they are there;
	 * what has none of them is none.  0: not known. */
	__u64 vip_bits;
	/* For how many flows there is room, at least; fixed, too. */
	__u32 flow_room, half_room;
	__u32 full_seen; /* tick when a flow last found no room; 0: never */
	__u32 half_close, unanswered, closing; /* ticks */
	__u32 affinity;                        /* ticks; 0: none is kept */
	struct km_addr mask_v4, mask_v6;       /* of a client's address in affinity */
};

/* Of the last word of an address, which differs between those of one host. */
static inline __u64
km_vip_bit(const struct km_addr *a)
{
	return (__u64)1 << ((a->word[3] * 0x9e3779b1u) >> 26);
}

enum km_count {
#define COUNT(id, word, text) KM_COUNT_##id,
#include "tbl/kernel_counts.h"
	KM_COUNTS
};

enum km_drop {
#define DROP(id, word, text) KM_DROP_##id,
#include "tbl/kernel_drops.h"
	KM_DROPS
};

struct km_counts {
	__u64 at[KM_COUNTS];
};

struct km_drops {
	__u64 at[KM_DROPS];
};

/* Of a listener's row, or (behind those) of an endpoint's: what its object has counted
 * beside these maps, by enum lb_field.  Row 0 is the process. */
struct km_tally {
	__u64 id;
	__u64 rest[KM_TALLY_WORDS];
};

#endif
