/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool_watch - the life of a pool's targets, and what comes from them.
 */
#include "pool_watch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "bound.h"
#include "history.h"
#include "pool_decide.h"
#include "pool_report.h"
#include "pool_ways.h"

static const uint32_t access_bit = 1u << SERVICE_ACCESS;

static bool
carries_access(const struct endpoint *e)
{
	return e->side == SIDE_EXTERNAL && e->services & access_bit;
}

static void
on_again(EV_P_ ev_timer *t, int revents)
{
	(void)EV_A;
	(void)revents;
	pool_decide(container_of(t, struct pool_watch, again));
}

/* One service in one family is a group: what clients choose from. */
static bool
same_group(const struct endpoint *a, const struct endpoint *b)
{
	return a->service == b->service && a->addr.family == b->addr.family;
}

static void
assign_groups(struct pool_watch *w)
{
	for (size_t i = 0; i < w->n_targets; i++) {
		const struct endpoint *e = w->targets[i].endpoint;
		size_t j = 0;

		while (j < i && !same_group(e, w->targets[j].endpoint))
			j++;
		w->guard[i].group = j < i ? w->guard[j].group : w->n_groups++;
		w->guard[i].member = e->member->index;
		w->guard[i].access = carries_access(e);
		/* One that nobody probes is used: no verdict will ever allow it. */
		w->guard[i].assumed = !target_is_probed(&w->targets[i]) ||
				      e->service->health.assume == ASSUME_UP;
		w->groups[w->guard[i].group] = (struct guard_group){
		    .minimum = (unsigned)e->service->health.minimum_members,
		    .panic_percent = e->service->health.panic_percent,
		    .removal_ns = e->service->health.removal_ns,
		    .last_removal = GUARD_NEVER,
		};
	}
}

static void
count_outcome(struct pool_watch *w, struct target *t, const struct outcome *o)
{
	struct board *b = w->publish->board;
	const size_t rows[] = {
	    t->row, w->member_rows[t->endpoint->member->index], w->row};

	for (size_t i = 0; i < countof(rows); i++) {
		board_add(b, rows[i], HEALTH_FIELD_PROBES, 1);
		if (!o->ok && o->reason != REASON_LOCAL)
			board_add(b, rows[i], HEALTH_FIELD_FAILURES, 1);
	}
	board_store(b, t->row, HEALTH_FIELD_LATENCY, (uint64_t)o->latency_ns);
	board_store(b, t->row, HEALTH_FIELD_LAST_PROBE, (uint64_t)clock_boot_ns());
	board_store(b, t->row, HEALTH_FIELD_RUN, (uint64_t)t->course.history.run);
	board_store(b, t->row, HEALTH_FIELD_LAST_REASON, o->reason);
	board_store(b, t->row, HEALTH_FIELD_LAST_DETAIL, o->detail);
	if (o->server_major != 0)
		board_store(b, t->row, HEALTH_FIELD_SERVER_VERSION, o->server_major);
	history_store(w->publish, t);
}

static void
note_next_hop(struct pool_watch *w, struct target *t, const struct outcome *o)
{
	char text[NEXT_HOP_TEXT_MAX];

	switch (next_hop_feed(&t->next_hop, o->next_hop, t->conf->rise, t->conf->fall)) {
	case NEXT_HOP_SAYS_NOTHING:
		return;
	case NEXT_HOP_SAYS_WELL:
		conditions_set(w, t, CONDITION_DEGRADED, false, NULL);
		return;
	case NEXT_HOP_SAYS_DEGRADED:
		next_hop_text(text, sizeof text, o);
		conditions_set(w, t, CONDITION_DEGRADED, true, text);
		return;
	}
}

