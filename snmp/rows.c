/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows - builds a snapshot: model objects and board words become rows sorted by index.
 */
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edge/base.h>
#include <edge/id.h>

const struct board_spec *const snapshot_boards[BOARDS] = {
    &health_board_spec, &lb_board_spec, &dns_board_spec};

static int
index_compare(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b)
{
	for (size_t i = 0; i < n_a && i < n_b; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return n_a < n_b ? -1 : n_a > n_b;
}

static int
row_compare(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;

	return index_compare(a->index, a->n_index, b->index, b->n_index);
}

size_t
snapshot_seek(const struct snapshot *s, enum table t, const uint32_t *index, size_t n,
    bool inclusive)
{
	size_t low = 0, high = s->n[t];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct row *r = &s->rows[t][middle];
		int compared = index_compare(r->index, r->n_index, index, n);

		if (compared < 0 || (compared == 0 && !inclusive))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct row *
snapshot_find(const struct snapshot *s, enum table t, const uint32_t *index, size_t n)
{
	size_t at = snapshot_seek(s, t, index, n, true);
	const struct row *r = at < s->n[t] ? &s->rows[t][at] : NULL;

	return r != NULL && index_compare(r->index, r->n_index, index, n) == 0 ? r : NULL;
}

static bool
words_load(const struct board_reader *r, uint64_t id, uint64_t *words, unsigned n)
{
	size_t at = board_reader_find(r, id);

	if (at == BOARD_NO_ROW)
		return false;
	/* Backwards: the counter of transitions before the state that comes first in the
	 * row.  Writers go the other way, so a counter may be seen late, never early. */
	for (unsigned w = n; w-- > 0;)
		words[w] = board_reader_load(r, at, w);
	return true;
}

/* A snapshot under construction. */
struct look {
	struct board_reader *const *readers;
	const struct snapshot *before;
	struct snapshot *s;
};

/* Appends the row of @id; the words of boards that do not have it come from before. */
static struct row *
row_add(const struct look *k, enum table t, uint64_t id, const uint32_t *index,
    unsigned n_index)
{
	struct row *r = &k->s->rows[t][k->s->n[t]++];
	const struct row *old = NULL;

	memcpy(r->index, index, n_index * sizeof *index);
	r->n_index = n_index;
	if (k->before != NULL)
		old = snapshot_find(k->before, t, index, n_index);
	r->in_health = words_load(k->readers[BOARD_HEALTH], id, r->health, HEALTH_FIELDS);
	r->in_lb = words_load(k->readers[BOARD_LB], id, r->lb, LB_FIELDS);
	if (old == NULL)
		return r;
	r->told = old->told;
	r->raised = old->raised;
	r->counted = old->counted;
	if (!r->in_health && old->in_health) {
		r->in_health = true;
		memcpy(r->health, old->health, sizeof r->health);
	}
	if (!r->in_lb && old->in_lb) {
		r->in_lb = true;
		memcpy(r->lb, old->lb, sizeof r->lb);
	}
	return r;
}

static void
sessions_sum(struct row *r, const struct row *endpoint)
{
	if (!endpoint->in_lb)
		return;
	r->has_sessions = true;
	r->sessions += endpoint->lb[LB_FIELD_SESSIONS];
}

/* What no prober has written yet reads as unknown, with the pool's assumption. */
static void
state_default(const struct look *k, struct row *r, uint64_t id, const struct pool *pool)
{
	struct state st;

	if (r->in_health && r->health[HEALTH_FIELD_STATE] != 0)
		return;
	st = health_state(k->readers[BOARD_HEALTH], id, pool);
	r->health[HEALTH_FIELD_STATE] = state_pack(&st);
}

static void
pool_add(const struct look *k, const struct pool *pool)
{
	uint32_t index[ROW_INDICES_MAX] = {id_snmp_index(pool->id), 0, 0};
	struct row *pool_row = row_add(k, TABLE_POOL, pool->id, index, 1);
	struct row *members = &k->s->rows[TABLE_MEMBER][k->s->n[TABLE_MEMBER]];

	pool_row->of.pool = pool;
	for (size_t i = 0; i < pool->n_members; i++) {
		const struct member *m = &pool->members[i];
		struct row *r;

		index[1] = id_snmp_index(m->id);
		r = row_add(k, TABLE_MEMBER, m->id, index, 2);
		r->of.member = m;
		state_default(k, r, m->id, pool);
	}
	for (size_t i = 0; i < pool->n_listeners; i++) {
		index[1] = id_snmp_index(pool->listeners[i].id);
		row_add(k, TABLE_LISTENER, pool->listeners[i].id, index, 2)->of.listener =
		    &pool->listeners[i];
	}
	for (size_t i = 0; i < pool->n_endpoints; i++) {
		const struct endpoint *e = &pool->endpoints[i];
		struct row *r;

		index[1] = id_snmp_index(e->member->id);
		index[2] = id_snmp_index(e->id);
		r = row_add(k, TABLE_ENDPOINT, e->id, index, 3);
		r->of.endpoint = e;
		state_default(k, r, e->id, pool);
		sessions_sum(&members[e->member->index], r);
		sessions_sum(pool_row, r);
	}
}

static void
board_look_add(const struct look *k, enum board_kind kind)
{
	const struct board_reader *reader = k->readers[kind];
	struct board_look *b = &k->s->boards[kind];
	const uint32_t index[1] = {(uint32_t)kind + 1};
	struct row *r = &k->s->rows[TABLE_BOARD][k->s->n[TABLE_BOARD]++];

	r->index[0] = index[0];
	r->n_index = 1;
	r->of.board = kind;
	if (k->before != NULL)
		r->told = k->before->rows[TABLE_BOARD][kind].told;
	if (board_reader_present(reader)) {
		b->present = true;
		b->age_ns = board_reader_age_ns(reader);
		b->conf_hash = board_reader_conf_hash(reader);
		b->started_ns = board_reader_started_ns(reader);
		b->discontinuity_ns = board_reader_discontinuity_ns(reader);
	} else if (k->before != NULL && k->before->boards[kind].present) {
		*b = k->before->boards[kind];
		b->age_ns += k->s->boot_ns - k->before->boot_ns;
	}
	b->stale = b->present && b->age_ns > BOARD_STALE_NS;
}

/* The groups of scalars have one row each, whose index is the 0 of their instances. */
static void
scalars_add(const struct look *k)
{
	const uint32_t zero[1] = {0};
	struct row *r = row_add(k, TABLE_SYSTEM, BOARD_PROCESS_ID, zero, 1);

	row_add(k, TABLE_NOTIFY, BOARD_PROCESS_ID, zero, 1);
	r->in_dns =
	    words_load(k->readers[BOARD_DNS], BOARD_PROCESS_ID, k->s->dns, DNS_FIELDS);
	if (!r->in_dns && k->before != NULL && k->before->rows[TABLE_SYSTEM][0].in_dns) {
		r->in_dns = true;
		memcpy(k->s->dns, k->before->dns, sizeof k->s->dns);
	}
}

static int
rows_allocate(struct snapshot *s)
{
	size_t most[TABLES] = {
	    [TABLE_SYSTEM] = 1, [TABLE_NOTIFY] = 1, [TABLE_BOARD] = BOARDS};

	most[TABLE_POOL] = s->model->n_pools;
	most[TABLE_LISTENER] = model_count_listeners(s->model);
	most[TABLE_ENDPOINT] = model_count_endpoints(s->model);
	for (size_t p = 0; p < s->model->n_pools; p++)
		most[TABLE_MEMBER] += s->model->pools[p].n_members;
	for (enum table t = 0; t < TABLES; t++) {
		s->rows[t] = calloc(most[t] + 1, sizeof *s->rows[t]);
		if (s->rows[t] == NULL)
			return -ENOMEM;
	}
	return 0;
}

int
snapshot_new(const struct model *m, struct board_reader *const readers[BOARDS],
    const struct snapshot *before, const struct notify_stats *notify, int64_t boot_ns,
    struct snapshot **ret)
{
	struct snapshot *s = calloc(1, sizeof *s);
	const struct look k = {.readers = readers, .before = before, .s = s};

	if (s == NULL)
		return -ENOMEM;
	s->model = m;
	s->boot_ns = boot_ns;
	s->notify = *notify;
	if (rows_allocate(s) != 0) {
		snapshot_free(&s);
		return -ENOMEM;
	}
	scalars_add(&k);
	for (enum board_kind b = 0; b < BOARDS; b++)
		board_look_add(&k, b);
	for (size_t p = 0; p < m->n_pools; p++)
		pool_add(&k, &m->pools[p]);
	for (enum table t = 0; t < TABLES; t++)
		qsort(s->rows[t], s->n[t], sizeof *s->rows[t], row_compare);
	*ret = s;
	return 0;
}

void
snapshot_free(struct snapshot **ps)
{
	struct snapshot *s = *ps;

	*ps = NULL;
	if (s == NULL)
		return;
	for (enum table t = 0; t < TABLES; t++)
		free(s->rows[t]);
	free(s);
}
