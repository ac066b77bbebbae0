/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_HOOK_H
#define LB_KERNEL_HOOK_H

/*
 * hook - the program at the ingress of one interface: by a pinned TCX link, or by a
 * filter of the clsact qdisc.
 *
 * There is one of the two.  A change between them attaches the new one first and removes
 * the old one then: for that moment a packet that the first passed up meets the second,
 * which decides the same; the other order would have the host reset sessions.
 */
#include <stdbool.h>

#include <edge/sbuf.h>

#include "pins.h"

enum hook { HOOK_TCX, HOOK_CLSACT };

/* Whether this kernel has TCX (Linux 6.6). */
bool hook_tcx_possible(int program);
/* @program at @ifindex and nothing else of ours: attached, or exchanged in place for what
 * is there.  0; or -errno with a sentence about @name in @why. */
int hook_attach(const struct pins *pins, unsigned ifindex, const char *name, int program,
    enum hook how, struct sbuf *why);
/* Whether it still is where it was attached: other programs, and people, remove qdiscs.
 */
bool hook_is_there(const struct pins *pins, int program, unsigned ifindex, enum hook how);

#endif
