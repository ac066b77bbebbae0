/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules_model - what concerns several pools: names, routes, SRV records.
 */
#include <string.h>

#include "conf_rules.h"

/* The line of a pool, for "also in line N". */
static int
line_of(const struct conf_load *l, const config_setting_t *at)
{
	const char *file;
	int line;

	conf_text_where(l->text, (int)config_setting_source_line(at), &file, &line);
	return line;
}

static void
check_lab(struct conf_load *l)
{
	if (l->model->lab)
		conf_load_say(l, conf_load_line(l->root, "lab"), DIAG_NOTE, 0,
		    "lab = true: NAT, private addresses and one network for both sides "
		    "are not "
		    "reported (R2, R18); remove it before clients from outside use this "
		    "pool");
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void
check_route(struct conf_load *l)
{
	size_t first = SIZE_MAX;

	for (size_t i = 0; i < l->model->n_pools; i++) {
		const config_setting_t *at =
		    conf_load_line(l->pools[i].pool, "federation_route");

		if (!l->model->pools[i].federation_route)
			continue;
		if (first == SIZE_MAX)
			first = i;
		else
			conf_rules_error(l, at,
			    "a second federation_route, after line %d: outbound "
			    "federation uses "
			    "one pool only; remove one of them",
			    line_of(l, conf_load_line(
					   l->pools[first].pool, "federation_route")));
	}
}

static void
check_fqdns(struct conf_load *l, size_t i, size_t k)
{
	const struct pool *a = &l->model->pools[i], *b = &l->model->pools[k];

	if (i != k && same(a->fqdn, b->fqdn))
		conf_rules_error(l, conf_load_line(l->pools[k].pool, "fqdn"),
		    "pool %s is written twice, first in line %d; keep one, or give this "
		    "one its "
		    "own FQDN",
		    a->fqdn, line_of(l, conf_load_line(l->pools[i].pool, "fqdn")));
	for (int s = 0; i != k && s < SERVICES; s++) {
		const config_setting_t *own =
		    conf_load_valid(l->pools[k].services[s], "fqdn");

		if (own == NULL || !b->services[s].enabled)
			continue;
		for (int t = 0; t < SERVICES; t++) {
			if (!a->services[t].enabled ||
			    !same(a->services[t].fqdn, b->services[s].fqdn))
				continue;
			conf_rules_error(l, own,
			    "pool %s: %s.fqdn \"%s\" is also a name of pool %s: each "
			    "Edge pool has "
			    "external names of its own; write another name",
			    b->fqdn != NULL ? b->fqdn : "?", service_infos[s].group,
			    b->services[s].fqdn, a->fqdn != NULL ? a->fqdn : "?");
			break;
		}
	}
	for (size_t m = 0; m < b->n_members; m++) {
		for (size_t n = 0; n < (i == k ? m : a->n_members); n++) {
			if (!same(a->members[n].fqdn, b->members[m].fqdn))
				continue;
			conf_rules_error(l,
			    conf_load_line(l->pools[k].members[m], "fqdn"),
			    "member FQDN %s is written twice, first in line %d; each "
			    "member has "
			    "its own",
			    b->members[m].fqdn,
			    line_of(l, conf_load_line(l->pools[i].members[n], "fqdn")));
			break;
		}
	}
}

static const char *
shared_domain(const struct pool *a, const struct pool *b)
{
	for (size_t i = 0; i < a->n_sip_domains; i++)
		for (size_t k = 0; k < b->n_sip_domains; k++)
			if (strcmp(a->sip_domains[i], b->sip_domains[k]) == 0)
				return a->sip_domains[i];
	return NULL;
}

/* An Edge Server takes the lowest priority, then the highest weight, then whichever
 * record came first: equal ones make it a matter of luck. */
static void
check_r12(struct conf_load *l, size_t i, size_t k)
{
	static const enum service_kind kinds[] = {
	    SERVICE_ACCESS, SERVICE_FEDERATION, SERVICE_XMPP};
	const struct pool *a = &l->model->pools[i], *b = &l->model->pools[k];
	const char *domain = shared_domain(a, b);

	for (size_t n = 0; domain != NULL && n < countof(kinds); n++) {
		const struct service *s = &a->services[kinds[n]],
				     *t = &b->services[kinds[n]];
		const config_setting_t *g = l->pools[k].services[kinds[n]];

		if (!s->enabled || !t->enabled || s->srv.priority != t->srv.priority ||
		    s->srv.weight != t->srv.weight)
			continue;
		conf_rules_breach(l,
		    g != NULL ? conf_load_line(g, "srv") : l->pools[k].pool,
		    CONF_RULE_R12_SRV,
		    "pools %s and %s both serve %s, and their %s SRV records have "
		    "priority %u and "
		    "weight %u alike: which one is used is left to chance; write srv = { "
		    "priority "
		    "= %u; } in one",
		    a->fqdn != NULL ? a->fqdn : "?", b->fqdn != NULL ? b->fqdn : "?",
		    domain, service_infos[kinds[n]].word, s->srv.priority, s->srv.weight,
		    s->srv.priority < 65526 ? s->srv.priority + 10u : 0u);
	}
}

static void
check_domains(struct conf_load *l, size_t i)
{
	const struct pool *p = &l->model->pools[i];

	for (size_t k = 0; k < p->n_sip_domains; k++)
		for (size_t n = 0; n < k; n++)
			if (strcmp(p->sip_domains[k], p->sip_domains[n]) == 0)
				conf_rules_error(l,
				    conf_load_line(l->pools[i].pool, "sip_domains"),
				    "pool %s: SIP domain %s is written twice; keep one",
				    p->fqdn != NULL ? p->fqdn : "?", p->sip_domains[k]);
}

void
conf_rules_model(struct conf_load *l)
{
	check_lab(l);
	check_route(l);
	if (l->model->n_pools > MODEL_POOLS_MAX) {
		conf_rules_error(l, conf_load_line(l->root, "pools"),
		    "%d pools: one balancer has at most %d; spread them over several",
		    config_setting_length(conf_load_valid(l->root, "pools")),
		    MODEL_POOLS_MAX);
		return;
	}
	for (size_t k = 0; k < l->model->n_pools; k++) {
		check_domains(l, k);
		for (size_t i = 0; i <= k; i++) {
			check_fqdns(l, i, k);
			if (i < k)
				check_r12(l, i, k);
		}
	}
	conf_rules_addresses(l);
}
