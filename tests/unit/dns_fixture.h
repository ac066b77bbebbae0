/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNS_FIXTURE_H
#define DNS_FIXTURE_H

/*
 * dns_fixture - small models in DNS mode and the states of their endpoints, for tests.
 *
 * Member i has the addresses of Microsoft's examples: outside 131.107.155.10+i (access),
 * .20+i (webconf), .30+i (av), translated from 10.45.16.x; inside 172.25.33.10+i; the
 * same host parts in IPv6.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/base.h>
#include <edge/model.h>
#include <edge/state.h>

#define SHAPE_LIST_MAX 6

struct shape {
	const char *fqdn;
	const char *domains[SHAPE_LIST_MAX];
	const char *members[SHAPE_LIST_MAX]; /* names; FQDN NAME.contoso.net */
	const char *access, *webconf, *av, *xmpp;
	const char *srv_target;
	bool no_federation, single_address, v6, hardware;
	unsigned first; /* host part of the first member's addresses: 10 + first */
};

static inline struct addrs
fixture_addrs(bool v6, const char *v4_net, const char *v6_net, unsigned host)
{
	struct addrs a = {0};
	char text[64];

	snprintf(text, sizeof text, "%s.%u", v4_net, host);
	assert(addr_parse(text, &a.at[FAMILY_V4]));
	snprintf(text, sizeof text, "%s::%u", v6_net, host);
	if (v6)
		assert(addr_parse(text, &a.at[FAMILY_V6]));
	return a;
}

static inline void
fixture_service(struct pool *p, enum service_kind k, const char *fqdn, uint16_t port)
{
	p->services[k] = (struct service){.kind = k,
	    .enabled = true,
	    .fqdn = fqdn,
	    .port = port,
	    .probe = service_infos[k].probe};
}

static inline void
fixture_services(struct pool *p, const struct shape *s)
{
	bool one = s->single_address;

	for (int k = 0; k < SERVICES; k++)
		p->services[k].kind = (enum service_kind)k;
	fixture_service(p, SERVICE_ACCESS, s->access, one ? 5061 : 443);
	if (!s->no_federation)
		fixture_service(p, SERVICE_FEDERATION, s->access, 5061);
	if (s->xmpp != NULL)
		fixture_service(p, SERVICE_XMPP, s->xmpp, 5269);
	fixture_service(p, SERVICE_WEBCONF, s->webconf, one ? 444 : 443);
	fixture_service(p, SERVICE_AV_TCP, s->av, 443);
	fixture_service(p, SERVICE_AV_UDP, s->av, 3478);
	for (int k = SERVICE_SIP; k < SERVICES; k++)
		fixture_service(p, (enum service_kind)k, NULL, service_infos[k].port);
	p->services[SERVICE_ACCESS].srv.target = s->srv_target;
}

static inline void
fixture_member(struct pool *p, const struct shape *s, size_t i)
{
	struct member *m = &p->members[i];
	char text[300];

	m->name = s->members[i];
	m->pool = p;
	m->weight = 1;
	snprintf(text, sizeof text, "%s.contoso.net", m->name);
	m->fqdn = arena_strdup(p->model->arena, text);
	for (int a = ADDRESS_ACCESS; a <= ADDRESS_AV; a++) {
		/* A member keeps its addresses when the members change places: by name.
		 */
		unsigned host =
		    (s->single_address ? 10 : 10 * (unsigned)(a + 1)) + s->first;

		host += (unsigned)(m->name[strlen(m->name) - 1] - '1');
		m->at[a].public =
		    fixture_addrs(s->v6, "131.107.155", "2001:4898:155", host);
		m->at[a].address = fixture_addrs(s->v6, "10.45.16", "2001:4898:16", host);
	}
	m->at[ADDRESS_INTERNAL].address = fixture_addrs(s->v6, "172.25.33", "fd00:33",
	    10 + s->first + (unsigned)(m->name[strlen(m->name) - 1] - '1'));
	m->at[ADDRESS_INTERNAL].public = m->at[ADDRESS_INTERNAL].address;
}

