/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_ROUTE_H
#define LB_ROUTE_H

/*
 * route - the routing rule that makes marked packets local.
 *
 *   ip rule add pref 15000 fwmark MARK lookup MARK
 *   ip route add local default dev lo table MARK
 *
 * Needs CAP_NET_ADMIN.  Main thread only.
 */
#include <stdint.h>

#include <edge/addr.h>

/* Both are idempotent: what is there already, or gone already, is no error.  0 or -errno.
 */
int route_add(enum family family, uint32_t mark);
int route_remove(enum family family, uint32_t mark);

#endif
