/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer - from a model and its endpoints' states to the records of every zone.
 *
 * Claims are sorted by view, zone and record; then equal records are merged, and each run
 * of one owner and type is decided on its own.  Families are judged separately because
 * clients are: a member whose IPv6 path is gone still answers over IPv4.
 */
#include "answer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* 64 pools with 64 SIP domains and 20 members are about 30 MiB of records. */
#define PLAN_OCTETS_MAX ((size_t)256 << 20)

enum tier { TIER_ALL, TIER_SOME, TIER_NOT_DISABLED, TIER_EVERYONE, TIERS };

static int
compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = (x->view > y->view) - (x->view < y->view);

	if (order == 0)
		order = strcmp(x->zone, y->zone);
	return order == 0 ? record_compare(&x->record, &y->record) : order;
}

static bool
same_zone(const struct claim *a, const struct claim *b)
{
	return a->view == b->view && strcmp(a->zone, b->zone) == 0;
}

static bool
same_set(const struct claim *a, const struct claim *b)
{
	return same_zone(a, b) && a->record.type == b->record.type &&
	       strcmp(a->record.owner, b->record.owner) == 0;
}

/* Claims for one record become one.  It is fixed if any of them is; everything behind it
 * must work for all_new, the most willing admin state counts (they are one member's). */
static void
merge(struct claims *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct claim *last = kept > 0 ? &c->list[kept - 1] : NULL;
		const struct claim *next = &c->list[i];

		if (last == NULL || compare_claims(last, next) != 0) {
			c->list[kept++] = *next;
			continue;
		}
		last->fixed |= next->fixed;
		last->all_new &= next->all_new;
		last->any_new |= next->any_new;
		last->proven |= next->proven;
		last->cold |= next->cold;
		if (next->admin < last->admin)
			last->admin = next->admin;
		if (next->record.ttl < last->record.ttl)
			last->record.ttl = next->record.ttl;
	}
	c->n = kept;
}

static bool
admits(enum tier tier, const struct claim *c)
{
	if (c->fixed)
		return true;
	switch (tier) {
	case TIER_ALL:
		return c->all_new;
	case TIER_SOME:
		return c->any_new;
	case TIER_NOT_DISABLED:
		return c->admin != ADMIN_DISABLED;
	case TIER_EVERYONE:
	case TIERS:
		break;
	}
	return true;
}

/* The first tier, from @first on, that leaves something of a run. */
static enum tier
choose(const struct claim *run, size_t n, enum tier first)
{
	for (enum tier t = first; t < TIER_EVERYONE; t++)
		for (size_t i = 0; i < n; i++)
			if (admits(t, &run[i]))
				return t;
	return TIER_EVERYONE;
}

/* Where decided records go: arrays as large as all claims together. */
struct sink {
	struct record *records, *withdrawn;
	struct rrset *sets;
	size_t n_records, n_withdrawn, n_sets;
};

/* Decides one run of claims with the same owner and type. */
static void
decide(struct sink *s, struct zone *z, const struct claim *run, size_t n,
    enum answer_mode mode)
{
	enum tier first = mode == ANSWER_BY_HEALTH ? TIER_ALL : TIER_NOT_DISABLED;
	enum tier tier = choose(run, n, first);
	struct rrset *set = &s->sets[s->n_sets++];
	uint32_t ttl = UINT32_MAX;
	bool proven = false;

	*set = (struct rrset){.owner = run->record.owner, .type = run->record.type};
	for (size_t i = 0; i < n; i++) {
		const struct claim *c = &run[i];

		z->cold |= c->cold;
		if (c->record.ttl < ttl)
			ttl = c->record.ttl;
		if (!admits(tier, c)) {
			s->withdrawn[s->n_withdrawn++] = c->record;
			set->withdrawn++;
			continue;
		}
		s->records[s->n_records++] = c->record;
		set->published++;
		proven |= c->fixed || c->proven;
	}
	assert(set->published > 0); /* the first of two guards: never an empty set */
	/* A record set has one TTL (RFC 2181, 5.2). */
	for (size_t i = s->n_records - set->published; i < s->n_records; i++)
		s->records[i].ttl = ttl;
	set->fail_open = mode == ANSWER_BY_HEALTH ? !proven : tier == TIER_EVERYONE;
	z->n_fail_open += set->fail_open;
}

static size_t
run_length(const struct claims *c, size_t from,
    bool (*same)(const struct claim *, const struct claim *))
{
	size_t n = 1;

	while (from + n < c->n && same(&c->list[from], &c->list[from + n]))
		n++;
	return n;
}

static size_t
fill_zone(struct sink *s, struct zone *z, const struct claims *c, size_t from,
    enum answer_mode mode)
{
	size_t n = run_length(c, from, same_zone);

	z->records = &s->records[s->n_records];
	z->withdrawn = &s->withdrawn[s->n_withdrawn];
	z->sets = &s->sets[s->n_sets];
	z->unproven = mode == ANSWER_UNPROVEN;
	for (size_t i = from, step; i < from + n; i += step) {
		step = run_length(c, i, same_set);
		decide(s, z, &c->list[i], step, mode);
	}
	z->n_records = (size_t)(&s->records[s->n_records] - z->records);
	z->n_withdrawn = (size_t)(&s->withdrawn[s->n_withdrawn] - z->withdrawn);
	z->n_sets = (size_t)(&s->sets[s->n_sets] - z->sets);
	return n;
}

static int
fill_plan(
    struct plan *p, const struct model *m, const struct claims *c, enum answer_mode mode)
{
	struct sink s = {.records = arena_array(p->arena, c->n + 1, sizeof *s.records),
	    .withdrawn = arena_array(p->arena, c->n + 1, sizeof *s.withdrawn),
	    .sets = arena_array(p->arena, c->n + 1, sizeof *s.sets)};

	p->zones = arena_array(p->arena, c->n + 1, sizeof *p->zones);
	if (s.records == NULL || s.withdrawn == NULL || s.sets == NULL ||
	    p->zones == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < c->n;) {
		struct zone *z = &p->zones[p->n_zones++];

		z->view = m->dns.views[c->list[i].view].name;
		z->name = c->list[i].zone;
		i += fill_zone(&s, z, c, i, mode);
	}
	return 0;
}

int
answer_plan(const struct model *m, const struct state *states, enum answer_mode mode,
    struct plan **ret)
{
	struct arena *arena = arena_new(PLAN_OCTETS_MAX);
	struct plan *p = arena == NULL ? NULL : arena_alloc(arena, sizeof *p);
	struct claims c = {0};
	int err = -ENOMEM;

	if (p != NULL) {
		p->arena = arena;
		err = claims_collect(&c, m, states, arena);
	}
	if (err == 0 && c.n > 0) {
		qsort(c.list, c.n, sizeof *c.list, compare_claims);
		merge(&c);
		err = fill_plan(p, m, &c, mode);
	}
	claims_fini(&c);
	if (err != 0) {
		arena_free(&arena);
		return err;
	}
	*ret = p;
	return 0;
}

void
plan_free(struct plan **pp)
{
	struct plan *p = *pp;
	struct arena *arena;

	*pp = NULL;
	if (p == NULL)
		return;
	arena = p->arena; /* the plan itself lives in it */
	arena_free(&arena);
}
