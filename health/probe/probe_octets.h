/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_OCTETS_H
#define EDGE_PROBE_OCTETS_H

/*
 * probe_octets - the inside of probe.h: for probe*.c only.
 */
#include "probe.h"

/* What the socket is watched for: EV_READ, EV_WRITE. */
void probe_watch(struct probe_run *p, int events);
/* True when octets came.  False: the probe waits, or it is over. */
bool probe_take(struct probe_run *p);
/* True when everything is out.  A peer that takes no octets has, as a rule, said why:
 * then the reading side finds it. */
bool probe_give(struct probe_run *p);

/* Tells who looks on. */
void probe_tell(struct probe_run *p, enum probe_step step, const void *octets, size_t n);

/* In probe.c: arms the timer for whatever comes next: the deadline, or something before
 * it. */
void probe_arm(struct probe_run *p);
/* The verdict, and the end. */
void probe_succeed(struct probe_run *p);
void probe_fail(struct probe_run *p, enum reason reason, uint64_t detail);
/* For an errno after the connection stood. */
void probe_fail_errno(struct probe_run *p, int error);

#endif
