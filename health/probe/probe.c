/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe - moves one probe through its phases.  Knows libev and sockets, no protocol.
 *
 * A probe has one timer for everything it waits for.  When it fires late because this
 * process was stuck, the deadline moves by what was lost (lag.h): our own slowness is not
 * the member's.  An answer that has arrived is always looked at before a deadline is
 * judged (pulse.h).
 */
#include "probe.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/base.h>

#include "probe_connect.h"
#include "probe_octets.h"
#include "probe_secure.h"
#include "reach.h"

/* Datagrams looked at in one turn: somebody who floods us must not stop the clock for all
 * others.  A stream is bounded by the room for its answer. */
#define DATAGRAMS_PER_TURN 16

/* Tickets of TLS 1.3 come right after the handshake, or never. */
#define TICKET_NS (250 * NS_PER_MS)

/* A lost datagram must not look like a dead relay: the same question again after these
 * times, inside one probe ("0, 250, 750 ms"). */
static const int64_t resend_ns[] = {250 * NS_PER_MS, 750 * NS_PER_MS};

void
probe_random(void *octets, size_t n)
{
	ssize_t got = getrandom(octets, n, 0);

	assert(got == (ssize_t)n); /* cannot fail for up to 256 octets */
	(void)got;
}

bool
probe_running(const struct probe_run *p)
{
	return p->phase != PROBE_IDLE;
}

static void
probe_release(struct probe_run *p)
{
	ev_timer_stop(p->pulse->loop, &p->timer);
	probe_disconnect(p);
	p->phase = PROBE_IDLE;
}

void
probe_stop(struct probe_run *p)
{
	if (probe_running(p))
		probe_release(p);
}

