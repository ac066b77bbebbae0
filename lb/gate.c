/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate.h"

#include <assert.h>
#include <stdlib.h>

#include <edge/base.h>
#include <edge/id.h>

#include "assoc.h"
#include "session.h"
#include "worker.h"

struct gate *
gate_new(struct live_listener *listener)
{
	struct gate *g = calloc(1, sizeof *g);

	if (g == NULL)
		return NULL;
	g->listener = listener;
	queue_init(&g->queue);
	link_init(&g->waiting);
	return g;
}

void
gate_free(struct gate **pg)
{
	struct gate *g = *pg;

	*pg = NULL;
	if (g == NULL)
		return;
	assert(!g->open && g->sessions == 0 && link_alone(&g->waiting));
	free(g);
}

static void
on_connections(EV_P_ ev_io *io, int revents)
{
	struct gate *g = container_of(io, struct gate, io);

	(void)loop;
	(void)revents;
	assert(g->open);
	session_accept(g, io->fd);
}

static void
on_datagrams(EV_P_ ev_io *io, int revents)
{
	struct gate *g = container_of(io, struct gate, io);

	(void)loop;
	(void)revents;
	assert(g->open);
	assoc_receive(g, io->fd);
}

void
gate_open(struct gate *g, struct worker *w)
{
	int fd = g->listener->fds[w->setup.index];

	if (g->open)
		return;
	assert(fd >= 0);
	g->worker = w;
	g->open = true;
	ev_io_init(&g->io,
	    g->listener->proto == PROTO_TCP ? on_connections : on_datagrams, fd, EV_READ);
	ev_set_priority(&g->io, 0);
	if (g->listener->proto == PROTO_UDP)
		ev_io_start(w->loop, &g->io);
	else
		gate_resume(g);
}

void
gate_close(struct gate *g)
{
	if (!g->open)
		return;
	ev_io_stop(g->worker->loop, &g->io);
	g->open = false;
}

void
gate_pause(struct gate *g)
{
	if (g->open && g->listener->proto == PROTO_TCP)
		ev_io_stop(g->worker->loop, &g->io);
}

void
gate_resume(struct gate *g)
{
	if (g->open && g->listener->proto == PROTO_TCP && !g->paced &&
	    g->worker->paused_until_ns == 0)
		ev_io_start(g->worker->loop, &g->io);
}

static int
choose(struct gate *g, const struct addr *source, struct pick_entry *e)
{
	const struct view_listener *vl = g->view;
	const struct worker *w = g->worker;
	struct addr cut = steer_cut(source, &w->view->mask);
	int choice = PICK_NONE;

	if (vl->domain != 0)
		choice = view_choice_of(
		    vl, e, affinity_member(w->affinity, vl->domain, &cut, w->now_ns));
	if (choice == PICK_NONE)
		choice = pick(vl->algorithm, &g->pick, e, vl->n_choices,
		    id_hash(&cut, sizeof cut), vl->ring);
	return choice;
}

/* Nobody may: is it that everybody is full? */
static bool
all_full(const struct view_listener *vl, uint32_t tried)
{
	for (size_t i = 0; i < vl->n_choices; i++)
		if (vl->choices[i].use == USE_NEW && !(tried & (1u << i)))
			return true;
	return false;
}

/* When a member may take a session again for which it had no rate or we no port. */
static int64_t
choice_ready_ns(const struct gate *g, const struct view_choice *c)
{
	const struct live_endpoint_share *share =
	    &c->endpoint->share[g->worker->setup.index];
	int64_t rate = g->view->rate.step_ns == 0
			   ? 0
			   : atomic_load_explicit(c->rate, memory_order_relaxed);

	return share->ports.nothing_until_ns > rate ? share->ports.nothing_until_ns
						    : rate;
}

/* When the first member may that takes sessions; INT64_MAX: there is none. */
static int64_t
first_ready_ns(const struct gate *g, uint32_t tried)
{
	const struct view_listener *vl = g->view;
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < vl->n_choices; i++) {
		const struct view_choice *c = &vl->choices[i];

		if (c->use != USE_NEW || tried & (1u << i) || view_choice_full(vl, c))
			continue;
		if (choice_ready_ns(g, c) < first)
			first = choice_ready_ns(g, c);
	}
	return first;
}

int64_t
gate_ready_ns(const struct gate *g)
{
	int64_t first = g->view == NULL ? 0 : first_ready_ns(g, 0);

	return first == INT64_MAX ? 0 : first;
}

static struct pick_result
nobody(const struct gate *g, uint32_t tried)
{
	int64_t first = first_ready_ns(g, tried);

	return (struct pick_result){
	    .choice = PICK_NONE,
	    .paced = first != INT64_MAX && first > g->worker->now_ns,
	    .full = all_full(g->view, tried),
	};
}

/* A place, and then the rate, which cannot be given back. */
static bool
take(const struct view_listener *vl, const struct view_choice *c, int64_t now_ns)
{
	_Atomic uint32_t *sessions = &c->endpoint->sessions;

	if (!live_take_place(sessions, vl->sessions_per_member))
		return false;
	if (rate_take(&vl->rate, c->rate, now_ns))
		return true;
	live_give_place(sessions);
	return false;
}

struct pick_result
gate_pick(struct gate *g, const struct addr *source, uint32_t tried)
{
	const struct view_listener *vl = g->view;
	struct pick_entry e[MODEL_MEMBERS_MAX];
	uint32_t lost = tried; /* and those where another worker was faster */

	for (size_t i = 0; i < vl->n_choices; i++)
		if (choice_ready_ns(g, &vl->choices[i]) > g->worker->now_ns)
			lost |= 1u << i;
	for (size_t i = 0; i <= vl->n_choices; i++) {
		int choice;

		view_entries(vl, lost, g->worker->now_ns, e);
		choice = choose(g, source, e);
		if (choice == PICK_NONE)
			break;
		if (take(vl, &vl->choices[choice], g->worker->now_ns))
			return (struct pick_result){
			    .endpoint = vl->choices[choice].endpoint, .choice = choice};
		lost |= 1u << choice;
	}
	return nobody(g, tried);
}
