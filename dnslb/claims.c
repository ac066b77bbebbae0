/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * claims - which records a configuration wants, before health decides.
 *
 * The record sets are Microsoft's "DNS summary" pages for scaled Edge pools with DNS load
 * balancing: addresses behind the service names and sip.DOMAIN, one SRV record per
 * service and SIP domain, the pool name and one host record per member inside.  Outside
 * always carries the public address, inside the member's own.
 */
#include "claims.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

WORDS_DEFINE(record_type, RECORD_TYPES, RECORD_WORDS);

/* Where collecting stands: one pool in one view. */
struct cursor {
	struct claims *claims;
	const struct model *model;
	const struct pool *pool;
	const struct state *states; /* of the pool's endpoints, or NULL */
	const struct zone_finder *zones;
	size_t view;
	struct arena *arena;
};

int
record_compare(const struct record *a, const struct record *b)
{
	int order = strcmp(a->owner, b->owner);

	if (order == 0)
		order = (int)a->type - (int)b->type;
	if (order == 0 && a->type != RECORD_SRV)
		return addr_compare(&a->addr, &b->addr);
	if (order == 0)
		order = (int)a->priority - (int)b->priority;
	if (order == 0)
		order = (int)a->weight - (int)b->weight;
	if (order == 0)
		order = (int)a->port - (int)b->port;
	return order == 0 ? strcmp(a->target, b->target) : order;
}

static int
add(struct cursor *at, const struct claim *claim)
{
	struct claims *c = at->claims;

	if (c->n == c->capacity) {
		size_t capacity = c->capacity == 0 ? 64 : 2 * c->capacity;
		struct claim *list = reallocarray(c->list, capacity, sizeof *list);

		if (list == NULL)
			return -ENOMEM;
		c->list = list;
		c->capacity = capacity;
	}
	c->list[c->n] = *claim;
	c->list[c->n].view = at->view;
	c->list[c->n].zone = zone_finder_find(at->zones, claim->record.owner);
	c->n++;
	return 0;
}

static struct claim
address_claim(const char *owner, const struct addr *addr, uint32_t ttl)
{
	bool v4 = addr_family(addr) == FAMILY_V4;

	return (struct claim){.record = {.owner = owner,
				  .type = v4 ? RECORD_A : RECORD_AAAA,
				  .ttl = ttl,
				  .addr = *addr}};
}

/* What an endpoint's state says about publishing its address. */
static void
judge(struct claim *c, const struct endpoint *e, const struct state *s)
{
	const struct pool *p = e->member->pool;
	bool probed = p->sides[e->side].probe && e->service->probe != PROBE_NONE;
	struct state unknown = {.health = HEALTH_UNKNOWN,
	    .admin = ADMIN_ENABLED,
	    .flags = p->health.assume == ASSUME_UP ? STATE_ASSUMED : 0};

	if (s == NULL)
		s = &unknown;
	c->any_new = state_use(s) == USE_NEW;
	c->all_new = c->any_new;
	c->proven = c->any_new && (s->flags & STATE_PANIC) == 0;
	c->cold = probed && s->health == HEALTH_UNKNOWN && s->admin != ADMIN_DISABLED;
	c->admin = s->admin;
}

/* @owner gets the addresses of every endpoint that serves one of @services. */
static int
add_addresses(
    struct cursor *at, enum side_kind side, uint32_t services, const char *owner)
{
	const struct pool *p = at->pool;
	int err = 0;

	for (size_t i = 0; i < p->n_endpoints && err == 0; i++) {
		const struct endpoint *e = &p->endpoints[i];
		struct claim c;

		if (e->side != side || (e->services & services) == 0)
			continue;
		c = address_claim(owner, side == SIDE_EXTERNAL ? &e->public : &e->addr,
		    at->model->dns.ttl);
		judge(&c, e, at->states == NULL ? NULL : &at->states[i]);
		err = add(at, &c);
	}
	return err;
}

