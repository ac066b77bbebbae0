/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules - the rules in their order, and what they share.
 */
#include "conf_rules.h"

#include <stdarg.h>
#include <string.h>

static const struct rule_row {
	int number;
	enum diag_severity severity;
} rows[] = {
#define SEVERITY_ERROR                          DIAG_ERROR
#define SEVERITY_WARNING                        DIAG_WARNING
#define SEVERITY_NOTE                           DIAG_NOTE
#define SEVERITY_NONE                           DIAG_NOTE /* never reported */
#define RULE(id, number, severity, where, text) {number, SEVERITY_##severity},
#include <edge/tbl/rules.h>
};

void
conf_rules_breach(struct conf_load *l, const config_setting_t *at, enum conf_rule rule,
    const char *format, ...)
{
	char text[DIAG_TEXT_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	conf_load_say(l, at, rows[rule].severity, rows[rule].number, "%s", text);
}

const char *
conf_rules_service(enum service_kind kind)
{
	return service_infos[kind].word;
}

const config_setting_t *
conf_rules_at(const struct conf_rules *r, enum service_kind kind, const char *key)
{
	const config_setting_t *g = r->c->services[kind];
	const config_setting_t *side = r->c->sides[service_infos[kind].side];

	if (conf_load_written(g, key))
		return conf_load_line(g, key);
	if (service_infos[kind].address == ADDRESS_ACCESS && g == NULL)
		g = r->c->services[SERVICE_ACCESS];
	if (g != NULL)
		return conf_load_line(g, key);
	return side != NULL ? conf_load_line(side, key) : r->c->pool;
}

static void
check_pool(struct conf_load *l, size_t i)
{
	struct conf_rules r = {.l = l, .p = &l->model->pools[i], .c = &l->pools[i]};
	const struct side *sides = r.p->sides;
	bool known = conf_load_valid(r.c->sides[SIDE_EXTERNAL], "balancing") != NULL &&
		     conf_load_valid(r.c->sides[SIDE_INTERNAL], "balancing") != NULL;

	if (r.p->fqdn != NULL)
		snprintf(r.name, sizeof r.name, "pool %s", r.p->fqdn);
	else
		snprintf(r.name, sizeof r.name, "pool %zu", i + 1);
	r.hardware = known && sides[SIDE_EXTERNAL].balancing == BALANCING_HARDWARE &&
		     sides[SIDE_INTERNAL].balancing == BALANCING_HARDWARE;
	r.dns = known && sides[SIDE_EXTERNAL].balancing == BALANCING_DNS &&
		sides[SIDE_INTERNAL].balancing == BALANCING_DNS;
	conf_rules_sides(&r);
	conf_rules_services(&r);
	conf_rules_engines(&r);
	conf_rules_probes(&r);
	conf_rules_members(&r);
	conf_rules_places(&r);
}

void
conf_rules(struct conf_load *l)
{
	for (size_t i = 0; i < l->model->n_pools; i++)
		check_pool(l, i);
	conf_rules_model(l);
	conf_rules_lb(l);
	conf_rules_daemons(l);
}