static void
on_outcome(struct target *t, const struct outcome *o, enum rise_fall_change change)
{
	struct pool_watch *w = t->owner;

	count_outcome(w, t, o);
	certificate_watch_outcome(w, t);
	if (o->reason == REASON_LOCAL)
		pool_report_local(w, t, o);
	note_next_hop(w, t, o);
	pool_sentinel_outcome(&w->sentinels[t - w->targets], o);
	board_store(w->publish->board, t->row, HEALTH_FIELD_SENTINEL,
	    pool_sentinel_gauge(&w->sentinels[t - w->targets]));
	conditions_set(w, t, CONDITION_FLAPPING, t->course.flap.flapping, NULL);
	switch (change) {
	case RISE_FALL_SAME:
		return;
	case RISE_FALL_REASON:
		pool_report_reason(t);
		break;
	case RISE_FALL_DOWN:
		t->lost = clock_boot_ns();
		pool_report_transition(t);
		break;
	case RISE_FALL_UP:
		pool_report_transition(t);
		break;
	}
	pool_decide(w);
}

/* --- life --------------------------------------------------------------------------- */

int
pool_watch_new(const struct pool *pool, struct pulse *pulse, struct sentinel_room *room,
    struct tls_contexts *contexts, struct pool_watch **ret, char *why, size_t why_size)
{
	struct pool_watch *w = calloc(1, sizeof *w);
	size_t n = pool->n_endpoints;
	int err;

	if (w == NULL)
		return -ENOMEM;
	w->pool = pool;
	w->pulse = pulse;
	ev_timer_init(&w->again, on_again, 0, 0);
	flights_init(&w->flights, pulse, target_probe_done);
	err = -ENOMEM;
	w->targets = calloc(n + 1, sizeof *w->targets);
	w->guard = calloc(n + 1, sizeof *w->guard);
	w->groups = calloc(2 * n + 1, sizeof *w->groups);
	w->out = calloc(pool->n_members, sizeof *w->out);
	w->left = calloc(pool->n_members, sizeof *w->left);
	w->members = calloc(pool->n_members, sizeof *w->members);
	w->member_rows = calloc(pool->n_members, sizeof *w->member_rows);
	if (w->targets == NULL || w->guard == NULL || w->groups == NULL ||
	    w->out == NULL || w->left == NULL || w->members == NULL ||
	    w->member_rows == NULL)
		goto fail;
	for (; w->n_targets < n; w->n_targets++) {
		const struct endpoint *e = &pool->endpoints[w->n_targets];
		struct tls_context *tls;

		err = tls_contexts_get(
		    contexts, &e->service->health.tls, &tls, why, why_size);
		if (err != 0)
			goto fail;
		target_init(&w->targets[w->n_targets], e, pulse, &w->flights, tls,
		    on_outcome, pool_ways_judge, w);
	}
	err = certificate_watch_init(w);
	if (err != 0)
		goto fail;
	err = -ENOMEM;
	w->sentinels = pool_sentinels_new(w->targets, n, pulse, room);
	if (w->sentinels == NULL)
		goto fail;
	assign_groups(w);
	pool_ways_init(w);
	*ret = w;
	return 0;
fail:
	pool_watch_free(&w);
	return err;
}

void
pool_watch_free(struct pool_watch **pw)
{
	struct pool_watch *w = *pw;

	if (w == NULL)
		return;
	pool_watch_stop(w);
	for (size_t i = 0; i < w->n_targets; i++)
		target_fini(&w->targets[i]);
	flights_fini(&w->flights);
	free(w->sentinels);
	certificate_watch_fini(w);
	free(w->targets);
	free(w->guard);
	free(w->groups);
	free(w->out);
	free(w->left);
	free(w->members);
	free(w->member_rows);
	free(w);
	*pw = NULL;
}

/* Who waits since the one before was removed goes on waiting after a restart. */
static void
recall_removal(struct pool_watch *w, const struct target *t)
{
	struct guard_group *g = &w->groups[w->guard[t - w->targets].group];
	int64_t now = clock_boot_ns(), at = t->lost < now ? t->lost : now;

	if (t->state.health == HEALTH_DOWN && t->was_out && at > g->last_removal)
		g->last_removal = at;
}

