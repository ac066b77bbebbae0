/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_WORKER_LOOP_H
#define LB_WORKER_LOOP_H

/*
 * worker_loop - what a worker's thread does: its turns, from the first to the last.
 *
 * For worker.c and its parts; everybody else has worker.h.
 */
#include "gate.h"

struct worker;

/* Before the thread is there. */
void worker_watchers_start(struct worker *w);
/* The thread; @arg is the worker. */
void *worker_main(void *arg);

/* At the end of a turn: waits while the main thread wants it parked. */
void worker_rest(struct worker *w);
/* Accepts again when the pause is over. */
void worker_unpause(struct worker *w);
void worker_for_gates(struct worker *w, void (*what)(struct gate *));

#endif
