/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_past - members whose answers go past the balancer.
 *
 * Where clients' sources are kept a member answers to the client's address, and only a
 * member whose gateway is this host answers through it.  Probes do not see that: they
 * come from our own address.  What it looks like from here: the member is up, and what is
 * sent to it from clients' addresses never comes to anything: connections fail in the
 * relay; in the kernel engine members are picked, and nothing comes back.
 *
 * The other way round, what a member says to clients who never came through the VIP shows
 * that they go to it directly, or through another balancer.  With A/V that is as it
 * should be.
 */
#include <inttypes.h>

#include <edge/clock.h>
#include <edge/log.h>

#include "host.h"
#include "lb.h"

#define LOOK_NS        NS_PER_S
#define TRIES_TOLD     3
#define QUESTIONS_TOLD 32 /* of datagrams: strangers send some that mean nothing */

static uint64_t
sum(const struct lb *lb, const struct live_endpoint *x, enum lb_field f)
{
	return live_endpoint_sum(&lb->live, x, f);
}

/* What was begun towards it, of which nothing need have come. */
static uint64_t
tries_of(const struct lb *lb, const struct live_endpoint *x, bool kernel)
{
	return sum(lb, x, kernel ? LB_FIELD_PICKS : LB_FIELD_CONNECT_FAILURES);
}

/* Everything that shows that its answers come here. */
static uint64_t
answers_of(const struct lb *lb, const struct live_endpoint *x, bool kernel)
{
	uint64_t n = sum(lb, x, LB_FIELD_SESSIONS_TOTAL);

	return kernel ? n + sum(lb, x, LB_FIELD_PACKETS_OUT) +
			    sum(lb, x, LB_FIELD_CONNECT_FAILURES)
		      : n;
}

/* What is there of the prober's: nothing while its board is not. */
static void
see_probes(const struct lb *lb, const struct live_endpoint *x, struct bypass_seen *ret)
{
	size_t row = board_reader_find(lb->health, x->id);

	if (row == BOARD_NO_ROW)
		return;
	ret->probes = board_reader_load(lb->health, row, HEALTH_FIELD_PROBES);
	ret->failures = board_reader_load(lb->health, row, HEALTH_FIELD_FAILURES);
}

/* All that was begun with another service of this address has come about: the way back
 * leads through us. */
static bool
way_is_right(const struct lb *lb, const struct live_endpoint *x)
{
	for (size_t i = 0; i < lb->view->n_all; i++) {
		const struct view_listener *vl = &lb->view->listeners[i];
		bool kernel = vl->engine == ENGINE_KERNEL;

		for (size_t k = 0; kernel && k < vl->n_choices; k++) {
			const struct live_endpoint *y = vl->choices[k].endpoint;

			if (y != x && addr_equal(&y->addr, &x->addr) &&
			    answers_of(lb, y, kernel) != 0 &&
			    tries_of(lb, y, kernel) == y->bypass.tries)
				return true;
		}
	}
	return false;
}

static void
tell_of_datagrams(
    const struct lb *lb, const struct live_endpoint *x, uint64_t n, const char *gateway)
{
	if (way_is_right(lb, x))
		log_info("%s answered none of %" PRIu64
			 " clients' datagrams, though it probes well, and its other "
			 "services answer through this host: strangers' datagrams that "
			 "mean nothing, or a packet filter",
		    x->full_name, n);
	else
		log_warning(
		    "%s answers past the balancer, or not at all: it probes well, "
		    "but none of %" PRIu64 " clients' datagrams was answered "
		    "through this host; set its default gateway to %s",
		    x->full_name, n, gateway);
}

static void
look(struct lb *lb, struct live_endpoint *x, bool kernel)
{
	struct bypass_seen now = {
	    .tries = tries_of(lb, x, kernel),
	    .answers = answers_of(lb, x, kernel),
	    .enough = x->proto == PROTO_UDP ? QUESTIONS_TOLD : TRIES_TOLD,
	    .up = x->state.health == HEALTH_UP,
	};
	char gateway[ADDR_TEXT_MAX];
	struct addr own;

	see_probes(lb, x, &now);
	if (!bypass_look(&x->bypass, &now))
		return;
	if (!host_address_towards(&x->addr, &own)) {
		x->bypass.told = false; /* the next look has a way, perhaps */
		return;
	}
	addr_text(&own, gateway);
	if (x->proto == PROTO_UDP)
		tell_of_datagrams(lb, x, now.tries - x->bypass.tries, gateway);
	else
		log_warning("%s answers past the balancer: it probes well, but no "
			    "connection with a client's source comes about; set its "
			    "default gateway to %s",
		    x->full_name, gateway);
}

static void
look_unasked(struct lb *lb, struct live_endpoint *x, int64_t now_ns)
{
	uint64_t n = unasked_look(&x->unasked, sum(lb, x, LB_FIELD_UNASKED), now_ns);

	if (n > 0)
		log_warning("%s sent %" PRIu64
			    " packets to clients who did not come through its "
			    "VIP: they go past the balancer, to the member itself or "
			    "through another balancer",
		    x->full_name, n);
}

/* What the kernel engine counts for a service is none of the relay's: nobody looks at
 * tries of one engine and answers of the other. */
static void
look_at(struct lb *lb, const struct view_listener *vl, int64_t now_ns)
{
	bool kernel = vl->engine == ENGINE_KERNEL;

	for (size_t k = 0; k < vl->n_choices; k++) {
		look(lb, vl->choices[k].endpoint, kernel);
		if (kernel && !vl->direct)
			look_unasked(lb, vl->choices[k].endpoint, now_ns);
	}
}

void
lb_look_for_bypass(struct lb *lb)
{
	int64_t now_ns = clock_mono_ns();

	if (now_ns - lb->looked_for_bypass_ns < LOOK_NS)
		return;
	lb->looked_for_bypass_ns = now_ns;
	for (size_t i = 0; i < lb->view->n_all; i++) {
		const struct view_listener *vl = &lb->view->listeners[i];

		if (vl->engine == ENGINE_KERNEL ||
		    (vl->source == SOURCE_KEEP && vl->listener->proto == PROTO_TCP))
			look_at(lb, vl, now_ns);
	}
}
