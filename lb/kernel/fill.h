/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_FILL_H
#define LB_KERNEL_FILL_H

/*
 * fill - a plan written into `listeners`, `endpoints` and `settings`.
 *
 * Packets read these rows while they are written.  A row that was free is nobody's until
 * all of it is there; in one that is in use each word is right before and after.
 */
#include "object.h"
#include "rows.h"

/* What is fixed as long as the maps live; once after they were opened.  0 or -errno. */
int fill_settings_first(struct object *o);
void fill_settings(struct object *o, const struct kernel_wanted *w);
/* Counters of rows that somebody else had begin at 0. */
void fill_endpoints(
    struct object *o, const struct kernel_wanted *w, const struct rows_plan *p);
void fill_listeners(
    struct object *o, const struct kernel_wanted *w, const struct rows_plan *p);
/* What is no longer wanted takes nothing new. */
void fill_past(struct object *o, const struct rows_plan *p);
/* One store for each endpoint whose state has changed. */
void
fill_uses(struct object *o, const struct kernel_wanted *w, const struct rows_plan *p);

#endif
