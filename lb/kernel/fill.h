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
/* Listeners that are no longer wanted. */
void fill_past(struct object *o, const struct rows_plan *p);
/* Endpoints that are no longer wanted take nothing new; where they are known all the
 * same, their flows follow their states. */
void fill_other_uses(
    struct object *o, const struct kernel_wanted *w, const struct rows_plan *p);
/* A row that nothing names any more. */
void fill_free_listener(struct object *o, unsigned row);
void fill_free_endpoint(struct object *o, unsigned row);
/* One store for each endpoint whose state has changed. */
void
fill_uses(struct object *o, const struct kernel_wanted *w, const struct rows_plan *p);

#endif
