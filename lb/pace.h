/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_PACE_H
#define LB_PACE_H

/*
 * pace - a worker's gates at which sessions wait: for a member's rate, for a port to
 * reach it from, or for descriptors.
 *
 *   over every member's rate ---> the gate's queue ---> full: accepting pauses at this
 * gate
 *                                      |
 *                                      v  in turn, one per gate, as rates allow
 *                               session_take_turn()
 *
 * A gate is on the worker's ring while somebody waits there, accepting pauses or did so a
 * moment ago (listen_hold()), and holds a reference to its listener meanwhile: a removed
 * one must not go before all are told.
 */
#include <stdbool.h>
#include <stdint.h>

#include "gate.h"
#include "queue.h"

/* Others wait here: a newcomer goes behind them. */
bool pace_has_waiting(const struct gate *g);
/* @anew: it did not wait just before. */
void pace_enter(struct gate *g, struct queue_entry *e, bool anew);
/* The same for one that waited before an upgrade, in the order of the queue then. */
void pace_rejoin(struct gate *g, struct queue_entry *e, int64_t since_ns);
/* Harmless for an entry that does not wait. */
void pace_leave(struct gate *g, struct queue_entry *e);
/* False: the queue is full, and accepting has paused. */
bool pace_lets_in(struct gate *g);
/* The gate was opened: while accepting pauses, or by a program before this one that held
 * handshakes here. */
void pace_open(struct gate *g);
/* Accepting pauses at all gates of the worker: handshakes are held meanwhile. */
void pace_pause(struct gate *g);

/* Lets begin whom the rates allow; false when @end_ns came before. */
bool pace_serve(struct worker *w, int64_t end_ns);
/* When a rate allows somebody who waits; INT64_MAX: nobody waits. */
int64_t pace_next_ns(const struct worker *w);
/* The worker ends: nobody waits any more. */
void pace_end(struct worker *w);

#endif
