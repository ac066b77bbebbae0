/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_POOL_DECIDE_H
#define EDGE_HEALTH_POOL_DECIDE_H

/*
 * pool_decide - what a pool's endpoints and members may take now, and who is told.
 */
#include "pool_watch.h"

/* Decides anew and publishes what changed: after an outcome, after a change of admin
 * states. */
void pool_decide(struct pool_watch *w);

#endif
