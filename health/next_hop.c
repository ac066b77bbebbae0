/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * next_hop - counting, and words.
 */
#include "next_hop.h"

#include <stdint.h>
#include <stdio.h>

enum next_hop_says
next_hop_feed(struct next_hop_watch *w, enum next_hop seen, int rise, int fall)
{
	bool bad = seen == NEXT_HOP_DEAD || seen == NEXT_HOP_SILENT;

	if (seen == NEXT_HOP_UNASKED)
		return NEXT_HOP_SAYS_NOTHING;
	w->run = w->run > 0 && w->bad == bad ? w->run + (w->run < INT32_MAX) : 1;
	w->bad = bad;
	if (w->run < (bad ? fall : rise))
		return NEXT_HOP_SAYS_NOTHING;
	return bad ? NEXT_HOP_SAYS_DEGRADED : NEXT_HOP_SAYS_WELL;
}

void
next_hop_text(char *text, size_t size, const struct outcome *o)
{
	int n = o->register_status != 0
		    ? snprintf(text, size, "its next hop answers %d to REGISTER",
			  o->register_status)
		    : snprintf(text, size, "its next hop does not answer a REGISTER");

	if (o->diagnostics != 0 && n > 0 && (size_t)n < size)
		snprintf(text + n, size - (size_t)n, ", ms-diagnostics %u%s%s",
		    o->diagnostics, o->said[0] != '\0' ? ", " : "", o->said);
}
