/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token - a bucket as one point in time (the "generic cell rate algorithm" of ATM Forum
 * TM 4.1): nothing has to be filled while nobody asks.
 */
#include "token.h"

#include <assert.h>

void
token_init(struct token *t, int64_t spacing_ns, unsigned burst)
{
	assert(burst > 0);
	*t = (struct token){
	    .spacing_ns = spacing_ns, .burst = burst, .full_at = INT64_MIN};
}

int64_t
token_take(struct token *t, int64_t now)
{
	int64_t full = t->full_at > now ? t->full_at : now;
	int64_t most = (int64_t)(t->burst - 1) * t->spacing_ns;

	if (full - now > most)
		return full - most;
	t->full_at = full + t->spacing_ns;
	return now;
}

void
token_inherit(struct token *t, const struct token *from, int64_t now)
{
	int64_t none_left = now + (int64_t)t->burst * t->spacing_ns;

	t->full_at = from->full_at < none_left ? from->full_at : none_left;
}

void
token_give_back(struct token *t)
{
	if (t->full_at != INT64_MIN)
		t->full_at -= t->spacing_ns;
}
