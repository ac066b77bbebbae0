/* SPDX-License-Identifier: BSD-2-Clause */
#include "fill.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <edge/clock.h>
#include <edge/id.h>

/* A client that sent a SYN, or a member that got one, may take this long. */
#define UNANSWERED_NS (60 * NS_PER_S)
/* After both ends of a session: what is repeated still finds its member. */
#define CLOSING_NS (10 * NS_PER_S)

#define SET(field, value)                                                                \
	__atomic_store_n(                                                                \
	    &(field), (__typeof__(field))(value), __ATOMIC_RELAXED) /* a live word */

/* --- settings ------------------------------------------------------------------------
 */

static void
mask_fill(struct km_addr *ret, unsigned bits)
{
	for (unsigned w = 0; w < 4; w++) {
		unsigned n = bits > 32 * w ? bits - 32 * w : 0;

		n = n > 32 ? 32 : n;
		SET(ret->word[w], htonl(n == 0 ? 0 : 0xffffffffu << (32 - n)));
	}
}

int
fill_settings_first(struct object *o)
{
	uint32_t seed = o->settings->seed;

	while (seed == 0)
		if (getrandom(&seed, sizeof seed, 0) < 0)
			return -errno;
	SET(o->settings->seed, seed);
	return 0;
}

void
fill_settings(struct object *o, const struct kernel_wanted *w)
{
	struct km_settings *s = o->settings;

	SET(s->half_close, object_ticks(w->half_close_ns));
	SET(s->unanswered, object_ticks(UNANSWERED_NS));
	SET(s->closing, object_ticks(CLOSING_NS));
	SET(s->affinity, object_ticks(w->affinity_ns));
	mask_fill(&s->mask_v4, 96u + w->mask_v4);
	mask_fill(&s->mask_v6, w->mask_v6);
}

/* --- endpoints -----------------------------------------------------------------------
 */

static void
clear_counts(const struct object *o, enum kernel_map map, uint32_t row, size_t size)
{
	void *zeros = calloc(o->cpus, size);

	/* Without: they go on from what was counted for somebody else. */
	if (zeros != NULL)
		bpf_map_update_elem(o->map[map], &row, zeros, BPF_ANY);
	free(zeros);
}

static void
endpoint_begin(
    struct object *o, unsigned row, const struct kernel_choice *c, uint8_t proto)
{
	struct km_endpoint *e = &o->endpoints[row];

	memset(e, 0, sizeof *e);
	clear_counts(o, KERNEL_MAP_COUNTS, row, sizeof(struct km_counts));
	rows_addr(&c->addr, &e->addr);
	e->port = htons(c->port);
	e->proto = proto;
}

static uint32_t
gap_us(uint32_t rate)
{
	return rate == 0 ? 0 : (1000000 + rate - 1) / rate;
}

void
fill_endpoints(struct object *o, const struct kernel_wanted *w, const struct rows_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct kernel_listener *l = &w->listeners[i];

		for (size_t k = 0; k < l->n_choices; k++) {
			const struct kernel_choice *c = &l->choices[k];
			unsigned row = p->at[i].choice[p->at[i].position[k]];
			struct km_endpoint *e = &o->endpoints[row];

			if (e->id == 0)
				endpoint_begin(o, row, c, rows_proto(l->proto));
			SET(e->use, c->use);
			SET(e->backup, c->backup);
			SET(e->listener, p->at[i].row);
			SET(e->member, id_snmp_index(c->member_id));
			SET(e->budget_gap_us, gap_us(l->rate_per_member));
			SET(e->budget, p->endpoint_budget[row]);
			__atomic_store_n(&e->id, c->id, __ATOMIC_RELEASE);
		}
	}
}

void
fill_uses(struct object *o, const struct kernel_wanted *w, const struct rows_plan *p)
{
	for (size_t i = 0; i < p->n && i < w->n_listeners; i++) {
		const struct kernel_listener *l = &w->listeners[i];

		for (size_t k = 0; k < l->n_choices; k++) {
			unsigned row = p->at[i].choice[p->at[i].position[k]];

			if (o->endpoints[row].use != l->choices[k].use)
				SET(o->endpoints[row].use, l->choices[k].use);
		}
	}
}