static void
say_farewell(struct probe_run *p)
{
	const char *text = p->kind->farewell;

	/* Best effort: a full socket buffer after so few octets means a dead peer. */
	if (text != NULL && p->phase == PROBE_TALKING)
		(void)send(p->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
probe_finish(struct probe_run *p)
{
	struct outcome outcome;

	p->outcome.started = p->started;
	if (!p->proven && !p->settled)
		p->outcome.latency_ns = clock_mono_ns() - p->started;
	if (p->tls != NULL)
		tls_facts(p->tls, &p->outcome.tls);
	if (p->tls != NULL && p->question->certificate != NULL)
		tls_certificate(p->tls, clock_wall_s(), p->question->certificate);
	if (!p->outcome.ok && p->outcome.reason != REASON_LOCAL &&
	    p->outcome.reason != REASON_REFUSING) /* which a living service says */
		probe_secure_distrust(p);
	outcome = p->outcome;
	say_farewell(p);
	probe_release(p);
	p->on_done(p, &outcome);
}

enum probe_look
probe_verdict(struct probe_run *p, bool ok, enum reason reason, uint64_t detail)
{
	p->outcome.ok = ok;
	p->outcome.reason = reason;
	p->outcome.detail = detail;
	return LOOK_DONE;
}

void
probe_succeed(struct probe_run *p)
{
	probe_verdict(p, true, REASON_OK, 0);
	probe_finish(p);
}

void
probe_fail(struct probe_run *p, enum reason reason, uint64_t detail)
{
	if (p->kind->helper) {
		detail = reason == REASON_ANSWER_TIMEOUT ? ETIMEDOUT : EPIPE;
		reason = REASON_LOCAL;
	}
	if (p->settled) {
		probe_succeed(p);
		return;
	}
	if (p->proven) { /* what there is to resume will not come any more */
		resumption_missed(&p->question->memory->resumption);
		probe_succeed(p);
		return;
	}
	if (probe_secure_again(p, reason))
		return;
	probe_verdict(p, false, reason, detail);
	probe_finish(p);
}

/* An errno of the socket, after the connection stood. */
void
probe_fail_errno(struct probe_run *p, int error)
{
	uint64_t detail;
	enum reason reason = reach_reason_told(error, &detail);

	if (error == ECONNRESET || error == EPIPE)
		probe_fail(p, REASON_CLOSED_EARLY, 0);
	else
		probe_fail(p, reason, detail);
}

void
probe_say(struct probe_run *p, const void *octets, size_t n)
{
	assert(n <= sizeof p->out - p->n_out);
	memcpy(p->out + p->n_out, octets, n);
	p->n_out += n;
}

/* When there is something to do before the deadline; INT64_MAX: there is not. */
static int64_t
next_extra(const struct probe_run *p)
{
	if (p->kind->proto == PROTO_UDP && !p->kind->helper &&
	    p->resent < countof(resend_ns))
		return p->started + resend_ns[p->resent];
	return probe_connect_second_at(p);
}

void
probe_arm(struct probe_run *p)
{
	int64_t at = next_extra(p);

	if (p->deadline < at)
		at = p->deadline;
	at -= p->pulse->now;
	p->timer.repeat = at > 0 ? (double)at / (double)NS_PER_S : 1e-6;
	ev_timer_again(p->pulse->loop, &p->timer);
}

/* --- phases ------------------------------------------------------------------------- */

static void
hold_or_succeed(struct probe_run *p)
{
	int64_t hold = p->kind->hold_ns == NULL ? 0 : p->kind->hold_ns(p);

	if (hold <= 0 && probe_secure_wants_ticket(p)) {
		p->proven = true;
		p->outcome.latency_ns = clock_mono_ns() - p->started;
		hold = TICKET_NS;
	}
	if (hold <= 0) {
		probe_succeed(p);
		return;
	}
	p->phase = PROBE_HOLDING;
	probe_tell(p, STEP_HOLDING, NULL, 0);
	p->deadline = p->pulse->now + hold;
	probe_watch(p, EV_READ);
	probe_arm(p);
}

/* The way is open. */
static void
talk(struct probe_run *p)
{
	p->phase = PROBE_TALKING;
	if (p->kind->ask == NULL || !p->kind->ask(p)) {
		hold_or_succeed(p);
		return;
	}
	probe_give(p);
}

static void
on_talking(struct probe_run *p)
{
	int taken = 0;

	if (p->sent < p->n_out && !probe_give(p))
		return;
	while (probe_take(p)) {
		if (p->kind->look(p) == LOOK_DONE) {
			probe_finish(p);
			return;
		}
		if (p->n_in == sizeof p->in) { /* all that room, and still no answer */
			probe_fail(p, REASON_ANSWER_GARBAGE, 0);
			return;
		}
		if (p->sent < p->n_out && !probe_give(p))
			return;
		if (p->kind->proto == PROTO_UDP && ++taken == DATAGRAMS_PER_TURN)
			return; /* the rest makes us readable again */
	}
}

/* Anything but silence or data ends it; data is not our business. */
static void
on_holding(struct probe_run *p)
{
	/* As much as one turn may cost; the rest makes us readable again. */
	for (int i = 0; i < 4; i++) {
		p->n_in = 0;
		if (!probe_take(p))
			break;
	}
	if (p->phase == PROBE_HOLDING && p->proven && !probe_secure_wants_ticket(p))
		probe_succeed(p);
}

static void
on_connected(struct probe_run *p)
{
	int error = reach_result(p->fd);
	uint64_t detail;

	probe_connect_settle(p);
	if (error != 0) {
		enum reason reason = reach_reason_told(error, &detail);

		probe_fail(p, reason, detail);
		return;
	}
	probe_tell(p, STEP_CONNECTED, NULL, 0);
	if (p->kind->proto == PROTO_TCP) {
		p->connected = p->pulse->now;
		p->outcome.connect_ns = p->connected - p->started;
		p->deadline = p->started + p->question->timeout_ns + p->given;
		probe_arm(p);
	}
	if (!p->kind->tls) {
		talk(p);
		return;
	}
	if (probe_secure(p))
		talk(p);
}

/* Time is up in this phase. */
static void
on_expired(struct probe_run *p)
{
	switch (p->phase) {
	case PROBE_CONNECTING:
		probe_fail(p, REASON_CONNECT_TIMEOUT, 0);
		return;
	case PROBE_HANDSHAKE:
		probe_fail(p, REASON_TLS_TIMEOUT, 0);
		return;
	case PROBE_TALKING:
		probe_fail(
		    p, p->noise ? REASON_ANSWER_GARBAGE : REASON_ANSWER_TIMEOUT, 0);
		return;
	case PROBE_HOLDING:
		if (p->proven)
			resumption_missed(&p->question->memory->resumption);
		probe_succeed(p);
		return;
	case PROBE_IDLE:
		break;
	}
	assert(0 && "an idle probe has no deadline");
}

/* False: the probe is over. */
static bool
do_extra(struct probe_run *p)
{
	if (p->kind->proto == PROTO_TCP) {
		probe_connect_second(p);
		return true;
	}
	p->resent++;
	p->sent = 0;
	probe_give(p);
	return probe_running(p); /* the socket may have known that nobody is there */
}

static void
on_timer(EV_P_ ev_timer *w, int revents)
{
	struct probe_run *p = container_of(w, struct probe_run, timer);
	int64_t now = p->pulse->now;
	int64_t deadline;

	(void)EV_A;
	(void)revents;
	assert(probe_running(p));
	if (p->fd < 0) { /* could not begin: the verdict is there already */
		probe_finish(p);
		return;
	}
	deadline = p->phase == PROBE_HOLDING
		       ? p->deadline
		       : lag_extended(&p->pulse->lag, p->deadline, p->lag_at_start,
			     p->question->timeout_ns);
	if (now >= deadline) {
		on_expired(p);
		return;
	}
	if (now >= next_extra(p) && !do_extra(p))
		return;
	p->given += deadline - p->deadline;
	p->deadline = deadline;
	p->lag_at_start = p->pulse->lag.total_ns;
	probe_arm(p);
}

static void
on_ready(EV_P_ ev_io *w, int revents)
{
	struct probe_run *p = container_of(w, struct probe_run, io);

	(void)EV_A;
	(void)revents;
	assert(p->fd >= 0);
	switch (p->phase) {
	case PROBE_CONNECTING:
		on_connected(p);
		return;
	case PROBE_HANDSHAKE:
		if (probe_secure(p))
			talk(p);
		return;
	case PROBE_TALKING:
		on_talking(p);
		return;
	case PROBE_HOLDING:
		on_holding(p);
		return;
	case PROBE_IDLE:
		break;
	}
	assert(0 && "an idle probe watches nothing");
}

void
probe_init(struct probe_run *p, struct pulse *pulse, probe_done *on_done)
{
	memset(p, 0, sizeof *p);
	p->pulse = pulse;
	p->on_done = on_done;
	p->fd = -1;
	probe_connect_init(p);
	ev_io_init(&p->io, on_ready, -1, EV_READ);
	ev_init(&p->timer, on_timer);
}

void
probe_start(struct probe_run *p, const struct probe_question *q)
{
	assert(!probe_running(p) && q->kind != PROBE_NONE);
	p->question = q;
	p->kind = &probe_kinds[q->kind];
	p->started = clock_mono_ns();
	p->connected = p->started;
	p->lag_at_start = p->pulse->lag.total_ns;
	p->deadline = p->started + q->connect_timeout_ns;
	p->outcome = (struct outcome){0};
	p->n_in = p->n_out = p->sent = 0;
	p->resent = 0;
	p->given = 0;
	p->greeted = p->noise = p->settled = false;
	p->sockets = 0;
	p->again = p->proven = false;
	probe_connect(p);
	probe_arm(p);
}
