/* SPDX-License-Identifier: BSD-2-Clause */
/* bypass - see bypass.h. */
#include "bypass.h"

/* The first may have been under way already. */
#define PROBES_ENOUGH 2

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
