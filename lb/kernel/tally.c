/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally - reads the path's counters and tells them in the board's words.
 *
 * A listener's words are the sum of its endpoints' and of its drops; the process's are
 * the sum of everything, row 0 included.  A row that changes its object, or its object's
 * id, counts for the new one from then on.
 */
#include "tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edge/base.h>

#define ROWS_AT_ONCE 64

_Static_assert(LB_FIELDS <= KM_TALLY_WORDS, "a word of km_tally for each field");

static const enum lb_field of_count[KM_COUNTS] = {
    [KM_COUNT_PACKETS_IN] = LB_FIELD_PACKETS_IN,
    [KM_COUNT_OCTETS_IN] = LB_FIELD_OCTETS_IN,
    [KM_COUNT_PACKETS_OUT] = LB_FIELD_PACKETS_OUT,
    [KM_COUNT_OCTETS_OUT] = LB_FIELD_OCTETS_OUT,
    [KM_COUNT_PICKS] = LB_FIELD_PICKS,
    [KM_COUNT_PROMOTIONS] = LB_FIELD_SESSIONS_TOTAL,
    [KM_COUNT_STATELESS] = LB_FIELD_STATELESS,
    [KM_COUNT_REFUSALS] = LB_FIELD_CONNECT_FAILURES,
    [KM_COUNT_UNASKED] = LB_FIELD_UNASKED,
};

static const enum lb_field of_drop[KM_DROPS] = {
    [KM_DROP_NO_MEMBER] = LB_FIELD_NO_MEMBER,
    [KM_DROP_DENIED] = LB_FIELD_REFUSED,
    [KM_DROP_LIMIT] = LB_FIELD_REFUSED,
    [KM_DROP_RATE] = LB_FIELD_REFUSED,
    [KM_DROP_ENDED] = LB_FIELD_ENDED,
    [KM_DROP_FRAGMENT] = LB_FIELD_FRAGMENTS,
    [KM_DROP_BAD] = LB_FIELD_BAD_PACKETS,
    [KM_DROP_TTL] = LB_FIELD_TTL,
    [KM_DROP_TOO_BIG] = LB_FIELD_TOO_BIG,
    [KM_DROP_ANSWERS_HELD] = LB_FIELD_ANSWERS_HELD,
    [KM_DROP_NO_ROUTE] = LB_FIELD_NO_ROUTE,
    [KM_DROP_FULL] = LB_FIELD_FLOWS_FULL,
    [KM_DROP_ICMP] = LB_FIELD_ICMP,
};

struct by_id {
	uint64_t id;
	unsigned row;
};

struct tally {
	const struct object *o;
	void *values;                            /* of ROWS_AT_ONCE rows, for each CPU */
	struct tally_row listener[KM_LISTENERS]; /* row 0: the process */
	struct tally_row endpoint[KM_ENDPOINTS];
	uint64_t own[KM_LISTENERS][LB_FIELDS]; /* drops alone */
	uint64_t idle_closed[KM_LISTENERS];    /* the sweep's, when read last */
	uint64_t made[KM_ENDPOINTS];
	struct by_id listeners[KM_LISTENERS], endpoints[KM_ENDPOINTS];
	size_t n_listeners, n_endpoints;
	unsigned listeners_used, endpoints_used;
	bool began; /* there was a reading before */
};

/* What is there already was counted before: the deltas begin with it. */
int
tally_new(const struct object *o, struct tally **ret)
{
	size_t most = sizeof(struct km_counts) > sizeof(struct km_drops)
			  ? sizeof(struct km_counts)
			  : sizeof(struct km_drops);
	struct tally *t = calloc(1, sizeof *t);
	int err = -ENOMEM;

	if (t == NULL)
		return -ENOMEM;
	t->o = o;
	t->values = calloc((size_t)ROWS_AT_ONCE * o->cpus, most);
	if (t->values != NULL)
		err = tally_read(t, NULL);
	if (err != 0) {
		tally_free(&t);
		return err;
	}
	*ret = t;
	return 0;
}

void
tally_free(struct tally **pt)
{
	if (*pt == NULL)
		return;
	free((*pt)->values);
	free(*pt);
	*pt = NULL;
}

bool
tally_has(enum lb_field f)
{
	if (f == LB_FIELD_IDLE_CLOSED)
		return true;
	for (size_t i = 0; i < countof(of_count); i++)
		if (of_count[i] == f)
			return true;
	for (size_t i = 0; i < countof(of_drop); i++)
		if (of_drop[i] == f)
			return true;
	return false;
}

