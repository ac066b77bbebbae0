/* SPDX-License-Identifier: BSD-2-Clause */
#include "sources.h"

#include <assert.h>
#include <stdlib.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "mix.h"

struct sources {
	struct source_entry **slots;
	size_t n_slots; /* a power of two */
	size_t n, maximum;
	struct link idle;
	uint64_t secret;
};

struct sources *
sources_new(size_t maximum, uint64_t secret)
{
	struct sources *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->n_slots = 64;
	while (s->n_slots < maximum)
		s->n_slots *= 2;
	s->slots = calloc(s->n_slots, sizeof *s->slots);
	s->maximum = maximum;
	s->secret = secret;
	link_init(&s->idle);
	if (s->slots == NULL)
		sources_free(&s);
	return s;
}

void
sources_free(struct sources **ps)
{
	struct sources *s = *ps;

	*ps = NULL;
	if (s == NULL)
		return;
	for (size_t i = 0; s->slots != NULL && i < s->n_slots; i++) {
		while (s->slots[i] != NULL) {
			struct source_entry *e = s->slots[i];

			s->slots[i] = e->chain;
			free(e);
		}
	}
	free(s->slots);
	free(s);
}

size_t
sources_count(const struct sources *s)
{
	return s->n;
}

static struct source_entry **
source_slot(struct sources *s, uint64_t listener, const struct addr *addr)
{
	uint64_t h = mix_addr(s->secret ^ listener, addr);
	struct source_entry **pe = &s->slots[h & (s->n_slots - 1)];

	while (*pe != NULL &&
	       ((*pe)->listener != listener || !addr_equal(&(*pe)->addr, addr)))
		pe = &(*pe)->chain;
	return pe;
}

static void
source_forget(struct sources *s, struct source_entry *e)
{
	struct source_entry **pe = source_slot(s, e->listener, &e->addr);

	assert(*pe == e && e->sessions == 0);
	*pe = e->chain;
	link_remove(&e->idle);
	s->n--;
	free(e);
}

static struct source_entry *
source_oldest(struct sources *s)
{
	return link_alone(&s->idle)
		   ? NULL
		   : container_of(s->idle.next, struct source_entry, idle);
}

/* Two at a time, so that the table shrinks as fast as it grows and nobody waits for it.
 * After a second any rate has recovered. */
static void
sources_tidy(struct sources *s, int64_t now_ns)
{
	for (int i = 0; i < 2; i++) {
		struct source_entry *e = source_oldest(s);

		if (e == NULL || now_ns - e->word < NS_PER_S)
			return;
		source_forget(s, e);
	}
}

static struct source_entry *
source_add(struct sources *s, uint64_t listener, const struct addr *addr)
{
	struct source_entry *e;

	if (s->n >= s->maximum && (e = source_oldest(s)) != NULL)
		source_forget(s, e);
	if (s->n >= s->maximum || (e = calloc(1, sizeof *e)) == NULL)
		return NULL;
	e->listener = listener;
	e->addr = *addr;
	link_init(&e->idle);
	link_append(&s->idle, &e->idle);
	*source_slot(s, listener, addr) = e;
	s->n++;
	return e;
}

static struct source_entry *
source_find(struct sources *s, uint64_t listener, const struct addr *addr)
{
	struct source_entry *e = *source_slot(s, listener, addr);

	return e != NULL ? e : source_add(s, listener, addr);
}

static bool
entry_lets(
    const struct source_entry *e, const struct source_limits *limits, int64_t now_ns)
{
	return (limits->sessions == 0 || e->sessions < limits->sessions) &&
	       rate_lets(&limits->rate, e->word, now_ns);
}

bool
sources_let(struct sources *s, uint64_t listener, const struct addr *addr,
    const struct source_limits *limits, int64_t now_ns)
{
	const struct source_entry *e;

	if (limits->sessions == 0 && limits->rate.step_ns == 0)
		return true;
	e = *source_slot(s, listener, addr);
	return e == NULL || entry_lets(e, limits, now_ns);
}

bool
sources_take(struct sources *s, uint64_t listener, const struct addr *addr,
    const struct source_limits *limits, int64_t now_ns, struct source_entry **ret)
{
	struct source_entry *e;

	*ret = NULL;
	if (limits->sessions == 0 && limits->rate.step_ns == 0)
		return true;
	sources_tidy(s, now_ns);
	e = source_find(s, listener, addr);
	if (e == NULL)
		return true;
	if (!entry_lets(e, limits, now_ns))
		return false;
	e->word = rate_after(&limits->rate, e->word, now_ns);
	e->sessions++;
	link_remove(&e->idle);
	*ret = e;
	return true;
}

struct source_entry *
sources_rejoin(struct sources *s, uint64_t listener, const struct addr *addr)
{
	struct source_entry *e = source_find(s, listener, addr);

	if (e == NULL)
		return NULL;
	e->sessions++;
	link_remove(&e->idle);
	return e;
}

void
sources_give(struct sources *s, struct source_entry **pe)
{
	struct source_entry *e = *pe;

	*pe = NULL;
	if (e == NULL)
		return;
	assert(e->sessions > 0);
	if (--e->sessions == 0)
		link_append(&s->idle, &e->idle);
}
