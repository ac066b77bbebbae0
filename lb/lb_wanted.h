/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_LB_WANTED_H
#define LB_LB_WANTED_H

/*
 * lb_wanted - what the kernel engine shall do, out of a model and its view.
 *
 * Pure.  What it returns points into both.
 */
#include "kernel.h"
#include "view.h"

/* NULL without memory. */
struct kernel_wanted *
wanted_new(const struct model *m, const struct view *v, int64_t now_ns);
void wanted_free(struct kernel_wanted **pw);

/* What an endpoint may get, in one word. */
enum km_use wanted_use(const struct view_choice *c, enum on_down on_down, int64_t now_ns);
/* The share of its weight, per mille, on the grid of steps of the rings. */
unsigned wanted_share(const struct view_choice *c, int64_t now_ns);

#endif
