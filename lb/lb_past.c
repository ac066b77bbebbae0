/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_past - members whose answers go past the balancer.
 *
 * Where clients' sources are kept a member answers to the client's address, and only a
 * member whose gateway is this host answers through it.  Probes do not see that: they
 * come from our own address.  What it looks like from here: the member is up, and
 * connections to it fail without a single one that succeeds.
 */
#include <edge/clock.h>
#include <edge/log.h>

#include "host.h"
#include "lb.h"

#define LOOK_NS       (5 * NS_PER_S)
#define FAILURES_TOLD 3

static void
look(struct lb *lb, struct live_endpoint *x)
{
	uint64_t failures = live_endpoint_sum(&lb->live, x, LB_FIELD_CONNECT_FAILURES);
	uint64_t sessions = live_endpoint_sum(&lb->live, x, LB_FIELD_SESSIONS_TOTAL);
	char gateway[ADDR_TEXT_MAX];
	struct addr own;

	if (sessions != x->past_sessions) {
		x->past_told = false;
		x->past_failures = failures;
		x->past_sessions = sessions;
		return;
	}
	if (failures - x->past_failures < FAILURES_TOLD || x->past_told ||
	    x->state.health != HEALTH_UP || !host_address_towards(&x->addr, &own))
		return;
	x->past_told = true;
	log_warning(
	    "%s answers past the balancer: it probes well, but no connection with a "
	    "client's source comes about; set its default gateway to %s",
	    x->full_name, addr_text(&own, gateway));
}

void
lb_look_for_bypass(struct lb *lb)
{
	int64_t now_ns = clock_mono_ns();

	if (now_ns - lb->looked_for_bypass_ns < LOOK_NS)
		return;
	lb->looked_for_bypass_ns = now_ns;
	for (size_t i = 0; i < lb->view->n_listeners; i++) {
		const struct view_listener *vl = &lb->view->listeners[i];

		if (vl->source != SOURCE_KEEP || vl->listener->proto != PROTO_TCP)
			continue;
		for (size_t k = 0; k < vl->n_choices; k++)
			look(lb, vl->choices[k].endpoint);
	}
}
