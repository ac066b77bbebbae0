/* SPDX-License-Identifier: BSD-2-Clause */
#include "view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Affinity is shared by all services of a side of a pool. */
static uint64_t
affinity_domain(const struct listener *l)
{
	return l->pool->id ^ (uint64_t)l->side;
}

static void
choice_set(struct view_choice *c, const struct listener *l, const struct endpoint *e,
    struct live_endpoint *x, const struct model *m, struct view_clock now)
{
	const struct health_conf *health = &e->member->pool->health;

	live_endpoint_get(x);
	c->endpoint = x;
	c->rate = &x->member->rate[l->service->kind];
	c->weight = e->member->weight;
	c->backup = e->member->backup;
	c->use = state_use(&x->state);
	c->disabled = x->state.admin == ADMIN_DISABLED;
	c->down = c->use == USE_NONE &&
		  (x->state.health == HEALTH_DOWN || (x->state.flags & STATE_MEMBER_OUT));
	c->drain_end_ns = INT64_MAX;
	if (c->use != USE_NEW && x->drain_mono_ns != 0 && m->lb.drain_timeout_ns > 0)
		c->drain_end_ns = x->drain_mono_ns + m->lb.drain_timeout_ns;
	if (x->slow_boot_ns != 0 && health->slow_start_ns > 0 &&
	    now.boot_ns - x->slow_boot_ns < health->slow_start_ns) {
		c->slow_begin_ns = now.mono_ns - (now.boot_ns - x->slow_boot_ns);
		c->slow_ns = health->slow_start_ns;
	}
}

static bool
prefixes_copy(struct prefix **ret, size_t *ret_n, const struct prefix *from, size_t n)
{
	if (n == 0)
		return true;
	*ret = calloc(n, sizeof **ret);
	if (*ret == NULL)
		return false;
	memcpy(*ret, from, n * sizeof **ret);
	*ret_n = n;
	return true;
}

/* Only members that may take sessions are on the ring; backups when there is no other. */
static bool
ring_set(struct view_listener *vl)
{
	uint64_t ids[MODEL_MEMBERS_MAX];
	uint32_t weights[MODEL_MEMBERS_MAX];
	bool backups = true;

	if (vl->engine == ENGINE_KERNEL || vl->algorithm != ALGORITHM_SOURCE_HASH)
		return true;
	vl->ring = malloc(PICK_RING);
	if (vl->ring == NULL)
		return false;
	for (size_t i = 0; i < vl->n_choices; i++)
		if (vl->choices[i].use == USE_NEW && !vl->choices[i].backup)
			backups = false;
	for (size_t i = 0; i < vl->n_choices; i++) {
		const struct view_choice *c = &vl->choices[i];

		ids[i] = c->endpoint->member_id;
		weights[i] = c->use == USE_NEW && c->backup == backups ? c->weight : 0;
	}
	if (!pick_ring_build(vl->ring, ids, weights, vl->n_choices)) {
		free(vl->ring);
		vl->ring = NULL;
	}
	return true;
}

static void
sources_set(struct view_listener *vl, const struct side *side)
{
	for (size_t i = 0; i < side->n_source_address && i < VIEW_SOURCES_MAX; i++)
		vl->sources[vl->n_sources++] = side->source_address[i];
}

static void
limits_set(struct view_listener *vl, const struct limits_conf *limits, unsigned workers)
{
	vl->sessions_per_member = limits->sessions_per_member;
	vl->sessions_per_listener = limits->sessions_per_listener;
	vl->rate = rate_even(limits->rate_per_member);
	vl->each_source = (struct source_limits){
	    limits->sessions_per_source, rate_at_once(limits->rate_per_source)};
	vl->workers = workers;
	/* At least one: that it must wait shows when a session is accepted already. */
	vl->queue.n = (limits->queue + workers - 1) / workers;
	vl->queue.n = vl->queue.n > 0 ? vl->queue.n : 1;
	vl->queue.wait_ns = limits->queue_timeout_ns;
}

static bool
listener_set(struct view_listener *vl, const struct listener *l, const struct model *m,
    const struct live *live, struct view_clock now)
{
	const struct service *service = l->service;

	vl->listener = live_listener(live, l->id);
	assert(vl->listener != NULL);
	live_listener_get(vl->listener);
	vl->domain = service->affinity ? affinity_domain(l) : 0;
	vl->service = service_infos[service->kind].word;
	vl->direct = strcmp(service_infos[service->kind].group,
			 service_infos[SERVICE_AV_UDP].group) == 0;
	vl->engine = l->engine;
	vl->algorithm = service->algorithm;
	vl->source = service->source;
	vl->on_down = service->on_down;
	vl->idle_ns = service->idle_ns;
	limits_set(vl, &service->limits, live->workers);
	sources_set(vl, &l->pool->sides[l->side]);
	for (size_t i = 0; i < l->n_endpoints; i++) {
		struct live_endpoint *x = live_endpoint(live, l->endpoints[i]->id);

		assert(x != NULL);
		choice_set(&vl->choices[vl->n_choices++], l, l->endpoints[i], x, m, now);
	}
	return prefixes_copy(&vl->allow, &vl->n_allow, service->limits.allow,
		   service->limits.n_allow) &&
	       prefixes_copy(&vl->deny, &vl->n_deny, service->limits.deny,
		   service->limits.n_deny) &&
	       ring_set(vl);
}

