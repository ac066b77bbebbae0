/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * picture - see picture.h.  Services of a pool in DNS mode have no listeners; they are
 * grouped here by what a listener would have in common, so that both modes read alike.
 */
#include "picture.h"

#include <string.h>

#include <edge/clock.h>

#define PICTURE_MEMORY_MAX                                                               \
	(256u << 20) /* 64 pools of 20 members in full: about 20 MiB                     \
		      */

WORDS_DEFINE(daemon, DAEMONS, DAEMON_WORDS);
WORDS_DEFINE(board_condition, BOARD_CONDITIONS, BOARD_CONDITION_WORDS);

static bool
row_copy(const struct board_reader *r, uint64_t id, uint64_t *words, unsigned n)
{
	size_t row = board_reader_find(r, id);

	if (row == BOARD_NO_ROW)
		return false;
	for (unsigned i = 0; i < n; i++)
		words[i] = board_reader_load(r, row, i);
	return true;
}

/* --- daemons -------------------------------------------------------------------------
 */

bool
picture_daemon_is_needed(const struct model *m, enum daemon d)
{
	switch (d) {
	case DAEMON_HEALTH:
		return true;
	case DAEMON_SNMP:
		return m->snmp.enabled;
	case DAEMON_LB:
	case DAEMON_DNSLB:
		for (size_t i = 0; i < m->n_pools; i++)
			if ((m->pools[i].sides[SIDE_EXTERNAL].balancing ==
				BALANCING_DNS) == (d == DAEMON_DNSLB))
				return true;
		return false;
	case DAEMONS:
		break;
	}
	return false;
}

static void
daemon_fill(struct picture *p, enum daemon d, const struct board_reader *r,
    const struct daemon_look *look)
{
	struct picture_daemon *pd = &p->daemons[d];

	pd->daemon = d;
	pd->needed = picture_daemon_is_needed(p->model, d);
	pd->listening = look->listening;
	if (r == NULL)
		pd->board =
		    look->forbidden && !look->listening ? BOARD_FORBIDDEN : BOARD_NONE;
	else if (!board_reader_present(r))
		pd->board = look->forbidden ? BOARD_FORBIDDEN : BOARD_MISSING;
	else
		pd->board =
		    board_reader_age_ns(r) > BOARD_STALE_NS ? BOARD_STALE : BOARD_FRESH;
	if (pd->board != BOARD_FRESH && pd->board != BOARD_STALE)
		return;
	pd->beat_age_ns = board_reader_age_ns(r);
	pd->up_ns = p->now_boot_ns - (int64_t)board_reader_started_ns(r);
	pd->conf_hash = board_reader_conf_hash(r);
	pd->conf_same = pd->conf_hash == p->model->hash;
}

static void
dns_fill(struct picture *p, const struct board_reader *r)
{
	p->has_dns = row_copy(r, BOARD_PROCESS_ID, p->dns, DNS_FIELDS);
	for (size_t row = 0; row < board_reader_rows(r); row++) {
		if (board_reader_kind(r, row) != ROW_ZONE)
			continue;
		p->n_zones++;
		p->dns[DNS_FIELD_RECORDS] += board_reader_load(r, row, DNS_FIELD_RECORDS);
		p->dns[DNS_FIELD_WITHDRAWN] +=
		    board_reader_load(r, row, DNS_FIELD_WITHDRAWN);
		p->dns[DNS_FIELD_FAIL_OPEN] +=
		    board_reader_load(r, row, DNS_FIELD_FAIL_OPEN);
	}
}

/* --- endpoints and members ------------------------------------------------------------
 */

/* What people mean by up: well, and given new sessions.  In panic nobody is. */
static bool
is_up(const struct state *s)
{
	return s->health == HEALTH_UP && state_use(s) == USE_NEW;
}

/* Lost: nobody drained it, and yet it takes nothing new, or only because it must. */
static bool
endpoint_is_lost(const struct picture_endpoint *pe)
{
	return pe->state.admin == ADMIN_ENABLED && pe->state.health == HEALTH_DOWN;
}

