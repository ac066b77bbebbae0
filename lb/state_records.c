/* SPDX-License-Identifier: BSD-2-Clause */
#include "state_records.h"

#include <edge/model.h>

/* Counters are appended to their table only, so that a shorter list is an older one. */
static void
counters(struct codec *c, struct saved_counters *v)
{
	uint32_t n = LB_FIELDS;

	codec_u32(c, &n);
	if (n > LB_FIELDS)
		c->failed = true;
	for (uint32_t i = 0; i < n && !c->failed; i++)
		codec_u64(c, &v->at[i]);
}

static void
descriptor(struct codec *c, int32_t *fd)
{
	codec_i32(c, fd);
	if (*fd < 0)
		c->failed = true;
}

/* A time that may be added to another without overflow. */
static void
duration(struct codec *c, int64_t *ns)
{
	codec_i64(c, ns);
	if (*ns < 0)
		c->failed = true;
}

/* One of a version before was not handed on. */
static void
watched(struct codec *c, struct saved_watched *w)
{
	if (c->version >= 4) {
		descriptor(c, &w->fd);
		codec_u32(c, &w->number);
	} else if (c->reading) {
		w->fd = -1;
	}
}

void
record_process(struct codec *c, struct saved_process *p)
{
	codec_text(c, p->release, sizeof p->release);
	codec_u32(c, &p->workers);
	codec_below(c, &p->mask_v4, 33);
	codec_below(c, &p->mask_v6, 129);
	codec_u64(c, &p->capabilities);
	duration(c, &p->parked_ns);
	codec_u32(c, &p->attempts);
	codec_u64(c, &p->filter);
	counters(c, &p->count);
	if (p->workers == 0 || p->workers > STATE_WORKERS_MAX)
		c->failed = true;
	for (uint32_t i = 0; i < p->workers && !c->failed; i++)
		watched(c, &p->watched[i]);
}

void
record_listener(struct codec *c, struct saved_listener *l)
{
	codec_u64(c, &l->id);
	codec_text(c, l->name, sizeof l->name);
	codec_addr(c, &l->addr);
	codec_u16(c, &l->port);
	codec_below(c, &l->proto, PROTOS);
	codec_bool(c, &l->wanted);
	codec_u32(c, &l->n_fds);
	if (l->n_fds > STATE_WORKERS_MAX)
		c->failed = true;
	for (uint32_t i = 0; i < l->n_fds && !c->failed; i++)
		descriptor(c, &l->fds[i]);
	counters(c, &l->count);
}

void
record_endpoint(struct codec *c, struct saved_endpoint *e)
{
	codec_u64(c, &e->id);
	codec_u64(c, &e->member_id);
	codec_text(c, e->name, sizeof e->name);
	codec_addr(c, &e->addr);
	codec_u16(c, &e->port);
	codec_below(c, &e->proto, PROTOS);
	codec_bool(c, &e->kept);
	codec_bool(c, &e->state_known);
	codec_u64(c, &e->state);
	duration(c, &e->slow_boot_ns);
	duration(c, &e->drain_mono_ns);
	counters(c, &e->count);
}

void
record_affinity(struct codec *c, struct saved_affinity *a)
{
	codec_u32(c, &a->worker);
	codec_u64(c, &a->domain);
	codec_u64(c, &a->member);
	codec_addr(c, &a->source);
	duration(c, &a->ended_ns);
}

static void
seat(struct codec *c, struct saved_seat *s)
{
	codec_u32(c, &s->worker);
	codec_u64(c, &s->listener);
	codec_u64(c, &s->endpoint);
	codec_addr(c, &s->source);
	codec_u16(c, &s->port);
	codec_bool(c, &s->stays);
	codec_u32(c, &s->tried);
	codec_u64(c, &s->tried_conf);
	duration(c, &s->timeout_ns);
	duration(c, &s->since_ns);
	codec_bool(c, &s->affine);
	if (s->affine) {
		codec_u64(c, &s->domain);
		codec_addr(c, &s->affine_source);
	}
	if (c->version >= 2)
		codec_bool(c, &s->counted);
	if (c->version >= 3) {
		duration(c, &s->begun_ns);
		codec_u64(c, &s->octets_in);
		codec_u64(c, &s->octets_out);
	}
}

static void
leg(struct codec *c, struct saved_leg *l)
{
	descriptor(c, &l->fd);
	codec_bool(c, &l->to_the_last);
	codec_bool(c, &l->broken);
	codec_bool(c, &l->ended);
	codec_bool(c, &l->shut);
	codec_octets(c, &l->held, &l->n_held, STATE_HELD_MAX);
}

void
record_session(struct codec *c, struct saved_session *s)
{
	seat(c, &s->seat);
	codec_below(c, &s->stage, c->version >= 2 ? STAGES : STAGE_WAITING);
	codec_bool(c, &s->heard);
	codec_bool(c, &s->asked);
	duration(c, &s->idle_ns);
	duration(c, &s->half_close_ns);
	leg(c, &s->client);
	if (s->stage != STAGE_WAITING)
		leg(c, &s->member);
	else if (c->reading)
		s->member.fd = -1;
	if (c->version >= 4)
		codec_bool(c, &s->busy);
}

void
record_assoc(struct codec *c, struct saved_assoc *a)
{
	seat(c, &a->seat);
	descriptor(c, &a->fd);
	codec_bool(c, &a->answered);
	codec_bool(c, &a->kept);
	duration(c, &a->idle_ns);
	codec_u32(c, &a->scope);
	if (c->version >= 4)
		codec_bool(c, &a->busy);
}

void
record_end(struct codec *c, struct saved_end *e)
{
	codec_u32(c, &e->listeners);
	codec_u32(c, &e->endpoints);
	codec_u32(c, &e->affinities);
	codec_u32(c, &e->sessions);
	codec_u32(c, &e->assocs);
}
