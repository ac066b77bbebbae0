/* SPDX-License-Identifier: BSD-2-Clause */
#include "chores.h"

#include <edge/base.h>
#include <edge/clock.h>

#include "pace.h"
#include "seat.h"

#define SLICE_NS   (2 * NS_PER_MS)
#define SLICE_LOOK 16 /* read the clock once per so many closed sessions */

struct slice {
	int64_t end_ns;
	unsigned done;
};

static bool
slice_is_over(struct slice *s)
{
	return ++s->done % SLICE_LOOK == 0 && clock_mono_ns() >= s->end_ns;
}

/* Ends all sessions on @ring; false when the slice was over before. */
static bool
sweep_ring(struct link *ring, struct slice *slice)
{
	while (!link_alone(ring)) {
		struct seat *seat = container_of(ring->next, struct seat, of_endpoint);

		seat->end(seat, CLOSE_MEMBER_DOWN);
		if (slice_is_over(slice))
			return false;
	}
	return true;
}

static bool
sweep(struct worker *w, struct slice *slice)
{
	for (size_t i = 0; i < w->view->n_listeners; i++) {
		const struct view_listener *vl = &w->view->listeners[i];

		for (size_t k = 0; k < vl->n_choices; k++) {
			struct live_endpoint_share *share =
			    &vl->choices[k].endpoint->share[w->setup.index];

			if ((share->sweep_ends || share->sweep_all) &&
			    !sweep_ring(&share->ends, slice))
				return false;
			if (share->sweep_all && !sweep_ring(&share->stays, slice))
				return false;
		}
	}
	return true;
}

static bool
expire(struct worker *w, struct slice *slice)
{
	struct idle_entry *e;

	while ((e = idle_due(&w->idle, w->now_ns)) != NULL) {
		struct seat *seat = container_of(e, struct seat, idle);

		seat->late(seat, CLOSE_IDLE);
		if (slice_is_over(slice))
			return false;
	}
	return true;
}

/* Each duty on the ring once: those that are still busy come back for the next turn. */
static void
run_duties(struct worker *w)
{
	struct link ring;

	link_init(&ring);
	while (!link_alone(&w->busy)) {
		struct link *l = w->busy.next;

		link_remove(l);
		link_append(&ring, l);
	}
	while (!link_alone(&ring)) {
		struct duty *d = container_of(ring.next, struct duty, link);

		link_remove(&d->link);
		d->run(d);
	}
}

void
chores_bury(struct worker *w)
{
	while (!link_alone(&w->dead)) {
		struct duty *d = container_of(w->dead.next, struct duty, link);

		link_remove(&d->link);
		d->run(d);
	}
}

bool
chores_do(struct worker *w)
{
	struct slice slice = {.end_ns = w->now_ns + SLICE_NS};
	bool finished;

	run_duties(w);
	finished = expire(w, &slice) && sweep(w, &slice) && pace_serve(w, slice.end_ns);
	return finished && link_alone(&w->busy);
}
