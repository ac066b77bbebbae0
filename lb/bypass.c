/* SPDX-License-Identifier: BSD-2-Clause */
/* bypass - see bypass.h. */
#include "bypass.h"

#include <edge/clock.h>

/* The first may have been under way already. */
#define PROBES_ENOUGH 2

#define UNASKED_TOLD   10
#define UNASKED_WITHIN (10 * NS_PER_S)
#define UNASKED_AGAIN  (600 * NS_PER_S)

bool
bypass_look(struct bypass *b, const struct bypass_seen *now)
{
	if (now->answers != b->answers || now->tries < b->tries) {
		*b = (struct bypass){.tries = now->tries, .answers = now->answers};
		return false;
	}
	if (b->told || now->tries - b->tries < now->enough)
		return false;
	if (!b->suspected || !now->up || now->failures != b->failures ||
	    now->probes < b->probes) {
		b->suspected = true;
		b->probes = now->probes;
		b->failures = now->failures;
		return false;
	}
	b->told = now->probes - b->probes >= PROBES_ENOUGH;
	return b->told;
}

uint64_t
unasked_look(struct unasked *u, uint64_t n, int64_t now_ns)
{
	/* What an edge-lb before this one counted was its to tell. */
	uint64_t new = u->looked ? n - u->n : 0;
	bool told = new >= UNASKED_TOLD &&
		    (u->told_ns == 0 || now_ns - u->told_ns >= UNASKED_AGAIN);

	if (told)
		u->told_ns = now_ns;
	if (!u->looked || told || now_ns - u->since_ns >= UNASKED_WITHIN) {
		u->n = n;
		u->since_ns = now_ns;
		u->looked = true;
	}
	return told ? new : 0;
}
