/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model - the services table, and what follows from a pool's services and members:
 * its listeners, its endpoints, and everybody's id.
 */
#include <edge/model.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/base.h>
#include <edge/id.h>

WORDS_DEFINE(side_kind, SIDES, SIDE_WORDS);
WORDS_DEFINE(balancing, BALANCINGS, BALANCING_WORDS);
WORDS_DEFINE(product, PRODUCTS, PRODUCT_WORDS);
WORDS_DEFINE(algorithm, ALGORITHMS, ALGORITHM_WORDS);
WORDS_DEFINE(engine, ENGINES, ENGINE_WORDS);
WORDS_DEFINE(source, SOURCES, SOURCE_WORDS);
WORDS_DEFINE(on_down, ON_DOWNS, ON_DOWN_WORDS);
WORDS_DEFINE(assume, ASSUMES, ASSUME_WORDS);
WORDS_DEFINE(proto, PROTOS, PROTO_WORDS);
WORDS_DEFINE(probe, PROBES, PROBE_WORDS);
WORDS_DEFINE(icmp, ICMPS, ICMP_WORDS);
WORDS_DEFINE(partner, PARTNERS, PARTNER_WORDS);
WORDS_DEFINE(address, ADDRESSES, ADDRESS_WORDS);
WORDS_DEFINE(attach, ATTACHES, ATTACH_WORDS);
WORDS_DEFINE(sticky, STICKIES, STICKY_WORDS);
WORDS_DEFINE(target_kind, TARGET_KINDS, TARGET_WORDS);

bool
probe_fits(enum probe kind, enum proto proto)
{
	switch (kind) {
	case PROBE_NONE:
	case PROBE_ICMP:
	case PROBE_EXEC:
		return true;
	case PROBE_TCP:
	case PROBE_TLS:
	case PROBE_SIP:
	case PROBE_SIP_REGISTER:
	case PROBE_MTLS:
	case PROBE_TURN_TCP:
	case PROBE_XMPP:
	case PROBE_PSOM:
		return proto == PROTO_TCP;
	case PROBE_TURN_UDP:
	case PROBE_UDP:
	case PROBE_STUN:
	case PROBE_TURN:
		return proto == PROTO_UDP;
	case PROBES:
		break;
	}
	return false;
}

const struct service_info service_infos[SERVICES] = {
#define SERVICE(                                                                         \
    id, side, group, word, proto, port, address, probe, source, idle, sip, text)         \
	{SIDE_##side, group, word, PROTO_##proto, port, ADDRESS_##address,               \
	    PROBE_##probe, SOURCE_##source, idle, sip, text},
#include <edge/tbl/services.h>
};

const struct member_only_info member_only_infos[] = {
#define MEMBER_ONLY(side, first, last, word, text) {SIDE_##side, first, last, word, text},
#include <edge/tbl/member_only.h>
};
const size_t member_only_count = countof(member_only_infos);

void
model_free(struct model **pm)
{
	struct model *m = *pm;
	struct arena *arena;

	*pm = NULL;
	if (m == NULL)
		return;
	arena = m->arena; /* the model itself lives in it */
	arena_free(&arena);
}

/* "PREFIX/ADDR:PORT/PROTO" */
static const char *
place_name(struct arena *a, const char *prefix, enum side_kind side,
    const struct addr *addr, uint16_t port, enum proto proto)
{
	char place[ADDR_PORT_TEXT_MAX];
	char name[1024];

	addr_port_text(addr, port, place);
	snprintf(name, sizeof name, "%s/%s/%s/%s", prefix, side_kind_word(side), place,
	    proto_word(proto));
	return arena_strdup(a, name);
}

/* The id of "KIND NAME", as in logs. */
static uint64_t
named_id(const char *kind, const char *full_name)
{
	char name[1100];

	snprintf(name, sizeof name, "%s %s", kind, full_name);
	return id_of(name);
}

static struct endpoint *
endpoint_find(struct pool *p, const struct member *m, enum side_kind side,
    const struct addr *addr, uint16_t port, enum proto proto)
{
	for (size_t i = 0; i < p->n_endpoints; i++) {
		struct endpoint *e = &p->endpoints[i];

		if (e->member == m && e->side == side && e->port == port &&
		    e->proto == proto && addr_equal(&e->addr, addr))
			return e;
	}
	return NULL;
}

static struct listener *
listener_find(struct pool *p, enum side_kind side, const struct addr *addr, uint16_t port,
    enum proto proto)
{
	for (size_t i = 0; i < p->n_listeners; i++) {
		struct listener *l = &p->listeners[i];

		if (l->side == side && l->port == port && l->proto == proto &&
		    addr_equal(&l->addr, addr))
			return l;
	}
	return NULL;
}

