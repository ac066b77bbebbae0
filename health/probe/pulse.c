/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pulse - one clock reading per turn.  ev_now() is never used: it is wall-clock time.
 */
#include "pulse.h"

#include <edge/base.h>

static void
on_check(EV_P_ ev_check *w, int revents)
{
	struct pulse *p = container_of(w, struct pulse, check);

	(void)EV_A;
	(void)revents;
	p->now = clock_mono_ns();
	lag_look(&p->lag, p->now);
}

/* Also there so that the loop turns, and time that is lost shows. */
static void
on_tick(EV_P_ ev_timer *w, int revents)
{
	struct pulse *p = container_of(w, struct pulse, tick);

	(void)EV_A;
	(void)revents;
	partings_end(&p->partings, p->now);
}

void
pulse_look(struct pulse *p)
{
	p->now = clock_mono_ns();
}

void
pulse_start(struct pulse *p, struct ev_loop *loop)
{
	p->loop = loop;
	p->now = clock_mono_ns();
	p->lateness = (struct lateness){0};
	p->partings.first = p->partings.count = 0;
	lag_init(&p->lag, p->now);
	ev_set_timeout_collect_interval(loop, (double)PULSE_COLLECT_NS / NS_PER_S);
	ev_check_init(&p->check, on_check);
	ev_set_priority(&p->check, PULSE_PRIORITY);
	ev_check_start(loop, &p->check);
	ev_timer_init(&p->tick, on_tick, (double)LAG_TICK_NS / NS_PER_S,
	    (double)LAG_TICK_NS / NS_PER_S);
	ev_set_priority(&p->tick, PULSE_PRIORITY);
	ev_timer_start(loop, &p->tick);
	ev_unref(loop);
	ev_unref(loop);
}

void
pulse_stop(struct pulse *p)
{
	ev_ref(p->loop);
	ev_ref(p->loop);
	ev_check_stop(p->loop, &p->check);
	ev_timer_stop(p->loop, &p->tick);
	partings_close(&p->partings);
}
