/* SPDX-License-Identifier: BSD-2-Clause */
#include "engines.h"

#define REMARKED_MAX 100

static bool
goes_to_kernel(const struct service *s)
{
	return s->engine == ENGINE_KERNEL ||
	       (s->engine == ENGINE_AUTO && s->relay_because == NULL);
}

const struct listener *
engines_first_kernel(const struct model *m)
{
	for (size_t p = 0; p < m->n_pools; p++)
		for (size_t i = 0; i < m->pools[p].n_listeners; i++)
			if (m->pools[p].listeners[i].service->engine == ENGINE_KERNEL)
				return &m->pools[p].listeners[i];
	return NULL;
}

enum engines_need
engines_need(const struct model *m)
{
	enum engines_need need = ENGINES_RELAY;

	if (engines_first_kernel(m) != NULL)
		return ENGINES_KERNEL;
	for (size_t p = 0; p < m->n_pools; p++)
		for (size_t i = 0; i < m->pools[p].n_listeners; i++)
			if (goes_to_kernel(m->pools[p].listeners[i].service))
				need = ENGINES_AUTO;
	return need;
}

void
engines_settle(struct model *m, const char *why_not)
{
	for (size_t p = 0; p < m->n_pools; p++) {
		for (size_t i = 0; i < m->pools[p].n_listeners; i++) {
			struct listener *l = &m->pools[p].listeners[i];
			bool kernel = why_not == NULL && goes_to_kernel(l->service);

			l->engine = kernel ? ENGINE_KERNEL : ENGINE_RELAY;
		}
	}
}

static void
remark(const struct listener *l, const char *why_not, struct sbuf *ret)
{
	const struct service *s = l->service;
	char names[SERVICES_TEXT_MAX];

	services_text(l->services, names, sizeof names);
	if (l->engine == ENGINE_KERNEL)
		sbuf_addf(ret,
		    "%s %s of %s: served by the kernel engine: a client's address picks "
		    "its "
		    "member (source-hash)%s\n",
		    side_kind_word(l->side), names, l->pool->fqdn,
		    s->algorithm == ALGORITHM_SOURCE_HASH
			? ""
			: ", where the relay counts sessions");
	else
		sbuf_addf(ret,
		    "%s %s of %s: served by the relay, because %s: it balances by %s\n",
		    side_kind_word(l->side), names, l->pool->fqdn,
		    s->relay_because != NULL ? s->relay_because : why_not,
		    algorithm_word(s->algorithm));
}

/* One line for both families. */
static bool
is_first_of_service(const struct pool *pool, size_t i)
{
	for (size_t b = 0; b < i; b++)
		if (pool->listeners[b].service == pool->listeners[i].service)
			return false;
	return true;
}

void
engines_remark(const struct model *m, const char *why_not, struct sbuf *ret)
{
	size_t n = 0;

	for (size_t p = 0; p < m->n_pools; p++) {
		const struct pool *pool = &m->pools[p];

		for (size_t i = 0; i < pool->n_listeners; i++)
			if (pool->listeners[i].service->engine == ENGINE_AUTO &&
			    is_first_of_service(pool, i) && n++ < REMARKED_MAX)
				remark(&pool->listeners[i], why_not, ret);
	}
	if (n > REMARKED_MAX)
		sbuf_addf(ret, "and %zu services more with engine = \"auto\"\n",
		    n - REMARKED_MAX);
}