static int
endpoint_add(struct pool *p, struct member *m, const struct service *s, enum family f)
{
	const struct service_info *info = &service_infos[s->kind];
	const struct member_address *at = &m->at[info->address];
	struct arena *arena = p->model->arena;
	struct endpoint *e;

	if (!addr_present(&at->address.at[f]))
		return 0;
	e = endpoint_find(p, m, info->side, &at->address.at[f], s->port, info->proto);
	if (e == NULL) {
		e = &p->endpoints[p->n_endpoints++];
		*e = (struct endpoint){.member = m,
		    .side = info->side,
		    .addr = at->address.at[f],
		    .public = at->public.at[f],
		    .port = s->port,
		    .proto = info->proto,
		    .service = s};
		e->full_name =
		    place_name(arena, m->full_name, e->side, &e->addr, e->port, e->proto);
		if (e->full_name == NULL)
			return -ENOMEM;
		e->id = named_id("endpoint", e->full_name);
	}
	e->services |= 1u << s->kind;
	return 0;
}

static int
listener_add(struct pool *p, const struct service *s, enum family f)
{
	const struct service_info *info = &service_infos[s->kind];
	struct arena *arena = p->model->arena;
	struct listener *l;

	if (!addr_present(&s->vip.at[f]))
		return 0;
	l = listener_find(p, info->side, &s->vip.at[f], s->port, info->proto);
	if (l == NULL) {
		l = &p->listeners[p->n_listeners++];
		*l = (struct listener){.pool = p,
		    .side = info->side,
		    .addr = s->vip.at[f],
		    .port = s->port,
		    .proto = info->proto,
		    .service = s,
		    .engine = s->engine};
		l->full_name =
		    place_name(arena, p->fqdn, l->side, &l->addr, l->port, l->proto);
		l->endpoints =
		    arena_array(arena, p->n_members + 1, sizeof(struct endpoint *));
		if (l->full_name == NULL || l->endpoints == NULL)
			return -ENOMEM;
		l->id = named_id("listener", l->full_name);
	}
	l->services |= 1u << s->kind;
	return 0;
}

/* Where a listener's sessions go on @m: same family, or the other when the source is
 * replaced; NULL when nowhere. */
static struct endpoint *
listener_endpoint(const struct listener *l, const struct member *m)
{
	const struct member_address *at = &m->at[service_infos[l->service->kind].address];
	enum family own = addr_family(&l->addr);
	enum family other = own == FAMILY_V4 ? FAMILY_V6 : FAMILY_V4;
	struct endpoint *e;

	e = endpoint_find(l->pool, m, l->side, &at->address.at[own], l->port, l->proto);
	if (e == NULL && l->service->source == SOURCE_REPLACE)
		e = endpoint_find(
		    l->pool, m, l->side, &at->address.at[other], l->port, l->proto);
	return e;
}

static int
pool_derive(struct pool *p)
{
	struct arena *arena = p->model->arena;

	p->id = named_id("pool", p->fqdn);
	p->listeners = arena_array(arena, SERVICES * FAMILIES, sizeof *p->listeners);
	p->endpoints = arena_array(
	    arena, p->n_members * SERVICES * FAMILIES + 1, sizeof *p->endpoints);
	if (p->listeners == NULL || p->endpoints == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_members; i++) {
		struct member *m = &p->members[i];
		char name[MODEL_NAME_MAX * 2 + 2];

		snprintf(name, sizeof name, "%s/%s", p->fqdn, m->name);
		m->pool = p;
		m->index = (unsigned)i;
		m->full_name = arena_strdup(arena, name);
		if (m->full_name == NULL)
			return -ENOMEM;
		m->id = named_id("member", m->full_name);
		for (int s = 0; s < SERVICES; s++)
			for (int f = 0; p->services[s].enabled && f < FAMILIES; f++)
				if (endpoint_add(p, m, &p->services[s], (enum family)f) !=
				    0)
					return -ENOMEM;
	}
	for (int s = 0; s < SERVICES; s++)
		for (int f = 0; p->services[s].enabled && f < FAMILIES; f++)
			if (listener_add(p, &p->services[s], (enum family)f) != 0)
				return -ENOMEM;
	for (size_t i = 0; i < p->n_listeners; i++) {
		struct listener *l = &p->listeners[i];

		for (size_t k = 0; k < p->n_members; k++) {
			struct endpoint *e = listener_endpoint(l, &p->members[k]);

			if (e != NULL)
				l->endpoints[l->n_endpoints++] = e;
		}
	}
	return 0;
}

