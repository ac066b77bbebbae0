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
	size_t n;
	size_t n_idle, maximum;
	struct link idle[2]; /* [genuine] */
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
	link_init(&a->idle[false]);
	link_init(&a->idle[true]);
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

/* Nobody holds it from now on. */
static void
affinity_lay_down(struct affinity *a, struct affinity_entry *e)
{
	link_append(&a->idle[e->genuine], &e->idle);
	a->n_idle++;
}

static void
affinity_take_up(struct affinity *a, struct affinity_entry *e)
{
	if (e->sessions++ > 0)
		return;
	link_remove(&e->idle);
	a->n_idle--;
}

/* One that is taken up, and that nobody holds any more. */
static void
affinity_forget(struct affinity *a, struct affinity_entry *e)
{
	struct affinity_entry **pe = affinity_slot(a, e->domain, &e->source);

	assert(*pe == e && e->sessions == 0);
	*pe = e->chain;
	a->n--;
	free(e);
}

static void
affinity_forget_idle(struct affinity *a, struct affinity_entry *e)
{
	link_remove(&e->idle);
	a->n_idle--;
	affinity_forget(a, e);
}

static bool
affinity_is_over(const struct affinity *a, const struct affinity_entry *e, int64_t now_ns)
{
	return e->sessions == 0 && now_ns - e->ended_ns >= a->timeout_ns;
}

static struct affinity_entry *
affinity_oldest(const struct affinity *a, bool genuine)
{
	const struct link *ring = &a->idle[genuine];

	return link_alone(ring) ? NULL
				: container_of(ring->next, struct affinity_entry, idle);
}

static void
affinity_make_room(struct affinity *a)
{
	struct affinity_entry *e;

	if (a->n_idle <= a->maximum)
		return;
	e = affinity_oldest(a, false);
	affinity_forget_idle(a, e != NULL ? e : affinity_oldest(a, true));
}

/* Forgets what is over: two of each kind at a time, so that the table shrinks as fast as
 * it grows and nobody waits for it. */
static void
affinity_tidy(struct affinity *a, int64_t now_ns)
{
	for (int i = 0; i < 4; i++) {
		struct affinity_entry *e = affinity_oldest(a, i % 2);

		if (e != NULL && affinity_is_over(a, e, now_ns))
			affinity_forget_idle(a, e);
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

/* One that is laid down, at the end of its ring. */
static struct affinity_entry *
affinity_add(struct affinity *a, uint64_t domain, const struct addr *source, bool genuine)
{
	struct affinity_entry *e = calloc(1, sizeof *e);

	if (e == NULL)
		return NULL;
	e->domain = domain;
	e->source = *source;
	e->genuine = genuine;
	link_init(&e->idle);
	*affinity_slot(a, domain, source) = e;
	a->n++;
	affinity_lay_down(a, e);
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
		e = affinity_add(a, domain, source, false);
	if (e == NULL)
		return NULL;
	affinity_take_up(a, e);
	if (e->member != member)
		e->genuine = false; /* nobody knows of this one yet */
	e->member = member;
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
	e->ended_ns = now_ns;
	if (--e->sessions > 0)
		return;
	affinity_lay_down(a, e);
	affinity_make_room(a);
}

void
affinity_drop(struct affinity *a, struct affinity_entry **pe)
{
	struct affinity_entry *e = *pe;

	*pe = NULL;
	if (e == NULL)
		return;
	assert(e->sessions > 0);
	if (--e->sessions > 0)
		return;
	if (e->genuine)
		affinity_lay_down(a, e); /* ended when it ended before */
	else
		affinity_forget(a, e);
}

void
affinity_each(const struct affinity *a,
    void (*visit)(void *arg, const struct affinity_entry *e), void *arg)
{
	for (int genuine = 0; genuine < 2; genuine++)
		for (struct link *l = a->idle[genuine].next; l != &a->idle[genuine];
		     l = l->next)
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
	e = affinity_add(a, from->domain, &from->source, true);
	if (e == NULL)
		return -ENOMEM;
	e->member = from->member;
	e->ended_ns = from->ended_ns;
	return 0;
}

struct affinity_entry *
affinity_rejoin(struct affinity *a, uint64_t domain, const struct addr *source)
{
	struct affinity_entry *e = *affinity_slot(a, domain, source);

	if (e != NULL)
		affinity_take_up(a, e);
	return e;
}
