/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_LOG_LINE_H
#define LB_LOG_LINE_H

/*
 * log_line - the text of one ended session: key=value, separated by single spaces; no
 * value has a space in it.  The keys are in README.md.
 */
#include "log_ring.h"

#define LOG_LINE_MAX 1024

/* Writes the line and its end into LOG_LINE_MAX octets; returns its length.  @wall_ns is
 * what a monotonic time lacks to be one of the wall clock. */
size_t log_line(const struct log_record *r, int64_t wall_ns, char *buf);

#endif
