/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_TARGET_H
#define EDGE_HEALTH_TARGET_H

/*
 * target - one endpoint being probed: when, what came, how it stands.
 *
 * Owns its probe, its timer and its history.  Knows neither the board nor other targets:
 * every outcome goes to on_outcome(), whose owner decides and publishes.
 */
#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include <edge/board.h>

#include <edge/model.h>
#include <edge/state.h>

#include "probe/probe.h"
#include "probe/pulse.h"
#include "probe/question.h"
#include "rise_fall.h"
#include "sched.h"
#include "token.h"

struct target;
typedef void target_outcome(
    struct target *t, const struct outcome *outcome, enum rise_fall_change change);

struct target {
	const struct endpoint *endpoint;
	const struct health_conf *conf;
	target_outcome *on_outcome;
	void *owner;

	struct pulse *pulse;
	struct probe_run probe;
	struct tls_memory tls_memory;
	struct probe_question question; /* kind PROBE_NONE: never probed */
	struct rise_fall history;
	struct sched sched;
	struct token tokens; /* of the relay kinds; others have no bound */
	ev_timer due;
	int64_t due_ns, last_start; /* INT64_MIN: never */
	int64_t hastened;           /* when evidence last brought a probe forward */
	bool suspected; /* what a running probe says will be too old, or never come */
	struct outcome last; /* reason NONE: no probe has finished */

	/* Kept for the owner. */
	size_t row;         /* on the board */
	struct state state; /* as published */
	int64_t lost;       /* when it went down, boot_ns */
	bool was_out;
};

void target_init(struct target *t, const struct endpoint *e, struct pulse *pulse,
    struct tls_context *tls, target_outcome *on_outcome, void *owner);
/* Takes the history over from the same endpoint of the configuration before. */
void target_inherit(struct target *t, const struct target *from);
void target_start(struct target *t);
void target_stop(struct target *t);
/* It was stopped. */
void target_fini(struct target *t);

/* Somebody's evidence suggests that it changed: probe soon.  Once in an interval that is
 * a confirmation's time after the last one, else never more often than fast. */
void target_suspect(struct target *t);
/* The same from who is patient himself: probe now. */
void target_look(struct target *t);
/* The operator wants to know: probe now.  False: it is never probed. */
bool target_probe_now(struct target *t);
bool target_is_probed(const struct target *t);

#endif