struct named {
	uint64_t id;
	uint32_t index;
	const char *name;
};

static int
named_by_id(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;

	return a->id < b->id ? -1 : a->id > b->id;
}

static int
named_by_index(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;

	return a->index < b->index ? -1 : a->index > b->index;
}

/* Everything that has an id, malloc'ed. */
static struct named *
model_names(const struct model *m, size_t *ret_n)
{
	size_t most = m->n_pools * (1 + MODEL_MEMBERS_MAX) + model_count_endpoints(m) +
		      model_count_listeners(m);
	struct named *all = calloc(most + 1, sizeof *all);
	size_t n = 0;

	if (all == NULL)
		return NULL;
#define NAMED(object, text)                                                              \
	(all[n++] = (struct named){(object)->id, id_snmp_index((object)->id), (text)})
	for (size_t i = 0; i < m->n_pools; i++) {
		const struct pool *p = &m->pools[i];

		NAMED(p, p->fqdn);
		for (size_t k = 0; k < p->n_members; k++)
			NAMED(&p->members[k], p->members[k].full_name);
		for (size_t k = 0; k < p->n_endpoints; k++)
			NAMED(&p->endpoints[k], p->endpoints[k].full_name);
		for (size_t k = 0; k < p->n_listeners; k++)
			NAMED(&p->listeners[k], p->listeners[k].full_name);
	}
#undef NAMED
	*ret_n = n;
	return all;
}

static int
names_unique(const struct model *m, const char **ret_clash)
{
	size_t n = 0;
	struct named *all = model_names(m, &n);
	int err = 0;

	if (all == NULL)
		return -ENOMEM;
	qsort(all, n, sizeof *all, named_by_id);
	for (size_t i = 0; i < n && err == 0; i++) {
		/* 0 is no id, and one row of each board is the process */
		if (all[i].id <= 1 || (i > 0 && all[i].id == all[i - 1].id)) {
			*ret_clash = all[i].name;
			err = -EEXIST;
		}
	}
	qsort(all, n, sizeof *all, named_by_index);
	for (size_t i = 1; i < n && err == 0; i++) {
		if (all[i].index == all[i - 1].index) {
			*ret_clash = all[i].name;
			err = -EEXIST;
		}
	}
	free(all);
	return err;
}

int
model_derive(struct model *m, const char **ret_clash)
{
	for (size_t i = 0; i < m->n_pools; i++) {
		int err = pool_derive(&m->pools[i]);

		if (err != 0)
			return err;
	}
	return names_unique(m, ret_clash);
}

const struct pool *
model_pool(const struct model *m, const char *fqdn)
{
	for (size_t i = 0; i < m->n_pools; i++)
		if (strcasecmp(m->pools[i].fqdn, fqdn) == 0)
			return &m->pools[i];
	return NULL;
}

const struct member *
model_member(const struct model *m, const char *full_name)
{
	for (size_t i = 0; i < m->n_pools; i++)
		for (size_t k = 0; k < m->pools[i].n_members; k++)
			if (strcasecmp(m->pools[i].members[k].full_name, full_name) == 0)
				return &m->pools[i].members[k];
	return NULL;
}

const struct endpoint *
model_endpoint(const struct model *m, uint64_t id)
{
	for (size_t i = 0; i < m->n_pools; i++)
		for (size_t k = 0; k < m->pools[i].n_endpoints; k++)
			if (m->pools[i].endpoints[k].id == id)
				return &m->pools[i].endpoints[k];
	return NULL;
}

const struct listener *
model_listener(const struct model *m, uint64_t id)
{
	for (size_t i = 0; i < m->n_pools; i++)
		for (size_t k = 0; k < m->pools[i].n_listeners; k++)
			if (m->pools[i].listeners[k].id == id)
				return &m->pools[i].listeners[k];
	return NULL;
}

size_t
model_count_endpoints(const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_pools; i++)
		n += m->pools[i].n_endpoints;
	return n;
}

size_t
model_count_listeners(const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_pools; i++)
		n += m->pools[i].n_listeners;
	return n;
}

const char *
services_text(uint32_t services, char *buf, size_t size)
{
	size_t n = 0;

	assert(size > 0);
	buf[0] = '\0';
	for (int s = 0; s < SERVICES; s++) {
		int more;

		if (!(services & 1u << s))
			continue;
		more = snprintf(
		    buf + n, size - n, "%s%s", n == 0 ? "" : "+", service_infos[s].word);
		if (more < 0 || (size_t)more >= size - n)
			break;
		n += (size_t)more;
	}
	return buf;
}
