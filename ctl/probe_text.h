/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROBE_TEXT_H
#define CTL_PROBE_TEXT_H

/*
 * probe_text - a probe as lines for people: a line per step, what it says below it.
 *
 * Nothing of the network's gets through unprinted, and a message is cut after
 * PROBE_TEXT_LINES lines.
 */
#include <edge/sbuf.h>

#include "probe_advice.h"
#include "probe_told.h"

#define PROBE_TEXT_LINES 40
#define PROBE_TEXT_PIECE 100 /* octets of a longer line on one of ours */

void probe_text_head(const struct probe_aim *aim, struct sbuf *out);
void probe_text_step(const struct told *t, struct sbuf *out);
void probe_text_end(const struct outcome *o, const struct advice *a, struct sbuf *out);

#endif
