/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prober - pools side by side; they know nothing of each other.
 */
#include "prober.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <edge/clock.h>

int
prober_new(const struct model *m, struct pulse *pulse, struct prober **ret, char *why,
    size_t why_size)
{
	struct prober *p = calloc(1, sizeof *p);
	int err = -ENOMEM;

	snprintf(why, why_size, "out of memory");
	if (p == NULL)
		return err;
	p->pools = calloc(m->n_pools + 1, sizeof(struct pool_watch *));
	if (p->pools == NULL)
		goto fail;
	sentinel_room_init(&p->room);
	for (size_t i = 0; i < m->n_pools; i++) {
		err = pool_watch_new(
		    &m->pools[i], pulse, &p->room, &p->tls, &p->pools[i], why, why_size);
		if (err != 0)
			goto fail;
		p->n_pools++;
	}
	*ret = p;
	return 0;
fail:
	prober_free(&p);
	return err;
}

void
prober_free(struct prober **pp)
{
	if (*pp == NULL)
		return;
	for (size_t i = 0; i < (*pp)->n_pools; i++)
		pool_watch_free(&(*pp)->pools[i]);
	tls_contexts_fini(&(*pp)->tls);
	free((*pp)->pools);
	free(*pp);
	*pp = NULL;
}

void
prober_inherit(struct prober *p, struct prober *from)
{
	for (size_t i = 0; i < p->n_pools; i++)
		for (size_t j = 0; j < from->n_pools; j++)
			pool_watch_inherit(p->pools[i], from->pools[j]);
	for (size_t i = 0; i < from->n_pools; i++)
		pool_watch_stop(from->pools[i]);
}

void
prober_start(struct prober *p, struct publish *publish, const struct admin_list *admin)
{
	for (size_t i = 0; i < p->n_pools; i++) {
		pool_watch_attach(p->pools[i], publish, admin);
		pool_watch_start(p->pools[i]);
	}
}

void
prober_beat(struct prober *p)
{
	int64_t wall_s = clock_wall_s();

	for (size_t i = 0; i < p->n_pools; i++)
		certificate_watch_beat(p->pools[i], wall_s);
}

struct target *
prober_find(struct prober *p, uint64_t endpoint_id)
{
	for (size_t i = 0; i < p->n_pools; i++) {
		struct target *t = pool_watch_find(p->pools[i], endpoint_id);

		if (t != NULL)
			return t;
	}
	return NULL;
}

struct pool_watch *
prober_pool(struct prober *p, const struct pool *pool)
{
	for (size_t i = 0; i < p->n_pools; i++)
		if (p->pools[i]->pool == pool)
			return p->pools[i];
	return NULL;
}
