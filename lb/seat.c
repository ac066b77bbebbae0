/* SPDX-License-Identifier: BSD-2-Clause */
#include "seat.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <edge/base.h>

#include "log_ring.h"
#include "worker.h"

#define LB_FIELD_NONE LB_FIELDS

static const enum lb_field close_fields[CLOSE_REASONS] = {
#define CLOSE(id, word, field, text) [CLOSE_##id] = LB_FIELD_##field,
#include "tbl/close_reasons.h"
};

static struct live_listener_share *
listener_share(const struct gate *g)
{
	return &g->listener->share[g->worker->setup.index];
}

static struct live_endpoint_share *
endpoint_share(const struct seat *seat)
{
	return &seat->endpoint->share[seat->gate->worker->setup.index];
}

static void
seat_leave_member(struct seat *seat)
{
	if (seat->endpoint == NULL)
		return;
	link_remove(&seat->of_endpoint);
	live_give_place(&seat->endpoint->sessions);
	live_endpoint_put(seat->endpoint);
	seat->endpoint = NULL;
}

/* What was taken before a refusal is given back. */
static bool
take_places(struct gate *g, const struct addr *source, struct source_entry **ret)
{
	struct worker *w = g->worker;
	struct live_listener *l = g->listener;

	if (worker_is_full(w) || !view_admits(g->view, source) ||
	    !live_take_place(&l->sessions, g->view->sessions_per_listener))
		return false;
	if (sources_take(
		w->sources, l->id, source, &g->view->each_source, w->now_ns, ret))
		return true;
	live_give_place(&l->sessions);
	return false;
}

bool
seat_may_open(const struct gate *gate, const struct addr *source)
{
	struct worker *w = gate->worker;

	return view_admits(gate->view, source) &&
	       sources_let(w->sources, gate->listener->id, source,
		   &gate->view->each_source, w->now_ns);
}

static void
count_both(struct gate *g, enum lb_field f)
{
	counters_add(&listener_share(g)->count, f, 1);
	counters_add(&g->worker->count, f, 1);
}

void
seat_refuse(struct gate *gate)
{
	count_both(gate, LB_FIELD_SESSIONS_TOTAL);
	count_both(gate, LB_FIELD_REFUSED);
}

bool
seat_open(struct seat *seat, struct gate *gate, const struct addr *source, uint16_t port,
    seat_end_fn *end, seat_end_fn *late)
{
	struct live_listener *l = gate->listener;
	struct source_entry *source_entry;

	if (!take_places(gate, source, &source_entry)) {
		seat_refuse(gate);
		return false;
	}
	count_both(gate, LB_FIELD_SESSIONS_TOTAL);
	live_listener_get(l);
	worker_session_began(gate->worker);
	gate->sessions++;
	*seat = (struct seat){
	    .end = end,
	    .late = late,
	    .gate = gate,
	    .source = *source,
	    .source_port = port,
	    .source_entry = source_entry,
	    .begun_ns = gate->worker->now_ns,
	    .stays = gate->view->on_down == ON_DOWN_KEEP && l->proto == PROTO_TCP,
	};
	idle_entry_init(&seat->idle);
	link_init(&seat->of_endpoint);
	return true;
}

/* Choices are numbered by the configuration: another one begins anew. */
static void
seat_check_tried(struct seat *seat)
{
	uint64_t conf = seat->gate->worker->view->conf_hash;

	if (seat->tried_conf != conf)
		seat->tried = 0;
	seat->tried_conf = conf;
}

bool
seat_find_member(struct seat *seat, enum close_reason *ret_reason)
{
	struct gate *g = seat->gate;
	struct worker *w = g->worker;
	struct live_endpoint_share *share;
	struct pick_result found;
	struct addr cut;

	seat_leave_member(seat);
	affinity_drop(w->affinity, &seat->affinity);
	*ret_reason = CLOSE_NO_MEMBER;
	if (g->view == NULL)
		return false; /* the listener was removed meanwhile */
	seat_check_tried(seat);
	found = gate_pick(g, &seat->source, seat->tried);
	if (found.endpoint == NULL) {
		*ret_reason = found.paced  ? CLOSE_RATE
			      : found.full ? CLOSE_REFUSED
					   : CLOSE_NO_MEMBER;
		return false;
	}
	seat->endpoint = found.endpoint;
	live_endpoint_get(seat->endpoint);
	seat->choice = (uint8_t)found.choice;
	seat->tried |= 1u << seat->choice;
	share = endpoint_share(seat);
	link_append(seat->stays ? &share->stays : &share->ends, &seat->of_endpoint);
	if (g->view->domain != 0) {
		cut = steer_cut(&seat->source, &w->view->mask);
		seat->affinity = affinity_hold(w->affinity, g->view->domain, &cut,
		    seat->endpoint->member_id, w->now_ns);
	}
	return true;
}

void
seat_take_back(struct seat *seat)
{
	seat->tried &= ~(1u << seat->choice);
	affinity_drop(seat->gate->worker->affinity, &seat->affinity);
	seat_leave_member(seat);
}

