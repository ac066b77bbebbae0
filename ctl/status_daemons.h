/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_STATUS_DAEMONS_H
#define CTL_STATUS_DAEMONS_H

/*
 * status_daemons - the lines of the status page about the daemons themselves.  Pure.
 */
#include "grid.h"
#include "picture.h"

/* A row per daemon: name, condition, what it does now or what its silence means. */
void status_daemons(const struct picture *p, bool verbose, struct grid *g);

#endif
