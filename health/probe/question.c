/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * question - from an endpoint of the model to what a probe asks.
 */
#include "question.h"

#include "kind_exec.h"

/* A probe that does not speak the endpoint's protocol asks nothing anybody answers. */
static enum probe
fitting_kind(const struct endpoint *e)
{
	enum probe kind = e->service->probe;

	if (!e->member->pool->sides[e->side].probe || kind == PROBE_NONE ||
	    !probe_fits(kind, e->proto))
		return PROBE_NONE;
	return kind;
}

static struct addr
source_for(const struct side *side, const struct addr *to)
{
	static const struct addr none;

	for (size_t i = 0; i < side->n_source_address; i++)
		if (side->source_address[i].family == to->family)
			return side->source_address[i];
	return none;
}

static bool
answers_sip(const struct endpoint *e)
{
	for (unsigned s = 0; s < SERVICES; s++)
		if (e->services & 1u << s && service_infos[s].sip)
			return true;
	return false;
}

void
question_compose(
    struct probe_question *q, const struct endpoint *e, struct tls_context *tls)
{
	const struct pool *pool = e->member->pool;
	const struct health_conf *conf = &e->service->health;

	*q = (struct probe_question){.kind = fitting_kind(e),
	    .addr = e->addr,
	    .port = e->port,
	    .source = source_for(&pool->sides[e->side], &e->addr),
	    .name = e->service->fqdn != NULL ? e->service->fqdn : pool->fqdn,
	    .domain = pool->n_sip_domains > 0 ? pool->sip_domains[0] : NULL,
	    .sip = answers_sip(e),
	    .timeout_ns = conf->timeout_ns,
	    .connect_timeout_ns = conf->connect_timeout_ns,
	    .hold_ns = conf->hold_ns,
	    .tls = tls,
	    .send = e->service->udp_send,
	    .expect = e->service->udp_expect,
	    .raw = conf->icmp == ICMP_RAW,
	    .endpoint = e->id,
	    .conf_hash = pool->model->hash};
	if (q->kind == PROBE_EXEC)
		q->connect_timeout_ns = conf->timeout_ns + KIND_EXEC_GRACE_NS;
	/* What the inner side announces is not specified: only the outer is compared. */
	if (e->side == SIDE_EXTERNAL)
		q->public = e->member->at[service_infos[e->service->kind].address].public;
}
