/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_KIND_EXEC_H
#define EDGE_PROBE_KIND_EXEC_H

/*
 * kind_exec - a program of the administrator's, run by edge-health-exec.
 */
#include "probe.h"

/* The prober waits so much longer than the program may run: who was too slow is told by
 * the answer, and its absence is the fault of ours. */
#define KIND_EXEC_GRACE_NS NS_PER_S

int kind_exec_open(struct probe_run *p);
bool kind_exec_ask(struct probe_run *p);
enum probe_look kind_exec_look(struct probe_run *p);

#endif