static int
add_srv(struct cursor *at, const struct srv_rule *rule, const char *domain)
{
	const struct service *s = &at->pool->services[rule->kind];
	const char *target = srv_target(at->pool, rule->kind, domain);
	const char *fqdn = service_fqdn(at->pool, rule->kind);
	char name[2 * MODEL_NAME_MAX];
	struct claim c = {.fixed = true,
	    .record = {.type = RECORD_SRV,
		.ttl = at->model->dns.ttl_srv,
		.priority = s->srv.priority,
		.weight = s->srv.weight,
		.port = s->port}};
	int err;

	snprintf(name, sizeof name, "%s.%s", rule->prefix, domain);
	if (strlen(name) > MODEL_NAME_MAX)
		return -ENAMETOOLONG;
	c.record.owner = arena_strdup(at->arena, name);
	snprintf(name, sizeof name, "sip.%s", domain);
	c.record.target = target != NULL ? target : arena_strdup(at->arena, name);
	if (c.record.owner == NULL || c.record.target == NULL)
		return -ENOMEM;
	err = add(at, &c);
	if (err == 0 && (fqdn == NULL || strcmp(c.record.target, fqdn) != 0))
		err = add_addresses(
		    at, SIDE_EXTERNAL, UINT32_C(1) << rule->kind, c.record.target);
	return err;
}

static int
add_external(struct cursor *at)
{
	const struct pool *p = at->pool;
	int err = 0;

	for (int k = 0; k < SERVICES && err == 0; k++) {
		const char *fqdn = service_fqdn(p, (enum service_kind)k);

		if (service_infos[k].side == SIDE_EXTERNAL && p->services[k].enabled &&
		    fqdn != NULL)
			err = add_addresses(at, SIDE_EXTERNAL, UINT32_C(1) << k, fqdn);
	}
	for (size_t d = 0; d < p->n_sip_domains; d++)
		for (size_t r = 0; r < SRV_RULES && err == 0; r++)
			if (p->services[srv_rules[r].kind].enabled)
				err = add_srv(at, &srv_rules[r], p->sip_domains[d]);
	return err;
}

/* The pool's name leads to members that work; a member's own name always leads to it:
 * servers find the members of a pool by these names, and replication needs them too. */
static int
add_internal(struct cursor *at)
{
	const struct pool *p = at->pool;
	int err = add_addresses(at, SIDE_INTERNAL, UINT32_MAX, p->fqdn);

	for (size_t i = 0; i < p->n_members; i++)
		for (int f = 0; f < FAMILIES && err == 0; f++) {
			const struct member *m = &p->members[i];
			const struct addr *addr = &m->at[ADDRESS_INTERNAL].address.at[f];
			struct claim c;

			if (!addr_present(addr))
				continue;
			c = address_claim(m->fqdn, addr, at->model->dns.ttl_srv);
			c.fixed = true;
			err = add(at, &c);
		}
	return err;
}

static int
collect_view(struct cursor *at, const struct state *states)
{
	const struct model *m = at->model;
	enum side_kind side = m->dns.views[at->view].side;
	int err = 0;

	for (size_t i = 0; i < m->n_pools && err == 0; i++) {
		at->pool = &m->pools[i];
		at->states = states;
		if (states != NULL)
			states += at->pool->n_endpoints;
		if (at->pool->sides[side].balancing != BALANCING_DNS)
			continue;
		err = side == SIDE_EXTERNAL ? add_external(at) : add_internal(at);
	}
	return err;
}

int
claims_collect(struct claims *c, const struct model *m, const struct state *states,
    struct arena *arena)
{
	*c = (struct claims){0};
	for (size_t v = 0; v < m->dns.n_views; v++) {
		struct zone_finder *zones = zone_finder_new(m, &m->dns.views[v]);
		struct cursor at = {
		    .claims = c, .model = m, .zones = zones, .view = v, .arena = arena};
		int err = zones == NULL ? -ENOMEM : collect_view(&at, states);

		zone_finder_free(&zones);
		if (err != 0) {
			claims_fini(c);
			return err;
		}
	}
	return 0;
}

void
claims_fini(struct claims *c)
{
	free(c->list);
	*c = (struct claims){0};
}
