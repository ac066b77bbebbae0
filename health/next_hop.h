/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_NEXT_HOP_H
#define EDGE_HEALTH_NEXT_HOP_H

/*
 * next_hop - from what probes of kind sip-register hear of the next hop to "degraded".
 *
 * As a state it follows what was seen often enough in a row: `fall` times dead or silent
 * raises it, `rise` times otherwise clears it.  Pure.
 */
#include <stdbool.h>

#include "probe/outcome.h"

struct next_hop_watch {
	bool bad; /* the run below is of bad ones */
	int run;  /* outcomes of one kind in a row */
};

enum next_hop_says {
	NEXT_HOP_SAYS_NOTHING, /* not asked, or not often enough */
	NEXT_HOP_SAYS_WELL,
	NEXT_HOP_SAYS_DEGRADED,
};

enum next_hop_says
next_hop_feed(struct next_hop_watch *w, enum next_hop seen, int rise, int fall);

#define NEXT_HOP_TEXT_MAX 192
/* The line of a condition: what was answered. */
void next_hop_text(char *text, size_t size, const struct outcome *o);

#endif