/* Those that the kernel engine serves, or the others. */
static bool
listeners_set(struct view *v, const struct model *m, const struct live *live,
    struct view_clock now, bool kernel)
{
	for (size_t p = 0; p < m->n_pools; p++) {
		const struct pool *pool = &m->pools[p];

		for (size_t i = 0; i < pool->n_listeners; i++) {
			const struct listener *l = &pool->listeners[i];

			if ((l->engine == ENGINE_KERNEL) == kernel &&
			    !listener_set(&v->listeners[v->n_all++], l, m, live, now))
				return false;
		}
	}
	return true;
}

struct view *
view_new(const struct model *m, const struct live *live, uint64_t generation,
    struct view_clock now)
{
	size_t n = model_count_listeners(m);
	struct view *v = calloc(1, sizeof *v + n * sizeof v->listeners[0]);

	if (v == NULL)
		return NULL;
	v->generation = generation;
	v->conf_hash = m->hash;
	v->mask.bits[FAMILY_V4] = (uint8_t)m->lb.affinity_mask_v4;
	v->mask.bits[FAMILY_V6] = (uint8_t)m->lb.affinity_mask_v6;
	v->affinity_ns = m->lb.affinity_ns;
	v->connect_timeout_ns = m->lb.connect_timeout_ns;
	v->half_close_ns = m->lb.half_close_ns;
	v->patience = (struct patience){m->lb.keepalive_ns, m->lb.user_timeout_ns};
	v->connect_retries = m->lb.connect_retries;
	if (!listeners_set(v, m, live, now, false)) {
		view_free(&v);
		return NULL;
	}
	v->n_listeners = v->n_all;
	if (!listeners_set(v, m, live, now, true)) {
		view_free(&v);
		return NULL;
	}
	assert(v->n_all == n);
	return v;
}

void
view_free(struct view **pv)
{
	struct view *v = *pv;

	*pv = NULL;
	if (v == NULL)
		return;
	for (size_t i = 0; i < v->n_all; i++) {
		struct view_listener *vl = &v->listeners[i];

		for (size_t k = 0; k < vl->n_choices; k++)
			live_endpoint_put(vl->choices[k].endpoint);
		live_listener_put(vl->listener);
		free(vl->allow);
		free(vl->deny);
		free(vl->ring);
	}
	free(v);
}

const struct view_listener *
view_find(const struct view *v, const struct live_listener *x)
{
	for (size_t i = 0; i < v->n_listeners; i++)
		if (v->listeners[i].listener == x)
			return &v->listeners[i];
	return NULL;
}

void
view_entries(const struct view_listener *vl, uint32_t tried, int64_t now_ns,
    struct pick_entry *ret)
{
	for (size_t i = 0; i < vl->n_choices; i++) {
		const struct view_choice *c = &vl->choices[i];
		uint32_t sessions =
		    atomic_load_explicit(&c->endpoint->sessions, memory_order_relaxed);
		bool full =
		    view_choice_full(vl, c) ||
		    !rate_lets(&vl->rate,
			atomic_load_explicit(c->rate, memory_order_relaxed), now_ns);

		ret[i] = (struct pick_entry){
		    .weight = c->weight,
		    .share = 1000,
		    .may = c->use == USE_NEW && !full && !(tried & (1u << i)),
		    .backup = c->backup,
		    .sessions = sessions,
		};
		if (c->slow_ns > 0)
			ret[i].share = (uint16_t)slow_start_share(
			    now_ns - c->slow_begin_ns, c->slow_ns);
	}
}

bool
view_choice_full(const struct view_listener *vl, const struct view_choice *c)
{
	return vl->sessions_per_member != 0 &&
	       atomic_load_explicit(&c->endpoint->sessions, memory_order_relaxed) >=
		   vl->sessions_per_member;
}

int
view_choice_of(
    const struct view_listener *vl, const struct pick_entry *e, uint64_t member)
{
	for (size_t i = 0; i < vl->n_choices; i++)
		if (vl->choices[i].endpoint->member_id == member)
			return e[i].may ? (int)i : PICK_NONE;
	return PICK_NONE;
}

static bool
listed(const struct prefix *list, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (prefix_contains(&list[i], a))
			return true;
	return false;
}

bool
view_admits(const struct view_listener *vl, const struct addr *source)
{
	if (listed(vl->deny, vl->n_deny, source))
		return false;
	return vl->n_allow == 0 || listed(vl->allow, vl->n_allow, source);
}
