/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_STATUS_H
#define EDGE_HEALTH_STATUS_H

/*
 * status - the daemon's own view as text: what no board carries (certificates, versions,
 * the next probe, time lost).  People usually read `edgectl status` instead.
 */
#include <edge/sbuf.h>

struct daemon;
void status_write(const struct daemon *d, struct sbuf *to);

#endif
