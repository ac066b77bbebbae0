/* SPDX-License-Identifier: BSD-2-Clause */
#include "live.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "gate.h"

void
live_init(struct live *l, unsigned workers)
{
	*l = (struct live){.workers = workers};
}

/* Room for one more pointer; doubling happens where n is a power of two. */
static int
grow(void *array, size_t n)
{
	void **p = array;
	void *bigger;

	if (n != 0 && (n & (n - 1)) != 0)
		return 0;
	bigger = realloc(*p, (n == 0 ? 1 : 2 * n) * sizeof(void *));
	if (bigger == NULL)
		return -ENOMEM;
	*p = bigger;
	return 0;
}

static void *
calloc_aligned(size_t alignment, size_t n, size_t size)
{
	void *p = aligned_alloc(alignment, n * size);

	if (p != NULL)
		memset(p, 0, n * size);
	return p;
}

static void
listener_free(struct live_listener *x, unsigned workers)
{
	if (x == NULL)
		return;
	for (unsigned w = 0; x->share != NULL && w < workers; w++)
		gate_free(&x->share[w].gate);
	free(x->share);
	free(x->fds);
	free(x->full_name);
	free(x);
}

static struct live_listener *
listener_new(const struct listener *m, unsigned workers)
{
	struct live_listener *x = calloc_aligned(64, 1, sizeof *x);

	if (x == NULL)
		return NULL;
	atomic_init(&x->refs, 1);
	atomic_init(&x->sessions, 0);
	x->id = m->id;
	x->addr = m->addr;
	x->port = m->port;
	x->proto = m->proto;
	x->full_name = strdup(m->full_name);
	x->fds = calloc(workers, sizeof *x->fds);
	x->share = calloc_aligned(64, workers, sizeof *x->share);
	if (x->full_name == NULL || x->fds == NULL || x->share == NULL)
		goto fail;
	for (unsigned w = 0; w < workers; w++) {
		x->fds[w] = -1;
		if ((x->share[w].gate = gate_new(x)) == NULL)
			goto fail;
	}
	return x;
fail:
	listener_free(x, workers);
	return NULL;
}

static struct live_member *
member_get(const struct live *l, uint64_t id)
{
	struct live_member *m = NULL;

	for (size_t i = 0; m == NULL && i < l->n_endpoints; i++)
		if (l->endpoints[i]->member_id == id)
			m = l->endpoints[i]->member;
	if (m == NULL && (m = calloc_aligned(64, 1, sizeof *m)) != NULL)
		m->id = id;
	if (m != NULL)
		m->endpoints++;
	return m;
}

static void
member_put(struct live_member *m)
{
	if (m != NULL && --m->endpoints == 0)
		free(m);
}

static void
endpoint_free(struct live_endpoint *x)
{
	if (x == NULL)
		return;
	member_put(x->member);
	free(x->share);
	free(x->full_name);
	free(x);
}

static struct live_endpoint *
endpoint_new(const struct live *l, const struct endpoint *m)
{
	unsigned workers = l->workers;
	struct live_endpoint *x = calloc_aligned(64, 1, sizeof *x);

	if (x == NULL)
		return NULL;
	atomic_init(&x->refs, 1);
	atomic_init(&x->sessions, 0);
	x->id = m->id;
	x->member_id = m->member->id;
	x->addr = m->addr;
	x->port = m->port;
	x->proto = m->proto;
	x->sa_length = addr_to_sockaddr(&m->addr, m->port, &x->sa);
	x->full_name = strdup(m->full_name);
	x->share = calloc_aligned(64, workers, sizeof *x->share);
	x->member = member_get(l, x->member_id);
	if (x->full_name == NULL || x->share == NULL || x->member == NULL) {
		endpoint_free(x);
		return NULL;
	}
	for (unsigned w = 0; w < workers; w++) {
		link_init(&x->share[w].stays);
		link_init(&x->share[w].ends);
	}
	return x;
}

void
live_fini(struct live *l)
{
	for (size_t i = 0; i < l->n_listeners; i++) {
		assert(atomic_load(&l->listeners[i]->refs) == 1);
		listener_free(l->listeners[i], l->workers);
	}
	for (size_t i = 0; i < l->n_endpoints; i++) {
		assert(atomic_load(&l->endpoints[i]->refs) == 1);
		endpoint_free(l->endpoints[i]);
	}
	free(l->listeners);
	free(l->endpoints);
	*l = (struct live){0};
}

int
live_add_listener(struct live *l, const struct listener *m)
{
	struct live_listener *x;

	if (live_listener(l, m->id) != NULL)
		return 0;
	if (grow(&l->listeners, l->n_listeners) != 0 ||
	    (x = listener_new(m, l->workers)) == NULL)
		return -ENOMEM;
	l->listeners[l->n_listeners++] = x;
	return 0;
}

int
live_add_endpoint(struct live *l, const struct endpoint *m)
{
	struct live_endpoint *x;

	if (live_endpoint(l, m->id) != NULL)
		return 0;
	if (grow(&l->endpoints, l->n_endpoints) != 0 || (x = endpoint_new(l, m)) == NULL)
		return -ENOMEM;
	l->endpoints[l->n_endpoints++] = x;
	return 0;
}

