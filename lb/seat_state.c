/* SPDX-License-Identifier: BSD-2-Clause */
#include "seat_state.h"

#include <assert.h>

#include "worker.h"

void
seat_save(const struct seat *seat, struct saved_seat *ret)
{
	*ret = (struct saved_seat){
	    .worker = seat->gate->worker->setup.index,
	    .listener = seat->gate->listener->id,
	    .endpoint = seat->endpoint != NULL ? seat->endpoint->id : 0,
	    .source = seat->source,
	    .port = seat->source_port,
	    .stays = seat->stays,
	    .tried = seat->tried,
	    .tried_conf = seat->tried_conf,
	    .timeout_ns = seat->idle.queue->timeout_ns,
	    .since_ns = seat->idle.since_ns,
	    .begun_ns = seat->begun_ns,
	    .octets_in = seat->octets_in,
	    .octets_out = seat->octets_out,
	    .affine = seat->affinity != NULL,
	    .counted = seat->source_entry != NULL,
	};
	if (seat->affinity == NULL)
		return;
	ret->domain = seat->affinity->domain;
	ret->affine_source = seat->affinity->source;
}

static void
gate_rejoin(struct gate *g, struct worker *w, const struct restoring *r)
{
	g->worker = w;
	g->sessions++;
	live_listener_get(g->listener);
	live_take_place(&g->listener->sessions, 0);
	worker_session_began(w);
	/* Associations of a removed listener speak through its socket: no view will open
	 * this gate. */
	if (r->attach && g->listener->proto == PROTO_UDP && !g->listener->wanted)
		gate_open(g, w);
}

static void
endpoint_rejoin(struct seat *seat, const struct worker *w)
{
	struct live_endpoint_share *share = &seat->endpoint->share[w->setup.index];

	live_endpoint_get(seat->endpoint);
	live_take_place(&seat->endpoint->sessions, 0);
	link_append(seat->stays ? &share->stays : &share->ends, &seat->of_endpoint);
}

void
seat_restore(struct seat *seat, const struct saved_seat *from, const struct restoring *r,
    seat_end_fn *end, seat_end_fn *late)
{
	struct worker *w = r->workers[from->worker];
	struct live_listener *l = live_listener(r->live, from->listener);

	assert(l != NULL);
	*seat = (struct seat){
	    .end = end,
	    .late = late,
	    .gate = l->share[from->worker].gate,
	    .endpoint =
		from->endpoint == 0 ? NULL : live_endpoint(r->live, from->endpoint),
	    .source = from->source,
	    .source_port = from->port,
	    .stays = from->stays,
	    .tried = from->tried,
	    .tried_conf = from->tried_conf,
	    .begun_ns = from->begun_ns != 0 ? from->begun_ns : from->since_ns,
	    .octets_in = from->octets_in,
	    .octets_out = from->octets_out,
	};
	assert(from->endpoint == 0 || seat->endpoint != NULL);
	idle_entry_init(&seat->idle);
	link_init(&seat->of_endpoint);
	gate_rejoin(seat->gate, w, r);
	if (seat->endpoint != NULL)
		endpoint_rejoin(seat, w);
	if (from->counted)
		seat->source_entry = sources_rejoin(w->sources, l->id, &from->source);
	if (from->affine)
		seat->affinity =
		    affinity_rejoin(w->affinity, from->domain, &from->affine_source);
	idle_enter(&seat->idle, idle_queue(&w->idle, from->timeout_ns), from->since_ns);
}

int
restoring_watch(const struct restoring *r, struct worker *w, int fd, struct watch *watch)
{
	if (r->attach && !r->watched)
		return worker_watch(w, fd, watch);
	return watch_set_adopt(&w->watched, fd, watch);
}
