/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_GATE_H
#define LB_GATE_H

/*
 * gate - one worker's side of a listener: its socket of the group, and what its picker
 * remembers.
 *
 * Made by the main thread together with the listener, used by its worker alone.
 */
#include <ev.h>
#include <stdbool.h>

#include "live.h"
#include "pick.h"
#include "queue.h"
#include "view.h"

struct worker;

struct gate {
	struct live_listener *listener;
	struct worker *worker; /* while open */
	const struct view_listener
	    *view; /* in the worker's current view; NULL: removed */
	struct pick_state pick;
	ev_io io;
	bool open;         /* the watcher is set to the worker's socket */
	uint32_t sessions; /* of this worker that came in here */

	/* Members' rates are used up, or our own means: pace.h. */
	struct queue queue;
	struct link waiting; /* on the worker's ring of such gates */
	bool paced;          /* accepting pauses until there is room */
	int64_t ready_ns;    /* when a rate allows the next one */
	int64_t held_ns;     /* until then listen_hold() is on; 0: it is off */
};

struct gate *gate_new(struct live_listener *listener);
void gate_free(struct gate **pg);

/* Begins and ends to look at the socket.  A gate that is removed keeps its UDP socket
 * open for the associations that are left. */
void gate_open(struct gate *g, struct worker *w);
void gate_close(struct gate *g);
/* Stops and goes on accepting: when descriptors are short, or while it is paced. */
void gate_pause(struct gate *g);
void gate_resume(struct gate *g);

struct pick_result {
	struct live_endpoint *endpoint; /* a place in it is taken; NULL: nobody */
	int choice;
	bool full;  /* nobody because of a limit, not for want of members */
	bool paced; /* nobody yet, because of rates or ports */
};

/* The member for a session of @source that has @tried some; takes a place in its count.
 * @now_ns is the worker's. */
struct pick_result gate_pick(struct gate *g, const struct addr *source, uint32_t tried);
/* When a member's rate and our ports allow a session: a time gone by if they do now, and
 * also if they are not what it would wait for. */
int64_t gate_ready_ns(const struct gate *g);

#endif
