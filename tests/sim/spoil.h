/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_SPOIL_H
#define SIM_SPOIL_H

/*
 * spoil - what some sicknesses make of an answer that was right.
 *
 * Pure: the octets of an answer go in, other octets come out.  When they are sent is the
 * business of conn.c and dgram.c.
 */
#include "kinds.h"
#include "octets.h"

/* The answer stands in @out from @start on, whole: a message, or its frame and it. */
void spoil(enum speech speech, enum sickness sickness, struct octets *out, size_t start);

#endif