static struct km_tally *
kept_of(const struct tally *t, const struct tally_row *row)
{
	bool listener = row >= t->listener && row < t->listener + KM_LISTENERS;
	size_t at = listener ? (size_t)(row - t->listener)
			     : KM_LISTENERS + (size_t)(row - t->endpoint);

	return &t->o->tallies[at];
}

/* --- reading --- */

/* One row's values of all CPUs, as words of @fields. */
static void
sum_up(const uint64_t *values, unsigned cpus, const enum lb_field *fields, size_t n,
    uint64_t ret[LB_FIELDS])
{
	memset(ret, 0, LB_FIELDS * sizeof *ret);
	for (unsigned c = 0; c < cpus; c++)
		for (size_t i = 0; i < n; i++)
			ret[fields[i]] += values[c * n + i];
}

/* What a reading finds in @row, whose object is @id.  A row's counters begin at 0 with
 * its object, and go on when only the id is another. */
static void
take(struct tally *t, struct tally_row *row, uint64_t id, const uint64_t now[LB_FIELDS])
{
	bool anew = row->id == 0;

	for (unsigned f = 0; f < LB_FIELDS; f++)
		anew = anew || now[f] < row->sum[f];
	/* What an object before had beside the maps has nothing to do with them. */
	if (anew && t->began)
		__atomic_store_n(&kept_of(t, row)->id, 0, __ATOMIC_SEQ_CST);
	for (unsigned f = 0; f < LB_FIELDS; f++) {
		row->delta[f] = now[f] - (anew ? 0 : row->sum[f]);
		row->sum[f] = now[f];
	}
	row->id = id;
}

static void
take_endpoint(struct tally *t, unsigned r, const uint64_t *values)
{
	const struct km_endpoint *e = &t->o->endpoints[r];
	struct tally_row *row = &t->endpoint[r];
	uint64_t now[LB_FIELDS];

	if (r == 0 || e->id == 0) {
		row->id = 0;
		return;
	}
	sum_up(values, t->o->cpus, of_count, KM_COUNTS, now);
	take(t, row, e->id, now);
	row->sessions = __atomic_load_n(&e->sessions, __ATOMIC_RELAXED);
	t->made[r] = now[LB_FIELD_PICKS] + now[LB_FIELD_SESSIONS_TOTAL] +
		     now[LB_FIELD_STATELESS] + now[LB_FIELD_UNASKED];
}

/* Drops only; endpoints are added to it. */
static void
take_listener(struct tally *t, unsigned r, const uint64_t *values)
{
	const struct km_listener *l = &t->o->listeners[r];
	struct tally_row *row = &t->listener[r];
	uint64_t now[LB_FIELDS];

	if (r != 0 && l->row == KM_ROW_FREE) {
		row->id = 0;
		return;
	}
	sum_up(values, t->o->cpus, of_drop, KM_DROPS, now);
	memcpy(row->sum, t->own[r], sizeof row->sum);
	take(t, row, r == 0 ? BOARD_PROCESS_ID : l->id, now);
	memcpy(t->own[r], now, sizeof now);
	row->sessions = r == 0 ? 0 : __atomic_load_n(&l->sessions, __ATOMIC_RELAXED);
}

/* Rows 0 to @n - 1 of a per-CPU array. */
static int
read_rows(struct tally *t, enum kernel_map map, unsigned n, size_t words,
    void (*taker)(struct tally *t, unsigned r, const uint64_t *values))
{
	unsigned done = 0;

	while (done < n) {
		uint32_t got = n - done < ROWS_AT_ONCE ? n - done : ROWS_AT_ONCE;
		int err = object_rows(t->o, map, done, &got, t->values);

		if (err != 0)
			return err;
		for (uint32_t i = 0; i < got; i++)
			taker(t, done + i,
			    (const uint64_t *)t->values + (size_t)i * words * t->o->cpus);
		done += got;
	}
	return 0;
}

/* Behind these no row is anybody's. */
static unsigned
endpoints_in_use(const struct tally *t)
{
	unsigned n = KM_ENDPOINTS;

	while (n > 1 && t->o->endpoints[n - 1].id == 0 && t->endpoint[n - 1].id == 0)
		n--;
	return n;
}

static unsigned
listeners_in_use(const struct tally *t)
{
	unsigned n = KM_LISTENERS;

	while (n > 1 && t->o->listeners[n - 1].row == KM_ROW_FREE &&
	       t->listener[n - 1].id == 0)
		n--;
	return n;
}

