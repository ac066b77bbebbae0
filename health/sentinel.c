/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sentinel - opens, holds and closes; the plan decides.
 *
 * Keepalive finds a host that fell silent or was replaced by one that knows nothing of
 * the connection: after 8 seconds, which is later than the probes of the default
 * interval, and much earlier than those of a long one.  One empty segment in 5 s is its
 * price.
 */
#include "sentinel.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/base.h>

#include "probe/probe.h"
#include "probe/reach.h"

#define KEEPALIVE_IDLE_S  5
#define KEEPALIVE_EVERY_S 1
#define KEEPALIVE_PROBES  3

/* A process that is killed closes its connections one after the other, and its listeners
 * may be among the last: a probe begun at once would still find one of them open, and a
 * mere connection would call the member good (31 times of 150 seen). */
#define ALARM_AFTER_S 0.025

/* A member that talks and talks to somebody who said nothing is not worth listening to.
 */
#define OCTETS_MAX     65536
#define READS_PER_TURN 4

void
sentinel_room_init(struct sentinel_room *r)
{
	struct rlimit files;
	rlim_t half = 512;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur / 2 < UINT32_MAX)
		half = files.rlim_cur / 2;
	*r = (struct sentinel_room){.most = (unsigned)half};
}

static uint32_t
dice(void)
{
	uint32_t n;

	probe_random(&n, sizeof n);
	return n;
}

static void
sentinel_close(struct sentinel *s)
{
	if (s->fd < 0)
		return;
	ev_io_stop(s->pulse->loop, &s->io);
	close(s->fd);
	s->fd = -1;
	assert(s->room->open > 0);
	s->room->open--;
}

/* Waits for what the plan waits for; while connecting, for the time allowed. */
static void
sentinel_arm(struct sentinel *s)
{
	int64_t in = s->plan.phase == SENTINEL_OPENING ? s->way.connect_timeout_ns
						       : s->plan.due - s->pulse->now;

	ev_timer_stop(s->pulse->loop, &s->timer);
	if (s->plan.phase != SENTINEL_OPENING && s->plan.due == INT64_MAX)
		return;
	ev_timer_set(&s->timer, in > 0 ? (double)in / (double)NS_PER_S : 0.0, 0.0);
	ev_timer_start(s->pulse->loop, &s->timer);
}

static void
sentinel_alarm_soon(struct sentinel *s)
{
	ev_timer_stop(s->pulse->loop, &s->alarm);
	ev_timer_set(&s->alarm, ALARM_AFTER_S, 0.0);
	ev_timer_start(s->pulse->loop, &s->alarm);
}

static void
on_alarm_due(EV_P_ ev_timer *w, int revents)
{
	struct sentinel *s = container_of(w, struct sentinel, alarm);

	(void)EV_A;
	(void)revents;
	s->alarms++;
	s->on_alarm(s);
}

static void
sentinel_raise(struct sentinel *s, bool alarm)
{
	sentinel_arm(s);
	if (alarm)
		sentinel_alarm_soon(s);
}

static void
sentinel_failed(struct sentinel *s, int error)
{
	uint64_t detail;
	bool our_fault = reach_reason(error, &detail) == REASON_LOCAL;

	sentinel_close(s);
	sentinel_raise(
	    s, sentinel_plan_failed(&s->plan, s->pulse->now, our_fault, dice()));
}

static void
sentinel_watch(struct sentinel *s, int events)
{
	ev_io_stop(s->pulse->loop, &s->io);
	ev_io_set(&s->io, s->fd, events);
	ev_io_start(s->pulse->loop, &s->io);
}

static void
sentinel_open(struct sentinel *s)
{
	int fd;

	sentinel_close(s);
	s->octets = 0;
	if (s->room->open >= s->room->most) {
		sentinel_failed(s, EMFILE);
		return;
	}
	fd = reach_open(&s->way.addr, s->way.port, PROTO_TCP, &s->way.source);
	if (fd < 0) {
		sentinel_failed(s, -fd);
		return;
	}
	s->fd = fd;
	s->room->open++;
	sentinel_watch(s, EV_WRITE);
	sentinel_arm(s);
}