static inline void
fixture_pool(struct model *m, struct pool *p, const struct shape *s)
{
	size_t n = 0;

	p->fqdn = s->fqdn;
	p->model = m;
	p->sip_domains = s->domains;
	while (p->n_sip_domains < SHAPE_LIST_MAX && s->domains[p->n_sip_domains] != NULL)
		p->n_sip_domains++;
	for (int i = 0; i < SIDES; i++)
		p->sides[i] = (struct side){.kind = (enum side_kind)i,
		    .balancing = s->hardware ? BALANCING_HARDWARE : BALANCING_DNS,
		    .probe = true};
	p->health.assume = ASSUME_UP;
	fixture_services(p, s);
	while (n < SHAPE_LIST_MAX && s->members[n] != NULL)
		n++;
	p->members = arena_array(m->arena, n, sizeof *p->members);
	p->n_members = n;
	for (size_t i = 0; i < n; i++) {
		p->members[i].index = (unsigned)i;
		fixture_member(p, s, i);
	}
}

static inline struct model *
fixture_model(const struct shape *shapes, size_t n)
{
	static const struct dns_view views[] = {
	    {"external", SIDE_EXTERNAL}, {"internal", SIDE_INTERNAL}};
	struct arena *arena = arena_new(8 << 20);
	struct model *m = arena_alloc(arena, sizeof *m);
	const char *clash = NULL;

	m->arena = arena;
	m->path = "test";
	m->instance = "lb1";
	m->dns =
	    (struct dns_conf){.ttl = 60, .ttl_srv = 3600, .views = views, .n_views = 2};
	m->pools = arena_array(arena, n, sizeof *m->pools);
	m->n_pools = n;
	for (size_t i = 0; i < n; i++)
		fixture_pool(m, &m->pools[i], &shapes[i]);
	assert(model_derive(m, &clash) == 0);
	return m;
}

/* Applies one word to a state: "down", "draining", "panic", ... */
static inline void
fixture_word(struct state *s, const char *word)
{
	if (health_parse(word) >= 0)
		s->health = (enum health)health_parse(word);
	else if (admin_parse(word) >= 0)
		s->admin = (enum admin)admin_parse(word);
	else if (strcmp(word, "refusing") == 0)
		s->health = HEALTH_DOWN, s->reason = REASON_REFUSING;
	else if (strcmp(word, "panic") == 0)
		s->health = HEALTH_DOWN, s->flags |= STATE_PANIC;
	else if (strcmp(word, "held") == 0)
		s->health = HEALTH_DOWN, s->flags |= STATE_HELD;
	else if (strcmp(word, "member-out") == 0)
		s->flags |= STATE_MEMBER_OUT;
	else
		assert(false && "a word for a state");
}

/* True when @what names the endpoint: "edge1", "*", "edge1/access", "edge1/av-udp/IPv6",
 * "*" followed by "/external". */
static inline bool
fixture_matches(const struct endpoint *e, char *what)
{
	char *rest, *part = strtok_r(what, "/", &rest);

	if (strcmp(part, "*") != 0 && strcmp(part, e->member->name) != 0)
		return false;
	while ((part = strtok_r(NULL, "/", &rest)) != NULL) {
		bool hit = strcmp(part, side_kind_word(e->side)) == 0 ||
			   strcmp(part, family_word(addr_family(&e->addr))) == 0;

		for (int k = 0; k < SERVICES; k++)
			hit |= (e->services >> k & 1) != 0 &&
			       strcmp(part, service_infos[k].word) == 0;
		if (!hit)
			return false;
	}
	return true;
}

/* States of all endpoints: enabled and up, except what @spec says: "edge2 down;
 * edge1/av-udp draining". */
static inline struct state *
fixture_states(const struct model *m, const char *spec)
{
	struct state *states = calloc(model_count_endpoints(m) + 1, sizeof *states);
	char *copy = strdup(spec), *rest = NULL;

	for (size_t i = 0; i < model_count_endpoints(m); i++)
		states[i] = (struct state){.health = HEALTH_UP, .reason = REASON_OK};
	for (char *row = strtok_r(copy, ";", &rest); row != NULL;
	     row = strtok_r(NULL, ";", &rest)) {
		char what[128], word[64];
		size_t i = 0;

		assert(sscanf(row, " %127s %63s", what, word) == 2);
		for (size_t p = 0; p < m->n_pools; p++)
			for (size_t k = 0; k < m->pools[p].n_endpoints; k++, i++) {
				char each[128];

				memcpy(each, what, sizeof each);
				if (fixture_matches(&m->pools[p].endpoints[k], each))
					fixture_word(&states[i], word);
			}
	}
	free(copy);
	return states;
}

#endif
