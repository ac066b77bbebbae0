/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_CHORES_H
#define LB_CHORES_H

/*
 * chores - what a worker does between its events: duties of busy sessions, sessions that
 * are due, sessions that must end with their member.
 *
 * Ending thousands of sessions at once is cut into slices of 2 ms: between two of them
 * the loop serves everybody else.
 */
#include <stdbool.h>

#include "worker.h"

/* False when something is left for the next turn, so that the loop must not block. */
bool chores_do(struct worker *w);
/* Frees what died in this turn. */
void chores_bury(struct worker *w);

#endif