static void
member_fill(struct picture_member *pm, const struct member *member,
    const struct picture_boards *boards)
{
	pm->member = member;
	pm->state = health_state(boards->health, member->id, member->pool);
	pm->has_health = row_copy(boards->health, member->id, pm->health, HEALTH_FIELDS);
	pm->member_lost = pm->n_endpoints > 0;
	for (size_t i = 0; i < pm->n_endpoints; i++) {
		const struct picture_endpoint *pe = &pm->endpoints[i];

		pm->sessions += pe->lb[LB_FIELD_SESSIONS];
		if (endpoint_is_lost(pe) && pm->n_lost++ == 0)
			pm->first_lost = pe;
		pm->member_lost = pm->member_lost && endpoint_is_lost(pe) &&
				  pe->state.reason == pm->endpoints[0].state.reason;
	}
	if ((pm->state.flags & STATE_MEMBER_OUT) != 0)
		pm->member_lost = true;
}

static int
members_fill(
    struct picture *p, struct picture_pool *pp, const struct picture_boards *boards)
{
	const struct pool *pool = pp->pool;
	size_t at = 0;

	pp->n_endpoints = pool->n_endpoints;
	pp->endpoints = arena_array(p->arena, pool->n_endpoints, sizeof *pp->endpoints);
	pp->members = arena_array(p->arena, pool->n_members, sizeof *pp->members);
	if (pp->endpoints == NULL || pp->members == NULL)
		return -1;
	for (size_t i = 0; i < pool->n_endpoints; i++) {
		struct picture_endpoint *pe = &pp->endpoints[i];
		uint64_t id = pool->endpoints[i].id;

		pe->endpoint = &pool->endpoints[i];
		pe->state = health_state(boards->health, id, pool);
		pe->has_health = row_copy(boards->health, id, pe->health, HEALTH_FIELDS);
		pe->has_lb = row_copy(boards->lb, id, pe->lb, LB_FIELDS);
	}
	pp->n_members = pool->n_members;
	for (size_t i = 0; i < pool->n_members; i++) {
		struct picture_member *pm = &pp->members[i];

		pm->endpoints = &pp->endpoints[at];
		while (at < pool->n_endpoints &&
		       pool->endpoints[at].member == &pool->members[i])
			at++;
		pm->n_endpoints = (size_t)(&pp->endpoints[at] - pm->endpoints);
		member_fill(pm, &pool->members[i], boards);
		pp->n_up += is_up(&pm->state);
	}
	return 0;
}

/* --- services -------------------------------------------------------------------------
 */

static void
service_add(struct picture_service *ps, struct picture_endpoint *pe)
{
	ps->endpoints[ps->n_endpoints++] = pe;
	ps->n_new += state_use(&pe->state) == USE_NEW;
	ps->n_up += is_up(&pe->state);
}

static struct picture_service *
service_new(struct picture *p, struct picture_pool *pp, size_t n_endpoints)
{
	struct picture_service *ps = &pp->services[pp->n_services];

	ps->endpoints =
	    arena_array(p->arena, n_endpoints, sizeof(struct picture_endpoint *));
	if (ps->endpoints == NULL)
		return NULL;
	ps->pool = pp->pool;
	pp->n_services++;
	return ps;
}

static int
services_of_listeners(
    struct picture *p, struct picture_pool *pp, const struct picture_boards *boards)
{
	for (size_t i = 0; i < pp->pool->n_listeners; i++) {
		const struct listener *l = &pp->pool->listeners[i];
		struct picture_service *ps = service_new(p, pp, l->n_endpoints);

		if (ps == NULL)
			return -1;
		ps->listener = l;
		ps->service = l->service;
		ps->side = l->side;
		ps->services = l->services;
		ps->family = addr_family(&l->addr);
		ps->port = l->port;
		ps->proto = l->proto;
		ps->has_lb = row_copy(boards->lb, l->id, ps->lb, LB_FIELDS);
		ps->has_health =
		    row_copy(boards->health, l->id, ps->health, HEALTH_FIELDS);
		pp->sessions += ps->lb[LB_FIELD_SESSIONS];
		for (size_t e = 0; e < l->n_endpoints; e++)
			service_add(
			    ps, &pp->endpoints[l->endpoints[e] - pp->pool->endpoints]);
	}
	return 0;
}

