/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules_daemons - settings of one daemon that must fit together.
 */
#include <string.h>

#include <edge/clock.h>

#include "conf_rules.h"

static void
check_tls(struct conf_load *l, const config_setting_t *g, const struct tls_conf *tls)
{
	const config_setting_t *own = conf_load_valid(g, "tls");
	char path[CONF_PATH_MAX];

	if (own == NULL || (tls->certificate == NULL) == (tls->key == NULL) ||
	    (conf_load_written(own, "certificate") && conf_load_written(own, "key")))
		return;
	conf_rules_error(l, own,
	    "%s%s without %s: they are used together; write both, or none",
	    conf_load_path(own, path), tls->certificate != NULL ? "certificate" : "key",
	    tls->certificate != NULL ? "key" : "certificate");
}

/* What was written in @g against what is then in effect. */
static void
check_times(struct conf_load *l, const config_setting_t *g, const struct health_conf *h)
{
	char path[CONF_PATH_MAX];

	if (g == NULL)
		return;
	conf_load_path(g, path);
	if (conf_load_valid(g, "connect_timeout") != NULL &&
	    h->connect_timeout_ns > h->timeout_ns)
		conf_rules_error(l, conf_load_line(g, "connect_timeout"),
		    "%sconnect_timeout = %g is longer than timeout = %g of the whole "
		    "probe; write "
		    "a shorter one",
		    path, (double)h->connect_timeout_ns / (double)NS_PER_S,
		    (double)h->timeout_ns / (double)NS_PER_S);
	if (conf_load_valid(g, "hard_fall") != NULL && h->hard_fall > h->fall)
		conf_rules_error(l, conf_load_line(g, "hard_fall"),
		    "%shard_fall = %d is more than fall = %d: refused connections are "
		    "the surer "
		    "sign; write at most %d",
		    path, h->hard_fall, h->fall, h->fall);
	if ((conf_load_valid(g, "flap_hold") != NULL ||
		conf_load_valid(g, "flap_hold_max") != NULL) &&
	    h->flap_hold_ns > h->flap_hold_max_ns)
		conf_rules_error(l, g,
		    "%sflap_hold = %g is longer than flap_hold_max = %g", path,
		    (double)h->flap_hold_ns / (double)NS_PER_S,
		    (double)h->flap_hold_max_ns / (double)NS_PER_S);
}

static void
check_minimum(struct conf_load *l, const struct pool *p, const config_setting_t *g,
    const struct health_conf *h)
{
	const config_setting_t *at = conf_load_valid(g, "minimum_members");

	if (at != NULL && (size_t)h->minimum_members > p->n_members)
		conf_rules_error(l, at,
		    "minimum_members = %d, but pool %s has %zu member%s: no failing one "
		    "would ever be "
		    "taken out; write a smaller number",
		    h->minimum_members, p->fqdn != NULL ? p->fqdn : "?", p->n_members,
		    p->n_members == 1 ? "" : "s");
}

/* It does nothing without a process that is not started by default. */
static void
note_vip_probe(struct conf_load *l, const config_setting_t *g)
{
	const config_setting_t *at = conf_load_valid(g, "vip_probe");

	if (at != NULL && config_setting_get_bool(at))
		conf_load_say(l, at, DIAG_NOTE, 0,
		    "vip_probe needs edge-vantage to run beside edge-health (systemctl "
		    "enable --now edge-vantage), and VIPs of hardware mode; limits.allow "
		    "must let its addresses in");
}

static void
check_health(struct conf_load *l)
{
	const config_setting_t *top = conf_load_valid(l->root, "health");

	check_times(l, top, &l->model->health);
	check_tls(l, top, &l->model->health.tls);
	note_vip_probe(l, top);
	for (size_t i = 0; i < l->model->n_pools; i++) {
		const struct pool *p = &l->model->pools[i];
		const struct conf_pool *c = &l->pools[i];
		const config_setting_t *own = conf_load_valid(c->pool, "health");

		check_times(l, own, &p->health);
		check_tls(l, own, &p->health.tls);
		note_vip_probe(l, own);
		check_minimum(l, p, conf_load_written(own, "minimum_members") ? own : top,
		    &p->health);
		for (int kind = 0; kind < SERVICES; kind++) {
			const struct health_conf *h = &p->services[kind].health;

			own = conf_load_valid(c->services[kind], "health");
			check_times(l, own, h);
			check_tls(l, own, &h->tls);
			note_vip_probe(l, own);
			check_minimum(l, p, own, h);
		}
	}
}

