/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_CONDITION_LINES_H
#define CTL_CONDITION_LINES_H

/*
 * condition_lines - what is reported beside the states, as lines of the status page.
 *
 * A line per condition, not per endpoint: what a whole pool has (as an old TLS version)
 * is said once for each service, with the names of those that have it.
 */
#include "grid.h"
#include "picture.h"

/* Notes are for who asks for everything.  @wall_s: now, for what has a date. */
void condition_lines_service(struct grid *g, unsigned indent,
    const struct picture_service *ps, bool notes, int64_t wall_s);
void condition_lines_member(
    struct grid *g, unsigned indent, const struct picture_member *pm, bool notes);
void condition_lines_pool(
    struct grid *g, unsigned indent, const struct picture_pool *pp, bool notes);

#endif
