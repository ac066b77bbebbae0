/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_LINKS_H
#define LB_KERNEL_LINKS_H

/*
 * links - the interfaces of this host: what is there, and which of them get the program.
 *
 * Those that are named; else every Ethernet interface out of which a unicast route of the
 * main table goes: what answers a client or a member comes in there.
 */
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/sbuf.h>

#include "hook.h"

#define LINKS_MAX 4096 /* interfaces we look at */

enum links_wish {
	LINKS_NO,
	LINKS_YES,
	LINKS_STRANGE /* named, or found by route, and no Ethernet */
};

struct link {
	unsigned ifindex;
	uint32_t mtu;
	bool ethernet, loopback, routed;
	bool up; /* and with a carrier: down, an interface loses routes that come back */
	/* Ours; the rest is the kernel's. */
	bool attached;
	bool complained; /* of what is wrong with it */
	char name[IF_NAMESIZE];
};

struct links {
	struct link *at; /* by ifindex */
	size_t n;
};

/* Reads interfaces and routes anew; what is ours stays with those that are still there.
 * 0 or -errno. */
int links_look(struct links *l);
void links_fini(struct links *l);
const struct link *links_find(const struct links *l, unsigned ifindex);

/* @names: only these (@n > 0).  Pure. */
enum links_wish links_wish(const struct link *x, const char *const *names, size_t n);

#endif
