/* SPDX-License-Identifier: BSD-2-Clause */
#include "lb_wanted.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "rings.h"

enum km_use
wanted_use(const struct view_choice *c, enum on_down on_down, int64_t now_ns)
{
	if (c->disabled || c->drain_end_ns <= now_ns)
		return KM_USE_OUT;
	switch (c->use) {
	case USE_NEW:
		return KM_USE_NEW;
	case USE_EXISTING:
		return KM_USE_KEEP;
	case USE_NONE:
	case USES:
		break;
	}
	if (!c->down)
		return KM_USE_KEEP;
	return on_down == ON_DOWN_KEEP ? KM_USE_DOWN_KEEP : KM_USE_DOWN_RESET;
}

unsigned
wanted_share(const struct view_choice *c, int64_t now_ns)
{
	int64_t steps = now_ns / RINGS_STEP_NS - c->slow_begin_ns / RINGS_STEP_NS;

	return c->slow_ns == 0 ? 1000
			       : slow_start_share(steps * RINGS_STEP_NS, c->slow_ns);
}

static void
choice_want(struct kernel_choice *ret, const struct view_choice *c, enum on_down on_down,
    int64_t now_ns)
{
	*ret = (struct kernel_choice){
	    .id = c->endpoint->id,
	    .member_id = c->endpoint->member_id,
	    .addr = c->endpoint->addr,
	    .port = c->endpoint->port,
	    .use = wanted_use(c, on_down, now_ns),
	    .weight = c->weight,
	    .share = (uint16_t)wanted_share(c, now_ns),
	    .backup = c->backup,
	};
}

/* 64 bits of a pool and side in 32; never 0. */
static uint32_t
domain_of(const struct view_listener *vl)
{
	uint32_t folded = (uint32_t)(vl->domain ^ vl->domain >> 32);

	if (vl->domain == 0)
		return 0;
	return folded != 0 ? folded : 1;
}

static void
listener_want(struct kernel_listener *ret, const struct listener *l,
    const struct view_listener *vl, int64_t now_ns)
{
	const struct service_info *info = &service_infos[l->service->kind];
	bool tuple = l->pool->model->lb.kernel.affinity == STICKY_TUPLE;
	const char *av = service_infos[SERVICE_AV_UDP].group;

	*ret = (struct kernel_listener){
	    .id = l->id,
	    .full_name = l->full_name,
	    .addr = l->addr,
	    .port = l->port,
	    .proto = l->proto,
	    .service = l->service->kind,
	    .flags = (tuple ? KM_LISTENER_TUPLE : 0) |
		     (strcmp(info->group, av) == 0 ? KM_LISTENER_DIRECT : 0),
	    .idle_ns = vl->idle_ns,
	    .domain = tuple ? 0 : domain_of(vl),
	    .sessions_max = vl->sessions_per_listener,
	    .sessions_per_member_max = vl->sessions_per_member,
	    .rate_per_member = l->service->limits.rate_per_member,
	    .allow = vl->allow,
	    .n_allow = vl->n_allow,
	    .deny = vl->deny,
	    .n_deny = vl->n_deny,
	    .n_choices = vl->n_choices,
	};
	for (size_t k = 0; k < vl->n_choices; k++)
		choice_want(&ret->choices[k], &vl->choices[k], vl->on_down, now_ns);
}

/* The relay's endpoints: members' states end their flows, too. */
static bool
others_want(struct kernel_wanted *w, const struct view *v, int64_t now_ns)
{
	w->others = calloc(v->n_listeners * MODEL_MEMBERS_MAX + 1, sizeof *w->others);
	for (size_t i = 0; w->others != NULL && i < v->n_listeners; i++) {
		const struct view_listener *vl = &v->listeners[i];

		for (size_t k = 0; k < vl->n_choices; k++)
			w->others[w->n_others++] =
			    (struct kernel_other){vl->choices[k].endpoint->id,
				wanted_use(&vl->choices[k], vl->on_down, now_ns)};
	}
	return w->others != NULL;
}

struct kernel_wanted *
wanted_new(const struct model *m, const struct view *v, int64_t now_ns)
{
	size_t n = v->n_all - v->n_listeners;
	struct kernel_wanted *w = calloc(1, sizeof *w + n * sizeof w->listeners[0]);

	if (w == NULL)
		return NULL;
	w->half_close_ns = v->half_close_ns;
	w->affinity_ns = v->affinity_ns;
	w->mask_v4 = v->mask.bits[FAMILY_V4];
	w->mask_v6 = v->mask.bits[FAMILY_V6];
	for (size_t i = v->n_listeners; i < v->n_all; i++) {
		const struct view_listener *vl = &v->listeners[i];
		const struct listener *l = model_listener(m, vl->listener->id);

		assert(l != NULL);
		listener_want(&w->listeners[w->n_listeners++], l, vl, now_ns);
	}
	if (!others_want(w, v, now_ns))
		wanted_free(&w);
	return w;
}

void
wanted_free(struct kernel_wanted **pw)
{
	if (*pw != NULL)
		free((*pw)->others);
	free(*pw);
	*pw = NULL;
}
