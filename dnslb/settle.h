/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_SETTLE_H
#define DNSLB_SETTLE_H

/*
 * settle - when a difference between plan and file is published.
 *
 *            differs                    due
 *   QUIET ------------> WAITING ----------------> write -> QUIET
 *     ^                    |                        | failed
 *     +--------------------+ equal again            v
 *                                            WAITING, later
 *
 * A difference waits for the settle time, so that what changes together is published
 * together, and for the spacing since the last write.  The window is fixed by the first
 * difference: something that keeps changing delays nothing for ever.  A missing file
 * waits only after a failure.
 *
 * Pure: now is an argument.
 */
#include <stdbool.h>
#include <stdint.h>

enum difference { DIFFERENCE_NONE, DIFFERENCE_CHANGED, DIFFERENCE_MISSING };

struct settle {
	int64_t first_ns;      /* first seen different; INT64_MAX: quiet */
	int64_t not_before_ns; /* spacing, or the pause after a failure */
};

void settle_init(struct settle *s);
/* True when it is time to write now. */
bool settle_look(struct settle *s, enum difference d, int64_t now_ns, int64_t settle_ns);
/* When settle_look() would be true without another change; INT64_MAX: never. */
int64_t settle_due_ns(const struct settle *s, int64_t settle_ns);
void settle_written(struct settle *s, int64_t now_ns, int64_t spacing_ns);
/* Tried again after @pause_ns, or the spacing if that is longer. */
void
settle_failed(struct settle *s, int64_t now_ns, int64_t pause_ns, int64_t spacing_ns);

/* How long a zone waits for first verdicts before unknown counts as the pool assumes. */
struct warmup {
	int64_t since_ns; /* INT64_MAX: nothing in it is cold */
};

void warmup_init(struct warmup *w);
/* True while a cold zone must stay as it is. */
bool warmup_holds(struct warmup *w, bool cold, int64_t now_ns, int64_t limit_ns);

#endif
