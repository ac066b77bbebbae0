/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_EXEC_SAID_H
#define EDGE_EXEC_SAID_H

/*
 * said - the first line of a program's output, fit to stand in a log, in quotes.  Pure.
 */
#include <stddef.h>

#include "wire.h"

/* @octets may hold anything, also more than the line. */
void said_line(const char *octets, size_t n, char ret[WIRE_SAID_MAX]);

#endif
