/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publisher - keeps every output equal to the plan, one turn at a time.
 *
 * Nothing here decides about members: states come from health.board and are judged by
 * state_use(); answer.c turns them into records.  What is decided here is only whether a
 * text may be written now, and the last guard before it is.
 */
#include "publisher.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/boards.h>
#include <edge/clock.h>
#include <edge/log.h>
#include <edge/state.h>

#include "answer.h"
#include "outputs.h"
#include "publisher_write.h"
#include "zone_text.h"

/* Bounds of the wait for first verdicts: long enough for any sane interval, short enough
 * that a prober which never decides is noticed in the file. */
#define WARMUP_MIN_NS (30 * NS_PER_S)
#define WARMUP_MAX_NS (300 * NS_PER_S)

struct publisher {
	struct model *model;
	struct plan *plan;     /* of the states below */
	struct plan *unproven; /* the same, during a turn that needs it */
	struct outputs outputs;
	struct state *states;
	size_t n_states;
	bool stale;  /* health.board is missing or old */
	bool looked; /* at least one turn was made */
	int64_t warmup_ns;
	struct board *board;
	void (*alive)(void *owner);
	void *owner;
};

static int64_t
warmup_limit(const struct model *m)
{
	int64_t most = WARMUP_MIN_NS;

	for (size_t i = 0; i < m->n_pools; i++) {
		const struct health_conf *h = &m->pools[i].health;
		int64_t round = h->interval_ns + h->timeout_ns;
		int64_t limit = (h->rise + h->fall + 1) * round + h->hold_ns;

		if (limit > most)
			most = limit;
	}
	return most < WARMUP_MAX_NS ? most : WARMUP_MAX_NS;
}

static void
warn_of_targets(const struct publisher *p)
{
	const struct model *m = p->model;

	for (size_t t = 0; t < m->dns.n_targets; t++) {
		const struct dns_target *target = &m->dns.targets[t];
		bool used = false;

		for (size_t z = 0; z < p->plan->n_zones; z++)
			used |= strcmp(p->plan->zones[z].view, target->view) == 0 &&
				strcmp(p->plan->zones[z].name, target->zone) == 0;
		if (!used)
			log_warning(
			    "target %s: no name to publish is in zone %s of view %s",
			    target->name, target->zone, target->view);
		else if (target->kind != TARGET_FILE)
			log_warning(
			    "target %s: kind \"%s\" is not yet in effect, the zone's "
			    "records go to a file",
			    target->name, target_kind_word(target->kind));
	}
}

bool
publisher_new(struct model **pm, const char *state_dir, char *why, size_t size,
    struct publisher **ret)
{
	struct publisher *p = calloc(1, sizeof *p);
	int err = -ENOMEM;

	if (p != NULL) {
		p->n_states = model_count_endpoints(*pm);
		p->states = calloc(p->n_states + 1, sizeof *p->states);
	}
	if (p != NULL && p->states != NULL)
		err = answer_plan(*pm, NULL, ANSWER_BY_HEALTH, &p->plan);
	if (err != 0)
		snprintf(why, size, "cannot plan the records: %s", strerror(-err));
	if (err != 0 || !outputs_init(&p->outputs, *pm, p->plan, state_dir, why, size)) {
		publisher_free(&p);
		return false;
	}
	p->model = *pm;
	*pm = NULL;
	p->stale = true;
	p->warmup_ns = warmup_limit(p->model);
	warn_of_targets(p);
	*ret = p;
	return true;
}

void
publisher_free(struct publisher **pp)
{
	struct publisher *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	outputs_fini(&p->outputs);
	plan_free(&p->plan);
	plan_free(&p->unproven);
	free(p->states);
	model_free(&p->model);
	free(p);
}

void
publisher_adopt(struct publisher *p, const struct publisher *old)
{
	outputs_adopt(&p->outputs, &old->outputs);
	p->stale = old->stale;
}

const struct model *
publisher_model(const struct publisher *p)
{
	return p->model;
}

struct board_row_spec *
publisher_rows(const struct publisher *p, size_t *ret_n)
{
	return outputs_rows(&p->outputs, ret_n);
}