struct dial
seat_dial(const struct seat *seat)
{
	const struct worker *w = seat->gate->worker;

	return (struct dial){
	    .vl = seat->gate->view,
	    .to = seat->endpoint,
	    .client = &seat->source,
	    .port = seat->source_port,
	    .ports = w->setup.ports,
	    .turn = &endpoint_share(seat)->ports,
	    .now_ns = w->now_ns,
	};
}

void
seat_count_ports(struct seat *seat)
{
	seat_count(seat, LB_FIELD_PORTS_SHORT, 1);
	counters_add(&seat->gate->worker->count, LB_FIELD_PORTS_SHORT, 1);
}

int
seat_tries(const struct seat *seat)
{
	return __builtin_popcount(seat->tried);
}

void
seat_settle(struct seat *seat)
{
	/* Who answered a handshake is not invented. */
	if (seat->affinity != NULL && seat->gate->listener->proto == PROTO_TCP &&
	    seat->affinity->member == seat->endpoint->member_id)
		seat->affinity->genuine = true;
	counters_add(&endpoint_share(seat)->count, LB_FIELD_SESSIONS_TOTAL, 1);
}

void
seat_wait(struct seat *seat, int64_t timeout_ns)
{
	struct worker *w = seat->gate->worker;

	idle_enter(&seat->idle, idle_queue(&w->idle, timeout_ns), w->now_ns);
}

int64_t
seat_waits_ns(const struct seat *seat)
{
	return seat->idle.queue->timeout_ns;
}

void
seat_touch(struct seat *seat)
{
	idle_touch(&seat->idle, seat->gate->worker->now_ns);
}

void
seat_count(struct seat *seat, enum lb_field f, uint64_t by)
{
	if (f == LB_FIELD_OCTETS_IN)
		seat->octets_in += by;
	else if (f == LB_FIELD_OCTETS_OUT)
		seat->octets_out += by;
	counters_add(&listener_share(seat->gate)->count, f, by);
	if (seat->endpoint != NULL)
		counters_add(&endpoint_share(seat)->count, f, by);
}

static void
seat_count_reason(struct seat *seat, enum close_reason reason)
{
	enum lb_field f = close_fields[reason];

	if (f == LB_FIELD_NONE)
		return;
	counters_add(&listener_share(seat->gate)->count, f, 1);
	if (f == LB_FIELD_REFUSED)
		counters_add(&seat->gate->worker->count, f, 1);
}

/* "POOL/MEMBER" of "POOL/MEMBER/SIDE...". */
static size_t
member_length(const char *full_name)
{
	const char *slash = strchr(full_name, '/');

	return slash == NULL ? strlen(full_name)
			     : (size_t)(slash - full_name) + 1 + strcspn(slash + 1, "/");
}

static void
seat_log(const struct seat *seat, enum close_reason reason)
{
	const struct live_listener *l = seat->gate->listener;
	const struct live_endpoint *e = seat->endpoint;
	struct worker *w = seat->gate->worker;
	struct log_ring *ring = atomic_load_explicit(&w->log, memory_order_acquire);
	struct log_record r;

	if (ring == NULL)
		return;
	r = (struct log_record){
	    .begun_ns = seat->begun_ns,
	    .ended_ns = w->now_ns,
	    .octets_in = seat->octets_in,
	    .octets_out = seat->octets_out,
	    .client = seat->source,
	    .client_port = seat->source_port,
	    .vip = l->addr,
	    .vip_port = l->port,
	    .proto = (uint8_t)l->proto,
	    .reason = (uint8_t)reason,
	};
	/* A removed listener has no service any more. */
	if (seat->gate->view != NULL)
		snprintf(r.service, sizeof r.service, "%s", seat->gate->view->service);
	if (e != NULL) {
		r.at = e->addr;
		r.at_port = e->port;
		snprintf(r.member, sizeof r.member, "%.*s",
		    (int)member_length(e->full_name), e->full_name);
	}
	if (!log_ring_push(ring, &r))
		counters_add(&w->count, LB_FIELD_LOG_LOST, 1);
}

void
seat_close(struct seat *seat, enum close_reason reason, bool forget)
{
	struct gate *g = seat->gate;
	struct worker *w = g->worker;

	assert(g->sessions > 0);
	seat_count_reason(seat, reason);
	seat_log(seat, reason);
	idle_leave(&seat->idle);
	seat_leave_member(seat);
	if (forget)
		affinity_drop(w->affinity, &seat->affinity);
	else
		affinity_release(w->affinity, &seat->affinity, w->now_ns);
	sources_give(w->sources, &seat->source_entry);
	g->sessions--;
	worker_session_ended(w);
	live_give_place(&g->listener->sessions);
	/* The last association of a removed listener: nobody needs its socket any more.
	 * The reference goes last: after it the main thread may close the socket. */
	if (g->view == NULL && g->sessions == 0)
		gate_close(g);
	live_listener_put(g->listener);
}
