/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KEEP_H
#define LB_KEEP_H

/*
 * keep - everything outside our sockets that kept client sources and outbound source NAT
 * need of this host: settings (host.h), a routing rule (route.h), a table of the packet
 * filter (filter.h, nft.h).
 *
 * Main thread only; needs CAP_NET_ADMIN and CAP_NET_RAW, and only when the configuration
 * asks for it.
 */
#include <stdbool.h>

#include <edge/addr.h>
#include <edge/model.h>
#include <edge/sbuf.h>

#include "live.h"

struct keep {
	const char *run_dir;
	bool applied;         /* the host may have been changed by us */
	bool passes;          /* flows may pass the kernel: the host's settings stay */
	bool table;           /* our table is in the kernel */
	uint64_t table_hash;  /* of its text */
	bool route[FAMILIES]; /* our rule is */
};

void keep_init(struct keep *k, const char *run_dir);
/* Brings the host to what @m needs, and the endpoints of @live that sessions may still
 * keep their sources towards, from whatever it was.  0, or -errno with a sentence in
 * @why; outbound source NAT that cannot be had is no failure, and says so in @why. */
int keep_apply(
    struct keep *k, const struct model *m, const struct live *live, struct sbuf *why);
/* After an upgrade: the table that is in the kernel has this hash. */
void keep_adopt(struct keep *k, uint64_t table_hash);
/* Takes back what only the relay needs: the process ends, and the kernel engine goes on. */
void keep_leave(struct keep *k);
/* Takes everything back. */
void keep_fini(struct keep *k);

#endif
