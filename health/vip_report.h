/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_VIP_REPORT_H
#define EDGE_HEALTH_VIP_REPORT_H

/*
 * vip_report - what is said of the looks through the VIPs.
 */
#include <edge/sbuf.h>

#include "vip_watch.h"

/* It looks otherwise than @before.  What lacks is said of the pool, once: it is rarely
 * one listener's. */
void vip_report_row(const struct vip_row *r, enum vip before);
/* The conditions of its pool: of all its listeners together. */
void vip_report_pool(const struct vip_row *r);
/* For the verb status, a line per listener. */
void vip_report_status(const struct vip_watch *w, struct sbuf *to);

#endif
