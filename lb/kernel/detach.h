/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_DETACH_H
#define LB_KERNEL_DETACH_H

/*
 * detach - the end of the kernel engine on this host: what any edge-lb left in the kernel
 * goes, and the sessions that lived there end.
 */
#include <stdbool.h>

#include <edge/sbuf.h>

struct detached {
	unsigned interfaces; /* where something was attached */
	bool maps;
};

/* Programs at the interfaces of this network namespace, maps and links in @pins, and
 * @pins.  @runs: an edge-lb does, and filters are its own if there is no @pins.  0, also
 * when there is nothing: *ret says what there was.  Or -errno with a sentence in @why:
 * -EBUSY: an edge-lb that is running uses @pins. */
int kernel_detach(const char *pins, bool runs, struct detached *ret, struct sbuf *why);

#endif
