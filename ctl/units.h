/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_UNITS_H
#define CTL_UNITS_H

/*
 * units - durations, octets and counts as a person reads them at a glance.
 *
 * Pure.  Every function writes at most UNITS_MAX octets to @buf and returns it.  JSON
 * never uses these: it carries raw numbers.
 */
#include <stdint.h>

#define UNITS_MAX 32

/* Two units at most: "12s", "5m", "2h 04m", "3d 4h", "120d"; negative counts as 0. */
const char *units_age(int64_t seconds, char *buf);
/* "850us", "4.2ms", "420ms", "1.2s". */
const char *units_latency(int64_t ns, char *buf);
/* "512", "1.5K", "20M", "3.1G": powers of 1024, three digits at most. */
const char *units_octets(uint64_t octets, char *buf);

#endif