void
publisher_attach(
    struct publisher *p, struct board *board, void (*alive)(void *owner), void *owner)
{
	p->board = board;
	p->alive = alive;
	p->owner = owner;
	for (size_t i = 0; i < p->outputs.n; i++)
		p->outputs.list[i].row = board_find(board, p->outputs.list[i].id);
}

/* What the planner looks at: the same for states that differ in age only. */
static bool
state_equal(const struct state *a, const struct state *b)
{
	return a->health == b->health && a->admin == b->admin && a->reason == b->reason &&
	       a->flags == b->flags;
}

/* Takes the states of all endpoints.  True when one of them changed. */
static bool
read_states(struct publisher *p, const struct board_reader *health)
{
	bool changed = !p->looked;
	size_t at = 0;

	for (size_t i = 0; i < p->model->n_pools; i++) {
		const struct pool *pool = &p->model->pools[i];

		for (size_t k = 0; k < pool->n_endpoints; k++, at++) {
			struct state s =
			    health_state(health, pool->endpoints[k].id, pool);

			changed |= !state_equal(&s, &p->states[at]);
			p->states[at] = s;
		}
	}
	assert(at == p->n_states);
	return changed;
}

static void
follow_board(struct publisher *p, struct board_reader *health)
{
	bool stale;

	board_reader_refresh(health);
	stale =
	    !board_reader_present(health) || board_reader_age_ns(health) > BOARD_STALE_NS;
	if (stale && (!p->stale || !p->looked))
		log_warning("health board %s: what is published stays as it is",
		    board_reader_present(health) ? "stale" : "missing");
	else if (!stale && p->stale)
		log_info("health board found: following it");
	p->stale = stale;
}

/* Without memory the old plan stands; the next change of a state tries again. */
static void
plan_anew(struct publisher *p)
{
	struct plan *plan = NULL;
	int err = answer_plan(p->model, p->states, ANSWER_BY_HEALTH, &plan);

	if (err != 0) {
		log_error("cannot plan the records: %s", strerror(-err));
		return;
	}
	plan_free(&p->plan);
	p->plan = plan;
	for (size_t i = 0; i < p->outputs.n; i++) {
		struct output *o = &p->outputs.list[i];

		sbuf_fini(&o->want);
		zone_text_write(&o->want, &plan->zones[o->zone], p->model->instance);
	}
}

static bool
is_frozen(const struct publisher *p, struct output *o, int64_t now)
{
	if (p->stale) {
		warmup_init(&o->warmup);
		return true;
	}
	return warmup_holds(&o->warmup, p->plan->zones[o->zone].cold, now, p->warmup_ns);
}

/* The plan of the same states in which health counts for nothing, made when the first
 * frozen zone of a turn needs it.  NULL without memory. */
static const struct plan *
unproven_plan(struct publisher *p)
{
	int err = 0;

	if (p->unproven == NULL)
		err = answer_plan(p->model, p->states, ANSWER_UNPROVEN, &p->unproven);
	if (err != 0)
		log_error("cannot plan the records: %s", strerror(-err));
	return p->unproven;
}

/* Writes the plan's text, or, for a frozen zone that has no file, everything. */
static void
write_due(struct publisher *p, const struct writer *w, struct output *o)
{
	const struct plan *all = o->frozen ? unproven_plan(p) : NULL;
	struct sbuf text;

	if (!o->frozen) {
		writer_publish(w, o, &p->plan->zones[o->zone], &o->want);
	} else if (all != NULL) {
		sbuf_init(&text, ZONE_TEXT_MAX);
		zone_text_write(&text, &all->zones[o->zone], p->model->instance);
		writer_publish(w, o, &all->zones[o->zone], &text);
		sbuf_fini(&text);
	}
}

static enum difference
compare(const struct output *o)
{
	if (o->foreign)
		return DIFFERENCE_NONE;
	if (o->text == NULL)
		return DIFFERENCE_MISSING;
	if (o->frozen || strcmp(o->text, sbuf_text(&o->want)) == 0)
		return DIFFERENCE_NONE;
	return DIFFERENCE_CHANGED;
}

