/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_FOLLOW_H
#define LB_KERNEL_FOLLOW_H

/*
 * follow - keeps the packet path where packets come in, and knowing the ways to members,
 * as interfaces, addresses, routes and rules change.
 *
 * Main thread only; needs CAP_BPF and CAP_NET_ADMIN.  links.h says which interfaces get
 * the program, ways.h what is written into the rows of endpoints.  Changes are looked at
 * soon, and at most once a second.
 */
#include <ev.h>

#include <edge/model.h>
#include <edge/sbuf.h>

#include "object.h"

struct follow;

struct follow_wish {
	enum attach attach;
	const char *const *interfaces; /* only these; none: those that routes name */
	size_t n_interfaces;
};

/* From now on packets meet the program of @o, which must stay open: rows are to be
 * written before.  What an earlier edge-lb attached is exchanged in place.  @wish is
 * copied.  0, with remarks in @why (a line each); or -errno with a sentence. */
int follow_open(struct follow **ret, struct ev_loop *loop, struct object *o,
    const struct follow_wish *wish, struct sbuf *why);
/* Another wish, as after a reload, or the same.  What fails is logged, and tried again at
 * each look. */
void follow_change(struct follow *f, const struct follow_wish *wish);
/* Rows of endpoints were written: finds the ways to them.  A row whose address changes is
 * to have ifindex 0 before. */
void follow_endpoints(struct follow *f);
/* What is attached stays. */
void follow_close(struct follow **f);

#endif