static void
set_int(int fd, int level, int name, int value)
{
	/* Refused, it is noticed later, by the probes. */
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

static void
on_connected(struct sentinel *s)
{
	int error = reach_result(s->fd);

	if (error != 0) {
		sentinel_failed(s, error);
		return;
	}
	set_int(s->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(s->fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set_int(s->fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S);
	set_int(s->fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
	sentinel_plan_opened(&s->plan, s->pulse->now);
	sentinel_watch(s, EV_READ);
	sentinel_arm(s);
}

static void
on_held(struct sentinel *s)
{
	for (int i = 0; i < READS_PER_TURN; i++) {
		char octets[4096];
		ssize_t n = recv(s->fd, octets, sizeof octets, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			sentinel_close(s);
			sentinel_raise(
			    s, sentinel_plan_ended(&s->plan, s->pulse->now, dice()));
			return;
		}
		s->octets += (unsigned)n;
		if (s->octets > OCTETS_MAX) {
			sentinel_yield(s);
			return;
		}
	}
}

static void
on_ready(EV_P_ ev_io *w, int revents)
{
	struct sentinel *s = container_of(w, struct sentinel, io);

	(void)EV_A;
	(void)revents;
	assert(s->fd >= 0);
	if (s->plan.phase == SENTINEL_OPENING)
		on_connected(s);
	else
		on_held(s);
}

static void
on_timer(EV_P_ ev_timer *w, int revents)
{
	struct sentinel *s = container_of(w, struct sentinel, timer);

	(void)EV_A;
	(void)revents;
	if (s->plan.phase == SENTINEL_OPENING)
		sentinel_failed(s, ETIMEDOUT);
	else if (sentinel_plan_due(&s->plan))
		sentinel_open(s);
}

void
sentinel_init(struct sentinel *s, struct pulse *pulse, struct sentinel_room *room,
    const struct sentinel_way *way, sentinel_alarm *on_alarm)
{
	*s = (struct sentinel){
	    .way = *way, .pulse = pulse, .room = room, .on_alarm = on_alarm, .fd = -1};
	sentinel_plan_init(&s->plan);
	ev_init(&s->io, on_ready);
	/* As a probe's: what has arrived is looked at before its time is judged. */
	ev_set_priority(&s->io, IO_PRIORITY);
	ev_init(&s->timer, on_timer);
	ev_init(&s->alarm, on_alarm_due);
}

void
sentinel_inherit(struct sentinel *s, const struct sentinel *from)
{
	sentinel_plan_inherit(&s->plan, &from->plan);
	s->alarms = from->alarms;
	if (from->alarm.active != 0) /* ev_is_active() is not for what is const */
		sentinel_alarm_soon(s);
}

void
sentinel_stop(struct sentinel *s)
{
	ev_timer_stop(s->pulse->loop, &s->timer);
	ev_timer_stop(s->pulse->loop, &s->alarm);
	sentinel_close(s);
	sentinel_plan_down(&s->plan);
}

void
sentinel_probed(struct sentinel *s, int64_t started, bool good)
{
	enum sentinel_phase before = s->plan.phase;

	sentinel_plan_probed(&s->plan, started, s->pulse->now, good, dice());
	if (s->plan.phase != before)
		sentinel_arm(s);
}

void
sentinel_yield(struct sentinel *s)
{
	if (s->fd < 0)
		return;
	sentinel_close(s);
	sentinel_plan_yield(&s->plan, s->pulse->now, dice());
	sentinel_arm(s);
}

const char *
sentinel_word(const struct sentinel *s)
{
	switch (s->plan.phase) {
	case SENTINEL_AWAITING:
		return "awaiting";
	case SENTINEL_RESTING:
		return "resting";
	case SENTINEL_OPENING:
		return "opening";
	case SENTINEL_HELD:
		return "held";
	}
	return "?";
}
