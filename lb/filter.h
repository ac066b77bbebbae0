/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_FILTER_H
#define LB_FILTER_H

/*
 * filter - what the packet filter must do for a configuration, as the text of one
 * nftables table.
 *
 *   divert   what a member answers to a client whose source is kept comes to our socket:
 *            TCP by the socket, UDP also by the MS-TURN transaction that went out here
 *   notrack  nothing that is balanced or passes to a member is tracked, so that a flood
 *            cannot fill the connection table ...
 *   outbound ... but new outbound federation connections of members, which leave with
 *            the VIP as their source (R7)
 *   quiet    no ICMP redirects: they would tell members a way past the balancer (IPv6
 *            has no setting for that)
 *
 * Pure; nft.c hands the text to the kernel.
 */
#include <stdbool.h>

#include <edge/addr.h>
#include <edge/model.h>
#include <edge/sbuf.h>

#include "left.h"

#define FILTER_TABLE LEFT_TABLE
#define FILTER_MARK  0xed9e /* on diverted packets; also the routing table's number */

struct filter_needs {
	bool keep[FAMILIES]; /* the relay keeps clients' sources somewhere */
	bool pass[FAMILIES]; /* members answer clients through this host: with kept
				sources, whichever engine keeps them */
	bool outbound;       /* some member's connections leave as a VIP */
};

/* Where sessions that keep their clients' sources go, though the configuration may have
 * dropped the member or the option since: a reload does not end them. */
struct filter_kept {
	struct addr addr;
	uint16_t port;
	enum proto proto;
};

struct filter_needs filter_needs(const struct model *m);
/* The relay serves it, and keeps its clients' sources: by a socket, which the kernel
 * engine needs not. */
bool filter_keeps(const struct listener *l);
/* The first of those; NULL if none. */
const struct listener *filter_first_kept(const struct model *m);
/* The table's whole text, replacing one that exists; @past are @n_past endpoints to keep
 * beside those of @m. */
void filter_text(const struct model *m, const struct filter_kept *past, size_t n_past,
    struct sbuf *ret);

#endif
