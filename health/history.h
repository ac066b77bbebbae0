/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_HISTORY_H
#define EDGE_HEALTH_HISTORY_H

/*
 * history - what the prober itself remembers of an endpoint, on its row of the board: a
 * prober that was killed goes on where it was.
 *
 * What led half the way to a change is not continued: everything is verified anew.  But
 * failures that add up, changes between up and down, hold-downs and the wait for an
 * operator go on.
 */
#include "publish.h"
#include "target.h"

void history_store(struct publish *p, const struct target *t);
/* Believes the row where nobody has handed down more.  False: there is nothing on it. */
bool history_load(const struct publish *p, struct target *t);

#endif
