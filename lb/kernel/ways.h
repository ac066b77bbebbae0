/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_WAYS_H
#define LB_KERNEL_WAYS_H

/*
 * ways - the next hop to each member, in the rows of its endpoints.
 *
 * Where the host decides by more than the destination (rules of its own, several next
 * hops), and where the member is this host, a row says 0: the path asks the routes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "links.h"
#include "maps.h"

struct way {
	struct km_addr to;
	uint32_t ifindex; /* 0: ask */
	uint32_t mtu;
	uint32_t hop_family;
	struct km_addr hop;
};

struct ways {
	struct way *next; /* KM_ENDPOINTS: what rows are to say */
	bool waiting;     /* some say 0 until ways_settle() */
};

int ways_init(struct ways *w);
void ways_fini(struct ways *w);
/* Asks for all members.  A row that changes says 0 first, so that no packet sees half of
 * one way and half of another. */
void ways_look(struct ways *w, const struct links *links, struct km_endpoint endpoints[]);
/* To be called when no packet of before ways_look() is under way any more. */
void ways_settle(struct ways *w, struct km_endpoint endpoints[]);

/* What an answer to RTM_GETROUTE with RTM_F_FIB_MATCH says of the way to @to.  Pure. */
struct nlmsghdr;
struct way
ways_read(const struct nlmsghdr *m, const struct km_addr *to, const struct links *links);
/* Whether a rule is one that every host has, or ours.  Pure. */
bool ways_rule_is_plain(const struct nlmsghdr *m);

#endif
