/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_WORKER_VIEW_H
#define LB_WORKER_VIEW_H

/*
 * worker_view - a worker takes the newest view that it was offered.
 *
 * The worker's own thread, between turns.
 */
struct worker;

/* Nothing when it has it already; else opens and closes gates, and acknowledges it. */
void worker_take_view(struct worker *w);
/* Marks the members whose sessions must end; time alone can make that so. */
void worker_look_for_sweeps(struct worker *w);

#endif
