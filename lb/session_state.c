/* SPDX-License-Identifier: BSD-2-Clause */
/* session_state - carrying a session through an upgrade. */
#include <errno.h>
#include <stdlib.h>

#include <edge/base.h>

#include "pace.h"
#include "session.h"
#include "session_life.h"

/* Parked workers have no others: who is accepted is connecting, who is closed is buried.
 */
static enum saved_stage
stage_of(enum session_state state)
{
	switch (state) {
	case SESSION_CONNECTING:
		return STAGE_CONNECTING;
	case SESSION_RELAYING:
		return STAGE_RELAYING;
	case SESSION_ENDING:
		return STAGE_ENDING;
	case SESSION_WAITING:
		return STAGE_WAITING;
	case SESSION_ACCEPTED:
	case SESSION_CLOSED:
		break;
	}
	return STAGES;
}

bool
session_save(struct seat *seat, struct saved_session *ret)
{
	struct session *s = container_of(seat, struct session, seat);

	if (seat->end != session_end)
		return false;
	*ret = (struct saved_session){
	    .stage = (uint8_t)stage_of(s->state),
	    .heard = s->heard,
	    .asked = s->asked,
	    .idle_ns = s->idle_ns,
	    .half_close_ns = s->half_close_ns,
	    .busy = !link_alone(&s->duty.link),
	};
	seat_save(seat, &ret->seat);
	return leg_save(&s->client, &ret->client) == 0 &&
	       leg_save(&s->member, &ret->member) == 0;
}

int
session_restore(const struct saved_session *from, const struct restoring *r)
{
	static const enum session_state states[STAGES] = {
	    [STAGE_CONNECTING] = SESSION_CONNECTING,
	    [STAGE_RELAYING] = SESSION_RELAYING,
	    [STAGE_ENDING] = SESSION_ENDING,
	    [STAGE_WAITING] = SESSION_WAITING,
	};
	struct session *s = calloc(1, sizeof *s);
	int err;

	if (s == NULL)
		return -ENOMEM;
	s->state = states[from->stage];
	session_init(s);
	s->heard = from->heard;
	s->asked = from->asked;
	s->idle_ns = from->idle_ns;
	s->half_close_ns = from->half_close_ns;
	seat_restore(&s->seat, &from->seat, r, session_end, session_late);
	err = leg_restore(&s->client, &from->client);
	if (err == 0)
		err = leg_restore(&s->member, &from->member);
	if (err == 0)
		err =
		    restoring_watch(r, session_worker(s), s->client.fd, &s->client.watch);
	if (s->state == SESSION_WAITING)
		pace_rejoin(s->seat.gate, &s->turn, from->seat.since_ns);
	else if (err == 0)
		err =
		    restoring_watch(r, session_worker(s), s->member.fd, &s->member.watch);
	if (from->busy)
		worker_busy(session_worker(s), &s->duty);
	return err;
}
