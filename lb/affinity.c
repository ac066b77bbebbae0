/* SPDX-License-Identifier: BSD-2-Clause */
#include "affinity.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <edge/base.h>

#include "mix.h"

struct affinity {
	struct affinity_entry **slots;
	size_t n_slots; /* a power of two */
	size_t n, maximum;
	struct link idle;
	int64_t timeout_ns;
	uint64_t secret;
};

struct affinity *
affinity_new(size_t maximum, int64_t timeout_ns, uint64_t secret)
{
	struct affinity *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->n_slots = 64;
	while (a->n_slots < maximum)
		a->n_slots *= 2;
	a->slots = calloc(a->n_slots, sizeof *a->slots);
	a->maximum = maximum;
	a->timeout_ns = timeout_ns;
	a->secret = secret;
	link_init(&a->idle);
	if (a->slots == NULL)
		affinity_free(&a);
	return a;
}

void
affinity_free(struct affinity **pa)
{
	struct affinity *a = *pa;

	*pa = NULL;
	if (a == NULL)
		return;
	for (size_t i = 0; a->slots != NULL && i < a->n_slots; i++) {
		while (a->slots[i] != NULL) {
			struct affinity_entry *e = a->slots[i];

			a->slots[i] = e->chain;
			free(e);
		}
	}
	free(a->slots);
	free(a);
}

void
affinity_set_timeout(struct affinity *a, int64_t timeout_ns)
{
	a->timeout_ns = timeout_ns;
}

size_t
affinity_count(const struct affinity *a)
{
	return a->n;
}

static struct affinity_entry **
affinity_slot(struct affinity *a, uint64_t domain, const struct addr *source)
{
	uint64_t h = mix_addr(a->secret ^ domain, source);
	struct affinity_entry **pe = &a->slots[h & (a->n_slots - 1)];

	while (*pe != NULL &&
	       ((*pe)->domain != domain || !addr_equal(&(*pe)->source, source)))
		pe = &(*pe)->chain;
	return pe;
}

static void
affinity_forget(struct affinity *a, struct affinity_entry *e)
{
	struct affinity_entry **pe = affinity_slot(a, e->domain, &e->source);

	assert(*pe == e && e->sessions == 0);
	*pe = e->chain;
	link_remove(&e->idle);
	a->n--;
	free(e);
}

static bool
affinity_is_over(const struct affinity *a, const struct affinity_entry *e, int64_t now_ns)
{
	return e->sessions == 0 && now_ns - e->ended_ns >= a->timeout_ns;
}

static struct affinity_entry *
affinity_oldest(struct affinity *a)
{
	return link_alone(&a->idle)
		   ? NULL
		   : container_of(a->idle.next, struct affinity_entry, idle);
}

/* Forgets what is over: two at a time, so that the table shrinks as fast as it grows
 * and nobody waits for it. */
static void
affinity_tidy(struct affinity *a, int64_t now_ns)
{
	for (int i = 0; i < 2; i++) {
		struct affinity_entry *e = affinity_oldest(a);

		if (e == NULL || !affinity_is_over(a, e, now_ns))
			return;
		affinity_forget(a, e);
	}
}

uint64_t
affinity_member(
    struct affinity *a, uint64_t domain, const struct addr *source, int64_t now_ns)
{
	struct affinity_entry *e = *affinity_slot(a, domain, source);

	if (e == NULL || affinity_is_over(a, e, now_ns))
		return 0;
	return e->member;
}

static struct affinity_entry *
affinity_add(struct affinity *a, uint64_t domain, const struct addr *source)
{
	struct affinity_entry *e;

	if (a->n >= a->maximum && (e = affinity_oldest(a)) != NULL)
		affinity_forget(a, e);
	if (a->n >= a->maximum || (e = calloc(1, sizeof *e)) == NULL)
		return NULL;
	e->domain = domain;
	e->source = *source;
	link_init(&e->idle);
	*affinity_slot(a, domain, source) = e;
	a->n++;
	return e;
}

struct affinity_entry *
affinity_hold(struct affinity *a, uint64_t domain, const struct addr *source,
    uint64_t member, int64_t now_ns)
{
	struct affinity_entry *e;

	if (a->timeout_ns <= 0)
		return NULL;
	affinity_tidy(a, now_ns);
	e = *affinity_slot(a, domain, source);
	if (e == NULL)
		e = affinity_add(a, domain, source);
	if (e == NULL)
		return NULL;
	link_remove(&e->idle);
	e->member = member;
	e->sessions++;
	return e;
}

void
affinity_release(struct affinity *a, struct affinity_entry **pe, int64_t now_ns)
{
	struct affinity_entry *e = *pe;

	*pe = NULL;
	if (e == NULL)
		return;
	assert(e->sessions > 0);
	if (--e->sessions > 0)
		return;
	e->ended_ns = now_ns;
	link_append(&a->idle, &e->idle);
}

void
affinity_drop(struct affinity *a, struct affinity_entry **pe)
{
	struct affinity_entry *e = *pe;

	*pe = NULL;
	if (e == NULL)
		return;
	assert(e->sessions > 0);
	if (--e->sessions == 0)
		affinity_forget(a, e);
}

void
affinity_each(const struct affinity *a,
    void (*visit)(void *arg, const struct affinity_entry *e), void *arg)
{
	for (struct link *l = a->idle.next; l != &a->idle; l = l->next)
		visit(arg, container_of(l, struct affinity_entry, idle));
	for (size_t i = 0; i < a->n_slots; i++)
		for (const struct affinity_entry *e = a->slots[i]; e != NULL;
		     e = e->chain)
			if (e->sessions > 0)
				visit(arg, e);
}

int
affinity_restore(struct affinity *a, const struct affinity_entry *from)
{
	struct affinity_entry *e;

	if (*affinity_slot(a, from->domain, &from->source) != NULL)
		return -EEXIST;
	e = affinity_add(a, from->domain, &from->source);
	if (e == NULL)
		return -ENOMEM;
	e->member = from->member;
	e->ended_ns = from->ended_ns;
	link_append(&a->idle, &e->idle);
	return 0;
}

struct affinity_entry *
affinity_rejoin(struct affinity *a, uint64_t domain, const struct addr *source)
{
	struct affinity_entry *e = *affinity_slot(a, domain, source);

	if (e == NULL)
		return NULL;
	link_remove(&e->idle);
	e->sessions++;
	return e;
}
