/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_COURSE_H
#define EDGE_HEALTH_COURSE_H

/*
 * course - what to do next about one endpoint: when to probe it, and what outcomes make
 * of it.  Pure: no sockets, no loop; the clock is an argument.
 *
 *   steady       up, or down: one probe at a time, on a grid of the endpoint's own
 *   fast         a fixed time after the last one began: while coming up is confirmed,
 *                while nothing is known or verified, after a fault of our own, and once
 *                after every change
 *   confirming   after the first failure of one that is up: as many probes as it takes
 *                to be sure, confirm_interval apart, without waiting for each other
 *   on evidence  at once, but then not again before `fast` has passed
 *
 * With several probes under way outcomes count in the order in which the probes began:
 * one that has finished waits for those that began before it.  A success makes those that
 * began before it and still run pointless - they look at the past - so they are ended and
 * count for nothing.
 *
 * At most COURSE_FLIGHT run at once: a member that answers slowly is not buried under
 * questions.  What confirmation needs beyond that begins as others end.
 */
#include <stdbool.h>
#include <stdint.h>

#include "flap.h"
#include "rise_fall.h"
#include "sched.h"

#define COURSE_FLIGHT 4
#define COURSE_NEVER  INT64_MAX

struct course_probe {
	unsigned slot; /* by which its owner knows it; 0..COURSE_FLIGHT-1 */
	int64_t began;
	bool finished;

	/* What it saw, as far as that decides anything. */
	bool ok;
	enum reason reason;
	uint64_t detail;
};

struct course {
	const struct health_conf *conf;
	struct sched sched;
	struct rise_fall history;
	struct flap flap;
	bool awaits_resume; /* manual_resume: it was down */

	struct course_probe flight[COURSE_FLIGHT]; /* the oldest first */
	unsigned in_flight;
	int64_t due;        /* when the next one begins; COURSE_NEVER */
	int64_t last_start; /* INT64_MIN: never */

	int64_t row_since;     /* when the present row of failures became known */
	bool was_local;        /* the last outcome was a fault of our own */
	bool changed;          /* up or down since the last one began */
	bool suspected;        /* something came up that no probe has looked at since */
	bool on_evidence;      /* evidence set what is due */
	int64_t last_evidence; /* when a probe last began on evidence; INT64_MIN: never */
};

void course_init(struct course *c, uint64_t id, const struct health_conf *conf);
/* After another course of the same endpoint: @asked_anew, the question is not the same.
 */
void course_inherit(struct course *c, const struct course *from, bool asked_anew);
/* When the first probe is due. */
void course_start(struct course *c, int64_t now);

/* One begins: it is known by the returned slot until it ended. */
unsigned course_begin(struct course *c, int64_t now);
/* What is due may not begin before @at. */
void course_postpone(struct course *c, int64_t at);
int64_t course_began(const struct course *c, unsigned slot);
/* One has finished.  Returns the slots of those that must be ended now, as bits. */
unsigned course_finish(
    struct course *c, unsigned slot, bool ok, enum reason reason, uint64_t detail);
/* Counts the next outcome whose turn it is.  False: there is none, and c->due stands. */
bool course_count(
    struct course *c, int64_t now, unsigned *ret_slot, enum rise_fall_change *ret_change);

/* Something suggests that it changed. */
void course_suspect(struct course *c, int64_t now);
/* The same from who is patient himself. */
void course_look(struct course *c, int64_t now);
/* The operator wants to know. */
void course_probe_now(struct course *c, int64_t now);
/* The operator has seen that it was down, and lets it return; says whether it waited. */
bool course_resume(struct course *c);

/* It answers, and still does not come up: flapping, or waiting for the operator. */
bool course_is_held(const struct course *c, int64_t now);

#endif