static bool
view_exists(const struct dns_conf *dns, const char *name)
{
	for (size_t i = 0; i < dns->n_views; i++)
		if (dns->views[i].name != NULL && strcmp(dns->views[i].name, name) == 0)
			return true;
	return false;
}

/* Keys of one kind of target in a target of another. */
static void
check_target_keys(
    struct conf_load *l, const config_setting_t *g, const struct dns_target *t)
{
	static const char *const network[] = {"server", "port", "key_file"};
	static const char *const file[] = {"path", "check"};
	bool update = t->kind == TARGET_NSUPDATE;
	const char *const *foreign = update ? file : network;
	size_t n = update ? countof(file) : countof(network);

	for (size_t i = 0; i < n; i++)
		if (conf_load_written(g, foreign[i]))
			conf_rules_error(l, conf_load_line(g, foreign[i]),
			    "target %s: %s belongs to a target of type %s; remove it",
			    t->name != NULL ? t->name : "?", foreign[i],
			    update ? "\"file\" or \"powershell\"" : "\"nsupdate\"");
	if (t->kind != TARGET_FILE)
		conf_load_say(l, conf_load_line(g, "type"), DIAG_NOTE, 0,
		    "target %s: type \"%s\" is not yet in effect in this version; the "
		    "zone goes "
		    "to a file",
		    t->name != NULL ? t->name : "?", target_kind_word(t->kind));
	if (update && !conf_load_written(g, "server"))
		conf_rules_error(l, g,
		    "target %s: nsupdate needs the primary name server; write server = "
		    "\"ADDRESS\"",
		    t->name != NULL ? t->name : "?");
}

static void
check_target(struct conf_load *l, const config_setting_t *targets, size_t i)
{
	const struct dns_conf *dns = &l->model->dns;
	const struct dns_target *t = &dns->targets[i];
	const config_setting_t *g = config_setting_get_elem(targets, (unsigned)i);
	const char *name = t->name != NULL ? t->name : "?";

	if (!config_setting_is_group(g))
		return;
	if (t->view != NULL && !view_exists(dns, t->view))
		conf_rules_error(l, conf_load_line(g, "view"),
		    "target %s: there is no view \"%s\"; write the name of one of "
		    "dns.views, "
		    "\"external\" or \"internal\" if there are none",
		    name, t->view);
	check_target_keys(l, g, t);
	for (size_t k = 0; k < i; k++) {
		const struct dns_target *other = &dns->targets[k];

		if (t->name != NULL && other->name != NULL &&
		    strcmp(t->name, other->name) == 0)
			conf_rules_error(l, conf_load_line(g, "name"),
			    "two targets are named \"%s\"; give each its own name", name);
		else if (t->zone != NULL && other->zone != NULL && t->view != NULL &&
			 other->view != NULL && t->kind == other->kind &&
			 strcmp(t->zone, other->zone) == 0 &&
			 strcmp(t->view, other->view) == 0 && t->path == NULL &&
			 t->server == NULL)
			conf_rules_error(l, conf_load_line(g, "zone"),
			    "targets %s and %s both write zone %s of view %s to one "
			    "file; remove "
			    "one, or write path in one",
			    other->name != NULL ? other->name : "?", name, t->zone,
			    t->view);
	}
}

static void
check_dns(struct conf_load *l)
{
	const config_setting_t *dns = conf_load_valid(l->root, "dns");
	const config_setting_t *views = conf_load_valid(dns, "views");
	const config_setting_t *targets = conf_load_valid(dns, "targets");
	const struct dns_conf *conf = &l->model->dns;

	for (size_t i = 0; views != NULL && i < conf->n_views; i++)
		for (size_t k = 0; k < i; k++)
			if (conf->views[i].name != NULL && conf->views[k].name != NULL &&
			    strcmp(conf->views[i].name, conf->views[k].name) == 0)
				conf_rules_error(l,
				    config_setting_get_elem(views, (unsigned)i),
				    "two views are named \"%s\"; give each its own name",
				    conf->views[i].name);
	for (size_t i = 0; targets != NULL && i < conf->n_targets; i++)
		check_target(l, targets, i);
}

void
conf_rules_daemons(struct conf_load *l)
{
	check_health(l);
	check_dns(l);
}
