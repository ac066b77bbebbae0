/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * surroundings - from an endpoint to environment variables.  Pure.
 *
 * Values come from the configuration and were checked there: they hold no control
 * characters.
 */
#include "surroundings.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include <edge/base.h>
#include <edge/clock.h>

static void
add(struct surroundings *s, size_t *n, const char *format, ...) edge_printf(3, 4);

static void
add(struct surroundings *s, size_t *n, const char *format, ...)
{
	va_list ap;

	assert(*n < SURROUNDINGS);
	va_start(ap, format);
	vsnprintf(s->texts[*n], SURROUNDINGS_MAX, format, ap);
	va_end(ap);
	s->env[*n] = s->texts[*n];
	(*n)++;
}

void
surroundings_of(const struct endpoint *e, struct surroundings *ret)
{
	char address[ADDR_TEXT_MAX], services[SERVICES_TEXT_MAX];
	const struct pool *pool = e->member->pool;
	size_t n = 0;

	add(ret, &n, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
	add(ret, &n, "LANG=C.UTF-8");
	add(ret, &n, "EDGE_ADDRESS=%s", addr_text(&e->addr, address));
	add(ret, &n, "EDGE_PORT=%u", e->port);
	add(ret, &n, "EDGE_PROTOCOL=%s", proto_word(e->proto));
	add(ret, &n, "EDGE_SERVICE=%s",
	    services_text(e->services, services, sizeof services));
	add(ret, &n, "EDGE_SIDE=%s", side_kind_word(e->side));
	add(ret, &n, "EDGE_NAME=%s",
	    e->service->fqdn != NULL ? e->service->fqdn : pool->fqdn);
	add(ret, &n, "EDGE_MEMBER=%s", e->member->name);
	add(ret, &n, "EDGE_POOL=%s", pool->fqdn);
	add(ret, &n, "EDGE_TIMEOUT=%.3f",
	    (double)e->service->health.timeout_ns / (double)NS_PER_S);
	ret->env[n] = NULL;
}