static enum km_use
use_of_other(const struct kernel_wanted *w, const struct km_endpoint *e)
{
	for (size_t i = 0; i < w->n_others; i++)
		if (w->others[i].id == e->id)
			return w->others[i].use;
	return (enum km_use)e->use; /* it left: nobody knows more of it */
}

void
fill_other_uses(
    struct object *o, const struct kernel_wanted *w, const struct rows_plan *p)
{
	for (unsigned r = 1; r < KM_ENDPOINTS; r++) {
		struct km_endpoint *e = &o->endpoints[r];
		enum km_use use;

		if (e->id == 0 || p->endpoint_used[r])
			continue;
		use = use_of_other(w, e);
		use = use == KM_USE_NEW ? KM_USE_KEEP : use;
		if (e->use != use)
			SET(e->use, use);
	}
}

/* --- listeners -----------------------------------------------------------------------
 */

static uint32_t
flags_of(const struct kernel_listener *l)
{
	return l->flags | (l->n_allow + l->n_deny > 0 ? KM_LISTENER_LISTS : 0) |
	       (l->n_allow > 0 ? KM_LISTENER_ALLOW : 0);
}

static void
choices_fill(struct km_listener *row, const struct rows_listener *at)
{
	for (unsigned k = 0; k < KM_CHOICES; k++)
		SET(row->choices[k], at->choice[k]);
	SET(row->n_choices, at->n_positions);
}

static void
listener_begin(struct object *o, unsigned r, const struct kernel_listener *l)
{
	struct km_listener *row = &o->listeners[r];

	memset(row, 0, sizeof *row);
	clear_counts(o, KERNEL_MAP_DROPS, r, sizeof(struct km_drops));
	rows_addr(&l->addr, &row->addr);
	row->port = htons(l->port);
	row->proto = rows_proto(l->proto);
}

void
fill_listeners(struct object *o, const struct kernel_wanted *w, const struct rows_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct kernel_listener *l = &w->listeners[i];
		struct km_listener *row = &o->listeners[p->at[i].row];

		if (row->row == KM_ROW_FREE)
			listener_begin(o, p->at[i].row, l);
		SET(row->id, l->id);
		choices_fill(row, &p->at[i]);
		SET(row->idle, object_ticks(l->idle_ns));
		SET(row->domain, l->domain);
		SET(row->sessions_max, l->sessions_max);
		SET(row->sessions_per_member_max, l->sessions_per_member_max);
		SET(row->flags, flags_of(l));
		__atomic_store_n(&row->row, KM_ROW_ACTIVE, __ATOMIC_RELEASE);
	}
}

void
fill_past(struct object *o, const struct rows_plan *p)
{
	for (unsigned r = 1; r < KM_LISTENERS; r++) {
		struct km_listener *row = &o->listeners[r];

		if (row->row != KM_ROW_ACTIVE || p->listener_used[r])
			continue;
		__atomic_store_n(&row->row, KM_ROW_PAST, __ATOMIC_RELEASE);
		SET(row->ring, 0);
		SET(row->n_choices, 0);
		for (unsigned k = 0; k < KM_CHOICES; k++)
			SET(row->choices[k], 0);
	}
}

/* --- rows that are free --------------------------------------------------------------
 */

void
fill_free_listener(struct object *o, unsigned row)
{
	__atomic_store_n(&o->listeners[row].row, KM_ROW_FREE, __ATOMIC_RELEASE);
	memset(&o->listeners[row], 0, sizeof o->listeners[row]);
}

void
fill_free_endpoint(struct object *o, unsigned row)
{
	__atomic_store_n(&o->endpoints[row].id, 0, __ATOMIC_RELEASE);
	memset(&o->endpoints[row], 0, sizeof o->endpoints[row]);
}
