/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TEST_COURSE_WORLD_H
#define EDGE_TEST_COURSE_WORLD_H

/*
 * course_world - one course in simulated time: does what target.c does, with a member
 * that is a function instead of sockets.
 */
#include "course.h"
#include "token.h"

struct world_answer {
	int64_t takes;
	bool ok;
	enum reason reason;
};

struct world;
/* What a probe will see that begins now. */
typedef struct world_answer world_member(struct world *w, int64_t now);
typedef void world_counted(struct world *w, enum rise_fall_change change);

struct world {
	struct course course;
	int64_t now;
	world_member *member;
	world_counted *counted; /* or NULL */
	void *owner;

	struct {
		bool running;
		int64_t ends;
		struct world_answer answer;
	} probes[COURSE_FLIGHT];
	unsigned running, most_running;
	uint64_t begun, ended;
	struct token tokens; /* all zero: no bound */
};

static inline void
world_begin(struct world *w)
{
	int64_t at = w->tokens.spacing_ns > 0 ? token_take(&w->tokens, w->now) : w->now;
	struct world_answer a;
	unsigned slot;

	if (at > w->now) {
		course_postpone(&w->course, at);
		return;
	}
	slot = course_begin(&w->course, w->now);
	a = w->member(w, w->now);
	w->probes[slot].running = true;
	w->probes[slot].ends = w->now + a.takes;
	w->probes[slot].answer = a;
	w->begun++;
	w->running++;
	if (w->running > w->most_running)
		w->most_running = w->running;
}

static inline void
world_finish(struct world *w, unsigned slot)
{
	const struct world_answer *a = &w->probes[slot].answer;
	unsigned ended = course_finish(&w->course, slot, a->ok, a->reason, 0);
	enum rise_fall_change change;

	w->probes[slot].running = false;
	w->running--;
	for (unsigned i = 0; i < COURSE_FLIGHT; i++)
		if (ended & 1u << i) {
			w->probes[i].running = false;
			w->running--;
			w->ended++;
		}
	while (course_count(&w->course, w->now, &slot, &change))
		if (w->counted != NULL)
			w->counted(w, change);
}

/* When something happens next; COURSE_NEVER would be a course that has stopped.  *@slot:
 * the probe that ends then, or COURSE_FLIGHT: one begins. */
static inline int64_t
world_next(const struct world *w, unsigned *slot)
{
	int64_t at = w->course.due;

	*slot = COURSE_FLIGHT;
	for (unsigned i = 0; i < COURSE_FLIGHT; i++)
		if (w->probes[i].running && w->probes[i].ends <= at) {
			at = w->probes[i].ends;
			*slot = i;
		}
	return at;
}

/* Lives until @until; what happens at that very moment has not happened yet. */
static inline void
world_live(struct world *w, int64_t until)
{
	unsigned slot;

	for (int64_t at; (at = world_next(w, &slot)) < until;) {
		w->now = at > w->now ? at : w->now;
		if (slot == COURSE_FLIGHT)
			world_begin(w);
		else
			world_finish(w, slot);
	}
	w->now = until;
}

#endif
