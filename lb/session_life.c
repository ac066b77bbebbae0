/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_life.h"

#include <assert.h>
#include <stdlib.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "pace.h"
#include "patience.h"

/* No client waits longer; its queue is let grow only to lb.limits.queue_timeout. */
#define WAITING_NS (600 * NS_PER_S)
/* A session is young for so long, whatever it says, and only then gets TCP's limits: one
 * that never stops speaking needs them as well when its client vanishes.  Not a round
 * number, so that no other timeout shares its queue. */
#define YOUNG_NS    (2 * NS_PER_S + 2)
#define YOUNG_OF_NS (60 * NS_PER_S) /* shorter idle timeouts are kept to the second */

static const unsigned session_edges[] = {
    [SESSION_ACCEPTED] =
	1u << SESSION_WAITING | 1u << SESSION_CONNECTING | 1u << SESSION_CLOSED,
    [SESSION_WAITING] =
	1u << SESSION_WAITING | 1u << SESSION_CONNECTING | 1u << SESSION_CLOSED,
    [SESSION_CONNECTING] = 1u << SESSION_WAITING | 1u << SESSION_CONNECTING |
			   1u << SESSION_RELAYING | 1u << SESSION_CLOSED,
    [SESSION_RELAYING] = 1u << SESSION_WAITING | 1u << SESSION_CONNECTING |
			 1u << SESSION_ENDING | 1u << SESSION_CLOSED,
    [SESSION_ENDING] = 1u << SESSION_CLOSED,
    [SESSION_CLOSED] = 0,
};

/* What a session that lives on needs of TCP: limits for peers that have vanished. */
void
session_grow_up(struct session *s)
{
	const struct patience *p = &session_worker(s)->view->patience;

	patience_limit(s->client.fd, p);
	patience_limit(s->member.fd, p);
	seat_wait(&s->seat, s->idle_ns);
}

bool
session_is_young(const struct session *s)
{
	return s->state == SESSION_RELAYING && seat_waits_ns(&s->seat) == YOUNG_NS;
}

void
session_enter(struct session *s, enum session_state next)
{
	assert(session_edges[s->state] & 1u << next);
	s->state = next;
	switch (next) {
	case SESSION_WAITING:
		seat_wait(&s->seat, WAITING_NS);
		break;
	case SESSION_CONNECTING:
		seat_wait(&s->seat, session_worker(s)->view->connect_timeout_ns);
		break;
	case SESSION_RELAYING:
		if (s->idle_ns >= YOUNG_OF_NS)
			seat_wait(&s->seat, YOUNG_NS);
		else
			session_grow_up(s);
		break;
	case SESSION_ENDING:
		seat_wait(&s->seat, s->half_close_ns);
		break;
	case SESSION_ACCEPTED:
	case SESSION_CLOSED:
		break;
	}
}

static void
on_dead(struct duty *duty)
{
	free(container_of(duty, struct session, duty));
}

/* The other side learns of a broken connection as it would without us: by a reset.  Where
 * memory was short, octets were lost. */
static bool
reason_resets(enum close_reason reason)
{
	return reason == CLOSE_CLIENT_RESET || reason == CLOSE_MEMBER_RESET ||
	       reason == CLOSE_MEMBER_DOWN || reason == CLOSE_LOCAL;
}

void
session_part(struct session *s, struct leg *leg, bool reset)
{
	watch_set_forget(&session_worker(s)->watched, leg->fd);
	leg_close(leg, reset);
}

void
session_close(struct session *s, enum close_reason reason)
{
	struct worker *w = session_worker(s);
	bool answered = s->state == SESSION_RELAYING || s->state == SESSION_ENDING;
	/* Who does not get all that was read for it must not take what it got for all. */
	bool client_holds = leg_holds(&s->client), member_holds = leg_holds(&s->member);

	if (s->state == SESSION_WAITING)
		pace_leave(s->seat.gate, &s->turn);
	session_enter(s, SESSION_CLOSED);
	session_part(s, &s->client, reason_resets(reason) || member_holds);
	session_part(s, &s->member, reason_resets(reason) || client_holds);
	seat_close(&s->seat, reason, !answered);
	s->duty.run = on_dead;
	worker_bury(w, &s->duty);
}