int
live_grow(struct live *l, const struct model *m)
{
	int err = 0;

	for (size_t p = 0; p < m->n_pools; p++) {
		const struct pool *pool = &m->pools[p];

		for (size_t i = 0; err == 0 && i < pool->n_listeners; i++) {
			const struct listener *x = &pool->listeners[i];

			err = live_add_listener(l, x);
			for (size_t k = 0; err == 0 && k < x->n_endpoints; k++)
				err = live_add_endpoint(l, x->endpoints[k]);
		}
	}
	return err;
}

static void
note_kept(struct live *l, const struct model *m)
{
	for (size_t p = 0; p < m->n_pools; p++) {
		for (size_t i = 0; i < m->pools[p].n_listeners; i++) {
			const struct listener *x = &m->pools[p].listeners[i];

			if (!filter_keeps(x))
				continue;
			for (size_t k = 0; k < x->n_endpoints; k++)
				live_endpoint(l, x->endpoints[k]->id)->kept = true;
		}
	}
}

void
live_want(struct live *l, const struct model *m)
{
	for (size_t i = 0; i < l->n_listeners; i++) {
		const struct listener *x = model_listener(m, l->listeners[i]->id);

		l->listeners[i]->wanted = x != NULL;
		if (x != NULL)
			l->listeners[i]->engine = x->engine;
	}
	for (size_t i = 0; i < l->n_endpoints; i++) {
		struct live_endpoint *x = l->endpoints[i];

		x->wanted = model_endpoint(m, x->id) != NULL;
		x->kept = x->kept && atomic_load(&x->sessions) != 0;
	}
	note_kept(l, m);
}

void
live_tidy(struct live *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_listeners; i++) {
		struct live_listener *x = l->listeners[i];

		if (!x->wanted && !live_listener_is_open(x) &&
		    atomic_load_explicit(&x->refs, memory_order_acquire) == 1)
			listener_free(x, l->workers);
		else
			l->listeners[n++] = x;
	}
	while (l->n_listeners > n)
		l->listeners[--l->n_listeners] = NULL;
	n = 0;
	for (size_t i = 0; i < l->n_endpoints; i++) {
		struct live_endpoint *x = l->endpoints[i];

		if (!x->wanted &&
		    atomic_load_explicit(&x->refs, memory_order_acquire) == 1)
			endpoint_free(x);
		else
			l->endpoints[n++] = x;
	}
	l->n_endpoints = n;
}

struct live_listener *
live_listener(const struct live *l, uint64_t id)
{
	for (size_t i = 0; i < l->n_listeners; i++)
		if (l->listeners[i]->id == id)
			return l->listeners[i];
	return NULL;
}

struct live_endpoint *
live_endpoint(const struct live *l, uint64_t id)
{
	for (size_t i = 0; i < l->n_endpoints; i++)
		if (l->endpoints[i]->id == id)
			return l->endpoints[i];
	return NULL;
}

void
live_listener_get(struct live_listener *x)
{
	atomic_fetch_add_explicit(&x->refs, 1, memory_order_relaxed);
}

void
live_listener_put(struct live_listener *x)
{
	unsigned before = atomic_fetch_sub_explicit(&x->refs, 1, memory_order_release);

	assert(before > 1);
}

void
live_endpoint_get(struct live_endpoint *x)
{
	atomic_fetch_add_explicit(&x->refs, 1, memory_order_relaxed);
}

void
live_endpoint_put(struct live_endpoint *x)
{
	unsigned before = atomic_fetch_sub_explicit(&x->refs, 1, memory_order_release);

	assert(before > 1);
}

bool
live_listener_is_relayed(const struct live_listener *x)
{
	return x->wanted && x->engine != ENGINE_KERNEL;
}

bool
live_listener_is_open(const struct live_listener *x)
{
	return x->fds[0] >= 0;
}

uint64_t
live_listener_sum(const struct live *l, const struct live_listener *x, enum lb_field f)
{
	uint64_t sum = x->base[f];

	for (unsigned w = 0; w < l->workers; w++)
		sum += counters_get(&x->share[w].count, f);
	return sum;
}

uint64_t
live_endpoint_sum(const struct live *l, const struct live_endpoint *x, enum lb_field f)
{
	uint64_t sum = x->base[f];

	for (unsigned w = 0; w < l->workers; w++)
		sum += counters_get(&x->share[w].count, f);
	return sum;
}

bool
live_take_place(_Atomic uint32_t *sessions, uint32_t limit)
{
	uint32_t before = atomic_fetch_add_explicit(sessions, 1, memory_order_relaxed);

	if (limit == 0 || before < limit)
		return true;
	live_give_place(sessions);
	return false;
}

void
live_give_place(_Atomic uint32_t *sessions)
{
	uint32_t before = atomic_fetch_sub_explicit(sessions, 1, memory_order_relaxed);

	assert(before > 0);
}
