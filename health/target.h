/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_TARGET_H
#define EDGE_HEALTH_TARGET_H

/*
 * target - one endpoint being probed: the sockets and the timer of its course.
 *
 * What to do next is decided in course.c; this owns the probes and the timer that do it.
 * Knows neither the board nor other targets: every outcome goes to on_outcome(), whose
 * owner decides and publishes, in the order in which they count.
 */
#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include <edge/board.h>

#include <edge/model.h>
#include <edge/state.h>

#include "course.h"
#include "flight.h"
#include "next_hop.h"
#include "probe/probe.h"
#include "probe/pulse.h"
#include "probe/question.h"
#include "token.h"

struct target;
typedef void target_outcome(
    struct target *t, const struct outcome *outcome, enum rise_fall_change change);

/* May find that an outcome is no evidence, and says so in it.  @began: of its probe. */
typedef void target_judge(struct target *t, struct outcome *outcome, int64_t began);

struct target {
	const struct endpoint *endpoint;
	const struct health_conf *conf;
	target_outcome *on_outcome;
	target_judge *judge; /* or NULL */
	void *owner;

	struct pulse *pulse;
	struct tls_memory tls_memory;
	struct flights *flights;        /* lends what a confirmation needs beside own */
	struct probe_question question; /* kind PROBE_NONE: never probed */
	struct course course;
	struct token tokens; /* of the relay kinds; others have no bound */
	ev_timer due;
	struct flight own;
	struct flight *slots[COURSE_FLIGHT]; /* what runs or waits for its turn */
	struct outcome last;                 /* reason NONE: no probe has finished */

	/* Kept for the owner. */
	size_t row;         /* on the board */
	struct state state; /* as published */
	int64_t lost;       /* when it went down, boot_ns */
	bool was_out;
	struct next_hop_watch next_hop;
};

void target_init(struct target *t, const struct endpoint *e, struct pulse *pulse,
    struct flights *flights, struct tls_context *tls, target_outcome *on_outcome,
    target_judge *judge, void *owner);
/* For flights_init(): a probe of any target has finished. */
void target_probe_done(struct probe_run *p, const struct outcome *outcome);
/* Takes the history over from the same endpoint of the configuration before. */
void target_inherit(struct target *t, const struct target *from);
void target_start(struct target *t);
void target_stop(struct target *t);
/* It was stopped. */
void target_fini(struct target *t);

/* Somebody's evidence suggests that it changed: probe at once, but on evidence never more
 * often than fast. */
void target_suspect(struct target *t);
/* The same from who is patient himself: probe now. */
void target_look(struct target *t);
/* The operator wants to know: probe now.  False: it is never probed. */
bool target_probe_now(struct target *t);
bool target_is_probed(const struct target *t);
bool target_is_probing(const struct target *t);

#endif
