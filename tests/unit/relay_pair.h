/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RELAY_PAIR_H
#define RELAY_PAIR_H

/* relay_pair - two legs of a session and the far ends of both, for tests of relay.c. */
#include "unit.h"

#include <unistd.h>

#include "pipes.h"
#include "relay.h"

struct pair {
	struct leg client, member;
	int client_end, member_end;
	struct pipes pipes;
};

static inline void
on_ready(struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}

static inline void
pair_close(struct pair *p)
{
	leg_close(&p->client, false);
	leg_close(&p->member, false);
	close(p->client_end);
	close(p->member_end);
	pipes_fini(&p->pipes); /* asserts that all came back */
}

#endif
