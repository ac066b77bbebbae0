/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_RIGHTS_H
#define EDGE_HEALTH_RIGHTS_H

/*
 * rights - whether this process may do what its configuration asks of it.
 */
#include <edge/model.h>
#include <edge/sbuf.h>

/* A line to @to for each right that is missing; nothing when all is well.  No reason not
 * to start: other probes need it not, and a probe that cannot begin is no evidence. */
void rights_check(const struct model *m, struct sbuf *to);

#endif
