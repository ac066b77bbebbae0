/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names - rules about names: what they may hold, which zone they belong to, where an SRV
 * record points.
 *
 * We are not told where the operator's zones are cut.  The guess (SIP domain, else
 * parent) fits split-brain DNS as Microsoft draws it; dns.targets says it where it does
 * not, pin-point zones included.
 */
#include "names.h"

#include <stdlib.h>
#include <string.h>

struct domain_list {
	const char **names; /* sorted */
	size_t n;
};

struct zone_finder {
	struct domain_list targets;
	struct domain_list sip;
};

const struct srv_rule srv_rules[SRV_RULES] = {
    {SERVICE_ACCESS, "_sip._tls"},
    {SERVICE_FEDERATION, "_sipfederationtls._tcp"},
    {SERVICE_XMPP, "_xmpp-server._tcp"},
};

bool
name_is_plain(const char *name)
{
	size_t label = 0;
	const char *p;

	for (p = name; *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
			     *p == '-' || *p == '_';

		if (*p == '.' && label > 0) {
			label = 0;
			continue;
		}
		if (!plain || ++label > 63)
			return false;
	}
	return label > 0 && p - name <= MODEL_NAME_MAX;
}

bool
name_is_inside(const char *name, const char *domain)
{
	size_t n = strlen(name), d = strlen(domain);

	if (n < d || strcmp(name + n - d, domain) != 0)
		return false;
	return n == d || name[n - d - 1] == '.';
}

const char *
service_fqdn(const struct pool *p, enum service_kind kind)
{
	const char *own = p->services[kind].fqdn;

	return own != NULL ? own : p->services[SERVICE_ACCESS].fqdn;
}

const char *
srv_target(const struct pool *p, enum service_kind kind, const char *domain)
{
	const struct service *s = &p->services[kind];
	const char *fqdn = service_fqdn(p, kind);

	if (s->srv.target != NULL)
		return s->srv.target;
	if (fqdn == NULL)
		return NULL;
	/* An XMPP peer checks the SIP domain, not the target's name: one xmpp.DOMAIN may
	 * serve all domains, as in Microsoft's example. */
	if (kind == SERVICE_XMPP && strcmp(fqdn, service_fqdn(p, SERVICE_ACCESS)) != 0)
		return fqdn;
	return name_is_inside(fqdn, domain) ? fqdn : NULL;
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static const char *
domain_list_longest(const struct domain_list *l, const char *name)
{
	const char *at = name;

	for (;;) {
		const char *const *hit =
		    bsearch(&at, l->names, l->n, sizeof *l->names, compare_names);

		if (hit != NULL)
			return *hit;
		at = strchr(at, '.');
		if (at == NULL)
			return NULL;
		at++;
	}
}

static bool
collect_targets(struct domain_list *l, const struct model *m, const struct dns_view *view)
{
	l->names = calloc(m->dns.n_targets + 1, sizeof *l->names);
	if (l->names == NULL)
		return false;
	for (size_t i = 0; i < m->dns.n_targets; i++)
		if (strcmp(m->dns.targets[i].view, view->name) == 0)
			l->names[l->n++] = m->dns.targets[i].zone;
	qsort(l->names, l->n, sizeof *l->names, compare_names);
	return true;
}

static bool
collect_sip_domains(struct domain_list *l, const struct model *m)
{
	size_t most = 0;

	for (size_t i = 0; i < m->n_pools; i++)
		most += m->pools[i].n_sip_domains;
	l->names = calloc(most + 1, sizeof *l->names);
	if (l->names == NULL)
		return false;
	for (size_t i = 0; i < m->n_pools; i++)
		for (size_t k = 0; k < m->pools[i].n_sip_domains; k++)
			l->names[l->n++] = m->pools[i].sip_domains[k];
	qsort(l->names, l->n, sizeof *l->names, compare_names);
	return true;
}

struct zone_finder *
zone_finder_new(const struct model *m, const struct dns_view *view)
{
	struct zone_finder *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	if (!collect_targets(&f->targets, m, view) || !collect_sip_domains(&f->sip, m))
		zone_finder_free(&f);
	return f;
}

void
zone_finder_free(struct zone_finder **pf)
{
	struct zone_finder *f = *pf;

	*pf = NULL;
	if (f == NULL)
		return;
	free(f->targets.names);
	free(f->sip.names);
	free(f);
}

const char *
zone_finder_find(const struct zone_finder *f, const char *name)
{
	const char *zone = domain_list_longest(&f->targets, name);

	if (zone == NULL)
		zone = domain_list_longest(&f->sip, name);
	if (zone != NULL)
		return zone;
	zone = strchr(name, '.');
	return zone != NULL ? zone + 1 : name;
}
