/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_WATCH_H
#define EDGE_SNMP_WATCH_H

/*
 * watch - which notifications two snapshots make.
 *
 * Snapshots are compared, notices only hasten the look: a lost notice loses nothing.  A
 * member that went down and came back between two looks shows in its counter of
 * transitions, and both notifications are made then.
 *
 *   trouble is told once, its end only after it was told:
 *
 *        health down, panic, stale                up, none, fresh
 *   quiet -------------------------> told ---------------------------> quiet
 *              "down", "start"                     "up", "stop"
 *
 * What is in trouble at the first look is told, what is well is not.  Pure.
 */
#include "notify.h"
#include "rows.h"

/* Adds to @q what changed from @before (NULL at the first look) to @now, and notes in
 * the rows of @now what has been told. */
void watch_compare(
    const struct snapshot *before, struct snapshot *now, struct notify_queue *q);

#endif
