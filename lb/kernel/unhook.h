/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_UNHOOK_H
#define LB_KERNEL_UNHOOK_H

/*
 * unhook - takes away what hook.h attached, without any library: whoever detaches may
 * have been built without the kernel engine.
 */
#include <stdbool.h>

#include "pins.h"

/* What an edge-lb with @pins attached to @ifindex, and the qdisc if one of them made it
 * and nobody else uses it.  0, also when there is nothing; or -errno. */
int unhook(const struct pins *pins, unsigned ifindex);
/* Whether there is something. */
bool unhook_needed(const struct pins *pins, unsigned ifindex);

/* One of the two ways alone. */
int unhook_tcx(const struct pins *pins, unsigned ifindex);
int unhook_clsact(const struct pins *pins, unsigned ifindex);

#endif
