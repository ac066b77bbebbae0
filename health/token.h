/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_TOKEN_H
#define EDGE_HEALTH_TOKEN_H

/*
 * token - how often something may be done in the long run, and how often at once.  Pure:
 * the clock is an argument.
 *
 * A real A/V Edge counts each of our questions as a failed logon and alarms its
 * administrator when there are many: MS-TURN probes of one listener take a token each,
 * whoever wants them.  Who gets none waits; that is no failure of the member.
 */
#include <stdint.h>

struct token {
	int64_t spacing_ns; /* a token comes back in this time; 0: no bound */
	unsigned burst;     /* so many when nothing was taken for long */
	int64_t full_at;    /* all of them are back */
};

void token_init(struct token *t, int64_t spacing_ns, unsigned burst);
/* Takes one: @now.  None is left: the time when to come again, later than @now. */
int64_t token_take(struct token *t, int64_t now);
/* After @from, whose spacing may have been another: no token takes longer to come back
 * than this one's. */
void token_inherit(struct token *t, const struct token *from, int64_t now);
/* What was taken was not used. */
void token_give_back(struct token *t);

#endif