/* What the board says of it, where nobody has handed down more. */
static void
attach_target(struct pool_watch *w, struct target *t)
{
	struct state s;

	t->row = board_find(w->publish->board, t->endpoint->id);
	assert(t->row != BOARD_NO_ROW); /* the board was made from the same model */
	s = publish_last(w->publish, t->row);
	t->state = s;
	board_store(w->publish->board, t->row, HEALTH_FIELD_DETECT_BOUND,
	    (uint64_t)bound_ns(t->question.kind, t->conf));
	if (!target_is_probed(t))
		conditions_forget(w, t);
	/* Nobody asks for the next hop any more. */
	if (t->question.kind != PROBE_SIP_REGISTER)
		conditions_set(w, t, CONDITION_DEGRADED, false, NULL);
	if (!history_load(w->publish, t))
		return;
	if (s.flags & STATE_PANIC)
		w->groups[w->guard[t - w->targets].group].panic = true;
	t->lost = (int64_t)s.since_s * NS_PER_S;
	t->was_out = state_use(&s) == USE_NONE && s.health != HEALTH_UNKNOWN;
	recall_removal(w, t);
}

void
pool_watch_attach(
    struct pool_watch *w, struct publish *publish, const struct admin_list *admin)
{
	w->publish = publish;
	w->admin = admin;
	w->row = board_find(publish->board, w->pool->id);
	assert(w->row != BOARD_NO_ROW);
	for (size_t m = 0; m < w->pool->n_members; m++) {
		w->member_rows[m] = board_find(publish->board, w->pool->members[m].id);
		assert(w->member_rows[m] != BOARD_NO_ROW);
		w->members[m] = publish_last(publish, w->member_rows[m]);
		w->left[m] = w->members[m].flags & STATE_MEMBER_OUT;
	}
	for (size_t i = 0; i < w->n_targets; i++)
		attach_target(w, &w->targets[i]);
	certificate_watch_attach(w);
	pool_decide(w);
}

void
pool_watch_start(struct pool_watch *w)
{
	for (size_t i = 0; i < w->n_targets; i++)
		target_start(&w->targets[i]);
}

void
pool_watch_stop(struct pool_watch *w)
{
	ev_timer_stop(w->pulse->loop, &w->again);
	for (size_t i = 0; i < w->n_targets; i++)
		target_stop(&w->targets[i]);
	if (w->sentinels != NULL)
		pool_sentinels_stop(w->sentinels, w->n_targets);
}

static void
inherit_group(struct guard_group *g, const struct guard_group *from)
{
	g->panic = from->panic;
	g->held = from->held;
	g->waiting = from->waiting;
	g->last_removal = from->last_removal;
}

void
pool_watch_inherit(struct pool_watch *w, struct pool_watch *from)
{
	for (size_t i = 0; i < w->n_targets; i++) {
		struct target *old = pool_watch_find(from, w->targets[i].endpoint->id);

		if (old == NULL)
			continue;
		inherit_group(&w->groups[w->guard[i].group],
		    &from->groups[from->guard[old - from->targets].group]);
		target_inherit(&w->targets[i], old);
		certificate_watch_inherit(&w->targets[i], old);
		pool_sentinel_inherit(
		    &w->sentinels[i], &from->sentinels[old - from->targets]);
	}
}

unsigned
pool_watch_resume(struct pool_watch *w, const struct member *m)
{
	unsigned n = 0;

	for (size_t i = 0; i < w->n_targets; i++) {
		struct target *t = &w->targets[i];

		if (t->endpoint->member != m || !course_resume(&t->course))
			continue;
		history_store(w->publish, t);
		(void)target_probe_now(t);
		n++;
	}
	return n;
}

struct target *
pool_watch_find(struct pool_watch *w, uint64_t endpoint_id)
{
	for (size_t i = 0; i < w->n_targets; i++)
		if (w->targets[i].endpoint->id == endpoint_id)
			return &w->targets[i];
	return NULL;
}
