/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_hash - of the effective content: what is written in another way, order of keys or
 * file, but means the same, has the same hash.
 */
#include <errno.h>

#include <edge/id.h>

#include "conf_field.h"
#include "conf_load.h"

#define CONTENT_MAX ((size_t)64 << 20)

static void
dump(enum conf_group group, const void *record, struct sbuf *to)
{
	sbuf_addf(to, "[%s]\n", conf_groups[group].path);
	for (size_t i = 0; i < conf_keys_count; i++)
		if (conf_keys[i].groups & 1u << group)
			conf_field_dump(&conf_keys[i], record, to);
}

static void
dump_service(const struct service *s, struct sbuf *to)
{
	const struct service_info *info = &service_infos[s->kind];
	enum conf_group in = info->side == SIDE_EXTERNAL ? CONF_EXTERNAL : CONF_INTERNAL;

	sbuf_addf(to, "%s ", info->word);
	dump(conf_table_find(in, info->group)->sub, s, to);
	dump(CONF_SRV, &s->srv, to);
	dump(CONF_LIMITS, &s->limits, to);
	dump(CONF_OVERRIDE, &s->health, to);
	dump(CONF_TLS, &s->health.tls, to);
	/* Not a key: it also tells what was written, even where that is the default. */
	if (s->relay_because != NULL)
		sbuf_addf(to, "%s\n", s->relay_because);
}

static void
dump_pool(const struct pool *p, struct sbuf *to)
{
	dump(CONF_POOL, p, to);
	dump(CONF_EXTERNAL, &p->sides[SIDE_EXTERNAL], to);
	dump(CONF_INTERNAL, &p->sides[SIDE_INTERNAL], to);
	for (int kind = 0; kind < SERVICES; kind++) {
		/* What a service that is off would have been is not effective. */
		if (p->services[kind].enabled)
			dump_service(&p->services[kind], to);
	}
	for (size_t i = 0; i < p->n_members; i++)
		dump(CONF_MEMBER, &p->members[i], to);
	dump(CONF_OVERRIDE, &p->health, to);
	dump(CONF_TLS, &p->health.tls, to);
}

bool
conf_hash(const struct model *m, uint64_t *ret)
{
	struct sbuf to;

	sbuf_init(&to, CONTENT_MAX);
	dump(CONF_TOP, m, &to);
	dump(CONF_LB, &m->lb, &to);
	dump(CONF_AFFINITY, &m->lb, &to);
	dump(CONF_LOG, &m->lb, &to);
	dump(CONF_KERNEL, &m->lb.kernel, &to);
	dump(CONF_HEALTH, &m->health, &to);
	dump(CONF_TLS, &m->health.tls, &to);
	dump(CONF_DNS, &m->dns, &to);
	dump(CONF_POLICY, &m->dns, &to);
	for (size_t i = 0; i < m->dns.n_views; i++)
		dump(CONF_VIEW, &m->dns.views[i], &to);
	for (size_t i = 0; i < m->dns.n_targets; i++)
		dump(CONF_TARGET, &m->dns.targets[i], &to);
	dump(CONF_SNMP, &m->snmp, &to);
	dump(CONF_WEB, &m->web, &to);
	for (size_t i = 0; i < m->n_pools; i++)
		dump_pool(&m->pools[i], &to);
	if (!to.failed)
		*ret = id_hash(sbuf_text(&to), to.length);
	sbuf_fini(&to);
	return !to.failed;
}