static void
add(struct tally_row *to, const struct tally_row *row)
{
	for (unsigned f = 0; f < LB_FIELDS; f++) {
		to->sum[f] += row->sum[f];
		to->delta[f] += row->delta[f];
	}
}

static void
add_up(struct tally *t, const uint64_t *idle_closed)
{
	struct tally_row *process = &t->listener[0];

	for (unsigned r = 1; r < t->endpoints_used; r++)
		if (t->endpoint[r].id != 0)
			add(&t->listener[t->o->endpoints[r].listener % KM_LISTENERS],
			    &t->endpoint[r]);
	for (unsigned r = 1; r < t->listeners_used; r++) {
		uint64_t closed = idle_closed != NULL ? idle_closed[r] : 0;
		struct tally_row *row = &t->listener[r];

		row->delta[LB_FIELD_IDLE_CLOSED] = closed - t->idle_closed[r];
		t->idle_closed[r] = closed;
		if (row->id == 0)
			continue;
		add(process, row);
		process->sessions += row->sessions;
	}
}

/* --- by id --- */

static int
compare(const void *pa, const void *pb)
{
	const struct by_id *a = pa, *b = pb;

	return (a->id > b->id) - (a->id < b->id);
}

static size_t
sort(const struct tally_row *rows, unsigned n, struct by_id *ret)
{
	size_t k = 0;

	for (unsigned r = 0; r < n; r++)
		if (rows[r].id != 0)
			ret[k++] = (struct by_id){rows[r].id, r};
	qsort(ret, k, sizeof *ret, compare);
	return k;
}

static const struct tally_row *
find(const struct by_id *list, size_t n, const struct tally_row *rows, uint64_t id)
{
	const struct by_id key = {.id = id};
	const struct by_id *at =
	    n == 0 ? NULL : bsearch(&key, list, n, sizeof *list, compare);

	return at == NULL ? NULL : &rows[at->row];
}

int
tally_read(struct tally *t, const uint64_t *idle_closed)
{
	int err;

	for (unsigned r = 0; r < t->endpoints_used; r++)
		memset(t->endpoint[r].delta, 0, sizeof t->endpoint[r].delta);
	for (unsigned r = 0; r < t->listeners_used; r++)
		memset(t->listener[r].delta, 0, sizeof t->listener[r].delta);
	t->endpoints_used = endpoints_in_use(t);
	t->listeners_used = listeners_in_use(t);
	err =
	    read_rows(t, KERNEL_MAP_COUNTS, t->endpoints_used, KM_COUNTS, take_endpoint);
	if (err == 0)
		err = read_rows(
		    t, KERNEL_MAP_DROPS, t->listeners_used, KM_DROPS, take_listener);
	if (err != 0)
		return err;
	add_up(t, idle_closed);
	t->began = true;
	t->n_listeners = sort(t->listener, t->listeners_used, t->listeners);
	t->n_endpoints = sort(t->endpoint, t->endpoints_used, t->endpoints);
	return 0;
}

const struct tally_row *
tally_listener(const struct tally *t, uint64_t id)
{
	return find(t->listeners, t->n_listeners, t->listener, id);
}

const struct tally_row *
tally_endpoint(const struct tally *t, uint64_t id)
{
	return find(t->endpoints, t->n_endpoints, t->endpoint, id);
}

const uint64_t *
tally_made(const struct tally *t)
{
	return t->made;
}

/* --- beside the maps --- */

bool
tally_found(const struct tally *t, const struct tally_row *row, uint64_t total[LB_FIELDS])
{
	const struct km_tally *kept = kept_of(t, row);

	if (kept->id != row->id)
		return false;
	for (unsigned f = 0; f < LB_FIELDS; f++) {
		uint64_t now = kept->rest[f] + row->sum[f];

		if (tally_has((enum lb_field)f) && (int64_t)(now - total[f]) > 0)
			total[f] = now;
	}
	return true;
}

void
tally_keep(struct tally *t, const struct tally_row *row, const uint64_t total[LB_FIELDS])
{
	struct km_tally *kept = kept_of(t, row);

	/* Whoever finds half of it takes the board's word for all. */
	if (kept->id != row->id)
		__atomic_store_n(&kept->id, 0, __ATOMIC_SEQ_CST);
	for (unsigned f = 0; f < LB_FIELDS; f++)
		__atomic_store_n(
		    &kept->rest[f], total[f] - row->sum[f], __ATOMIC_RELAXED);
	__atomic_store_n(&kept->id, row->id, __ATOMIC_SEQ_CST);
}
