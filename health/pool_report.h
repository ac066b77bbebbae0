/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_POOL_REPORT_H
#define EDGE_HEALTH_POOL_REPORT_H

/*
 * pool_report - the log lines of a pool: each change in exactly one line.
 */
#include "pool_watch.h"

/* Up or down, first verdicts included. */
void pool_report_transition(const struct target *t);
/* The same health for another reason. */
void pool_report_reason(const struct target *t);
/* A fault of our own: at most one line in 10 s and pool. */
void
pool_report_local(struct pool_watch *w, const struct target *t, const struct outcome *o);
/* Members leaving and returning, panic and holding, against @before. */
void pool_report_guard(struct pool_watch *w, const struct guard_group *before);

#endif