static struct picture_service *
service_of(struct picture *p, struct picture_pool *pp, const struct endpoint *e)
{
	struct picture_service *ps;

	for (size_t i = 0; i < pp->n_services; i++) {
		ps = &pp->services[i];
		if (ps->side == e->side && ps->services == e->services &&
		    ps->family == addr_family(&e->addr))
			return ps;
	}
	ps = service_new(p, pp, pp->n_endpoints);
	if (ps == NULL)
		return NULL;
	ps->service = e->service;
	ps->side = e->side;
	ps->services = e->services;
	ps->family = addr_family(&e->addr);
	ps->port = e->port;
	ps->proto = e->proto;
	return ps;
}

static int
services_fill(
    struct picture *p, struct picture_pool *pp, const struct picture_boards *boards)
{
	bool dns = pp->pool->sides[SIDE_EXTERNAL].balancing == BALANCING_DNS;
	size_t most = dns ? pp->n_endpoints : pp->pool->n_listeners;

	pp->services = arena_array(p->arena, most, sizeof *pp->services);
	if (pp->services == NULL)
		return -1;
	if (!dns)
		return services_of_listeners(p, pp, boards);
	for (size_t i = 0; i < pp->n_endpoints; i++) {
		struct picture_service *ps = service_of(p, pp, pp->endpoints[i].endpoint);

		if (ps == NULL)
			return -1;
		service_add(ps, &pp->endpoints[i]);
	}
	return 0;
}

/* --- the whole -------------------------------------------------------------------------
 */

static int
picture_fill(struct picture *p, const struct picture_boards *boards,
    const struct daemon_look *looks)
{
	p->pools = arena_array(p->arena, p->model->n_pools, sizeof *p->pools);
	if (p->pools == NULL)
		return -1;
	for (size_t i = 0; i < p->model->n_pools; i++) {
		struct picture_pool *pp = &p->pools[i];

		pp->pool = &p->model->pools[i];
		pp->has_health =
		    row_copy(boards->health, pp->pool->id, pp->health, HEALTH_FIELDS);
		if (members_fill(p, pp, boards) != 0 || services_fill(p, pp, boards) != 0)
			return -1;
		p->n_members += pp->n_members;
		p->n_members_up += pp->n_up;
		p->sessions += pp->sessions;
	}
	p->has_lb = row_copy(boards->lb, BOARD_PROCESS_ID, p->lb, LB_FIELDS);
	dns_fill(p, boards->dns);
	daemon_fill(p, DAEMON_HEALTH, boards->health, &looks[DAEMON_HEALTH]);
	daemon_fill(p, DAEMON_LB, boards->lb, &looks[DAEMON_LB]);
	daemon_fill(p, DAEMON_DNSLB, boards->dns, &looks[DAEMON_DNSLB]);
	daemon_fill(p, DAEMON_SNMP, NULL, &looks[DAEMON_SNMP]);
	return 0;
}

struct picture *
picture_new(const struct model *m, const struct picture_boards *boards,
    const struct daemon_look *looks, int64_t now_boot_ns, int64_t now_wall_s)
{
	struct arena *arena = arena_new(PICTURE_MEMORY_MAX);
	struct picture *p;

	if (arena == NULL)
		return NULL;
	p = arena_alloc(arena, sizeof *p);
	if (p == NULL) {
		arena_free(&arena);
		return NULL;
	}
	p->arena = arena;
	p->model = m;
	p->now_boot_ns = now_boot_ns;
	p->now_wall_s = now_wall_s;
	if (picture_fill(p, boards, looks) != 0)
		picture_free(&p);
	return p;
}

void
picture_free(struct picture **pp)
{
	struct arena *arena;

	if (*pp == NULL)
		return;
	arena = (*pp)->arena; /* the picture itself lives in it */
	*pp = NULL;
	arena_free(&arena);
}

bool
picture_is_current(const struct picture *p)
{
	for (size_t i = 0; i < DAEMONS; i++) {
		const struct picture_daemon *d = &p->daemons[i];

		if (d->needed && (!d->listening ||
				     (d->board != BOARD_FRESH && d->board != BOARD_NONE)))
			return false;
	}
	return true;
}