/* One output's turn; returns when it wants the next. */
static int64_t
turn_output(struct publisher *p, struct output *o, int64_t now)
{
	struct writer w = {.dns = &p->model->dns,
	    .board = p->board,
	    .now_ns = now,
	    .alive = p->alive,
	    .owner = p->owner};
	int64_t settle = p->model->dns.settle_ns, due;

	o->frozen = is_frozen(p, o, now);
	if (writer_look(&w, o) && settle_look(&o->settle, compare(o), now, settle))
		write_due(p, &w, o);
	if (o->reload_due && o->text != NULL && now >= o->reload_not_before_ns)
		writer_reload(&w, o);
	if (!o->foreign && !o->reload_due && compare(o) == DIFFERENCE_NONE)
		o->error = 0;
	writer_report(&w, o);
	due = settle_due_ns(&o->settle, settle);
	if (o->reload_due && o->reload_not_before_ns < due)
		due = o->reload_not_before_ns;
	return due;
}

int64_t
publisher_turn(struct publisher *p, struct board_reader *health, int64_t now_ns)
{
	size_t process = board_find(p->board, BOARD_PROCESS_ID);
	int64_t due = INT64_MAX;

	follow_board(p, health);
	if (read_states(p, health))
		plan_anew(p);
	p->looked = true;
	for (size_t i = 0; i < p->outputs.n; i++) {
		int64_t wants = turn_output(p, &p->outputs.list[i], now_ns);

		if (wants < due)
			due = wants;
	}
	plan_free(&p->unproven);
	board_store(p->board, process, DNS_FIELD_FROZEN, p->stale);
	board_store(p->board, process, DNS_FIELD_LAST_CHECK, (uint64_t)clock_boot_ns());
	return due;
}

static const char *
error_text(int err)
{
	switch (err) {
	case -ECHILD:
		return "the target's command failed";
	case -ETIME:
		return "the target's command did not end in time";
	case -EEXIST:
		return "a file that is not ours is in the way";
	case -ENODATA:
		return "the text lacked records";
	default:
		return strerror(-err);
	}
}

void
publisher_status(const struct publisher *p, struct sbuf *to)
{
	sbuf_addf(to, "configuration %016" PRIx64 "\n", p->model->hash);
	sbuf_addf(to, "health board %s\n",
	    p->stale ? "missing or stale: what is published stays" : "followed");
	for (size_t i = 0; i < p->outputs.n; i++) {
		const struct output *o = &p->outputs.list[i];
		struct zone_counts c = zone_text_counts(o->text == NULL ? "" : o->text);

		sbuf_addf(to, "%s: %zu records, %zu withdrawn, %zu fail open%s, ",
		    o->name, c.records, c.withdrawn, c.fail_open,
		    o->frozen ? ", frozen" : "");
		if (o->error != 0)
			sbuf_addf(to, "failed (%s), ", error_text(o->error));
		else if (compare(o) != DIFFERENCE_NONE)
			sbuf_addf(to, "change pending, ");
		sbuf_addf(to, "%s\n", o->file.path);
	}
}

void
publisher_plan(const struct publisher *p, struct sbuf *to)
{
	for (size_t i = 0; i < p->outputs.n; i++) {
		const struct output *o = &p->outputs.list[i];
		const char *old = o->text == NULL ? "" : o->text;

		if (strcmp(old, sbuf_text(&o->want)) == 0)
			continue;
		sbuf_addf(to, "--- %s\n+++ %s%s\n", o->file.path, o->name,
		    o->frozen ? " (frozen: not written now)" : "");
		zone_text_diff(to, old, sbuf_text(&o->want));
	}
}

bool
publisher_show(const struct publisher *p, const char *name, struct sbuf *to)
{
	bool found = name == NULL;

	for (size_t i = 0; i < p->outputs.n; i++) {
		const struct output *o = &p->outputs.list[i];

		if (name != NULL && strcmp(o->name, name) != 0)
			continue;
		found = true;
		sbuf_addf(to, "; file %s\n%s", o->file.path,
		    o->text == NULL ? "; not there\n" : o->text);
	}
	return found;
}
