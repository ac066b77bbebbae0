/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_CLOCK_H
#define EDGE_CLOCK_H

/*
 * clock - time inside is int64_t nanoseconds, and two clocks never mix.
 *
 *   mono_ns   CLOCK_MONOTONIC: deadlines and durations inside one process
 *   boot_ns   CLOCK_BOOTTIME: what crosses a process border (boards, notices)
 *
 * Pure code takes "now" as an argument.  Loops read the clock once per turn.
 * Wall-clock time appears only in text for people and in certificates.
 */
#include <stdint.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_US INT64_C(1000)

int64_t clock_mono_ns(void);
int64_t clock_boot_ns(void);
int64_t clock_wall_s(void);

#endif
