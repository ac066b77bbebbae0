/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session_relay - octets between client and member.
 *
 * From the first octet on the session is bound to its member.  Half-close works both
 * ways: an end is passed on when everything before it was, and the other direction goes
 * on under an idle limit of its own.
 */
#include <errno.h>

#include "session_life.h"

#define RELAY_READ   65536
#define RELAY_BUDGET (4 * RELAY_READ) /* per direction and turn: others wait too */

static void
session_broken(struct session *s, const struct leg *leg, int err)
{
	if (err == -ENOMEM || leg != &s->member) {
		session_close(s, err == -ENOMEM ? CLOSE_LOCAL : CLOSE_CLIENT_RESET);
		return;
	}
	if (!s->heard && !s->asked && s->state == SESSION_RELAYING && !s->client.ended) {
		session_next_member(s, REASON_CLOSED_EARLY);
		return;
	}
	if (!s->heard)
		worker_evidence(session_worker(s), s->seat.endpoint, REASON_CLOSED_EARLY);
	session_close(s, CLOSE_MEMBER_RESET);
}

void
session_relay(struct session *s)
{
	struct worker *w = session_worker(s);
	struct relay_means with = {w->scratch, RELAY_READ, &w->pipes, RELAY_BUDGET};
	struct relay_moved in, out;

	in = relay_move(&s->client, &s->member, &with);
	out = relay_move(&s->member, &s->client, &with);
	if (in.octets != 0) {
		s->asked = true;
		seat_count(&s->seat, LB_FIELD_OCTETS_IN, in.octets);
	}
	if (out.octets != 0) {
		s->heard = true;
		seat_count(&s->seat, LB_FIELD_OCTETS_OUT, out.octets);
	}
	if (in.error != 0 || out.error != 0) {
		/* What the member said before it broke was passed on above. */
		const struct relay_moved *m = in.error != 0 ? &in : &out;

		session_broken(s, m->broken, m->error);
		return;
	}
	if (s->client.shut && s->member.shut) {
		session_close(s, CLOSE_DONE);
		return;
	}
	/* Its end cannot be read behind octets that the member does not take. */
	if (s->client.broken && !s->member.writable) {
		session_close(s, CLOSE_CLIENT_RESET);
		return;
	}
	if ((in.octets != 0 || out.octets != 0) && !session_is_young(s))
		seat_touch(&s->seat);
	if ((s->client.shut || s->member.shut) && s->state == SESSION_RELAYING)
		session_enter(s, SESSION_ENDING);
	if (in.more || out.more)
		worker_busy(w, &s->duty);
}
