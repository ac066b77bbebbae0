/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules_services - what a service must have, and what it must not do.
 */
#include <string.h>

#include <edge/clock.h>

#include "conf_rules.h"

#define IDLE_LEAST_S 1800 /* SIP verifies a silent client after 20 minutes */

/* access, webconf and av are what an Edge Server is: each is configured or switched off,
 * and has a name and, behind hardware, a VIP. */
static void
check_present(const struct conf_rules *r, enum service_kind kind)
{
	const char *group = service_infos[kind].group;
	const config_setting_t *side = r->c->sides[SIDE_EXTERNAL],
			       *g = r->c->services[kind];

	if (side != NULL && !conf_load_written(side, group)) {
		conf_rules_error(r->l, side,
		    "%s: external has no %s: every Edge Server offers it; write %s = { "
		    "fqdn = "
		    "\"NAME\"; ... }%s",
		    r->name, group, group,
		    kind == SERVICE_ACCESS ? "" : ", or enabled = false in it");
		return;
	}
	if (g == NULL)
		return;
	if (!r->p->services[kind].enabled) {
		if (kind == SERVICE_ACCESS)
			conf_rules_error(r->l, conf_load_line(g, "enabled"),
			    "%s: access cannot be switched off: without it no client "
			    "signs in; "
			    "remove enabled = false",
			    r->name);
		return;
	}
	if (!conf_load_written(g, "fqdn"))
		conf_rules_error(r->l, g,
		    "%s: %s has no fqdn: clients find it by that name; write fqdn = "
		    "\"NAME.DOMAIN\"",
		    r->name, group);
	if (r->hardware && !conf_load_written(g, "vip"))
		conf_rules_error(r->l, g,
		    "%s: %s has no vip: with hardware balancing every service has a "
		    "virtual "
		    "address; write vip = [ \"ADDRESS\" ]",
		    r->name, group);
}

static void
check_r4(const struct conf_rules *r, enum service_kind kind)
{
	const config_setting_t *g = r->c->services[kind];
	bool av = service_infos[kind].address == ADDRESS_AV || kind == SERVICE_INT_AV_TCP;

	if (!av || !r->hardware || !conf_load_written(g, "source") ||
	    r->p->services[kind].source != SOURCE_REPLACE)
		return;
	conf_rules_breach(r->l, conf_load_line(g, "source"), CONF_RULE_R4_SOURCE,
	    kind == SERVICE_INT_AV_TCP ? "%s: internal.av replaces the client's address: "
					 "the members cannot tell "
					 "clients apart; write source = \"keep\" where "
					 "the members' way back leads "
					 "through this host"
				       : "%s: external.av replaces the client's address, "
					 "which Microsoft does not "
					 "support: media paths may fail; write source = "
					 "\"keep\", or remove the line",
	    r->name);
}

static void
check_r5(const struct conf_rules *r, enum service_kind kind)
{
	const struct service_info *info = &service_infos[kind];
	const struct service *s = &r->p->services[kind];
	const char *key = strcmp(info->group, "av") != 0 ? "port"
			  : info->proto == PROTO_TCP     ? "tcp_port"
							 : "udp_port";

	for (size_t i = 0; i < member_only_count; i++) {
		const struct member_only_info *only = &member_only_infos[i];

		if (only->side != info->side || s->port < only->first ||
		    s->port > only->last)
			continue;
		conf_rules_breach(r->l, conf_rules_at(r, kind, key),
		    CONF_RULE_R5_MEMBER_ONLY,
		    "%s: %s.%s %s = %u: this port carries %s, goes to each member itself "
		    "and "
		    "never to a VIP; write another port, the default is %u",
		    r->name, side_kind_word(info->side), info->group, key, s->port,
		    only->text, info->port);
	}
}

static void
check_r8(const struct conf_rules *r, enum service_kind kind)
{
	const struct service_info *info = &service_infos[kind];
	const struct service *s = &r->p->services[kind];

	if (!r->hardware || info->proto != PROTO_TCP ||
	    s->idle_ns >= IDLE_LEAST_S * NS_PER_S)
		return;
	conf_rules_breach(r->l, conf_rules_at(r, kind, "idle_timeout"), CONF_RULE_R8_IDLE,
	    "%s: %s.%s idle_timeout = %g: clients are silent for up to 20 minutes, so "
	    "living "
	    "sessions would be cut; write idle_timeout = 1800 or more",
	    r->name, side_kind_word(info->side), info->group,
	    (double)s->idle_ns / (double)NS_PER_S);
}

/* A returning member is empty, so least sessions would aim every new session at it. */
static void
check_r9(const struct conf_rules *r, enum service_kind kind)
{
	const struct service *s = &r->p->services[kind];
	const config_setting_t *own = conf_load_valid(r->c->services[kind], "health");
	const config_setting_t *pool = conf_load_valid(r->c->pool, "health");
	const config_setting_t *lb = conf_load_valid(r->l->root, "lb");
	const config_setting_t *at = conf_load_written(own, "slow_start")    ? own
				     : conf_load_written(pool, "slow_start") ? pool
									     : lb;

	if (!r->hardware || s->algorithm != ALGORITHM_LEAST_SESSIONS ||
	    s->health.slow_start_ns > 0)
		return;
	conf_rules_breach(r->l, conf_load_line(at, "slow_start"), CONF_RULE_R9_SLOW_START,
	    "slow_start = 0 with algorithm = \"least-sessions\": a member that comes "
	    "back gets "
	    "every new session at once; write slow_start = 60, or algorithm = "
	    "\"source-hash\"");
}

static bool
inside(const char *name, const char *domain)
{
	size_t n = strlen(name), d = strlen(domain);

	return n >= d && strcmp(name + n - d, domain) == 0 &&
	       (n == d || name[n - d - 1] == '.');
}

/* Clients refuse an SRV record whose target is not in its own domain. */
static void
check_target(const struct conf_rules *r, enum service_kind kind)
{
	const config_setting_t *srv = conf_load_valid(r->c->services[kind], "srv");
	const char *target = r->p->services[kind].srv.target;

	if (target == NULL || kind == SERVICE_XMPP)
		return;
	for (size_t i = 0; i < r->p->n_sip_domains; i++) {
		const char *domain = r->p->sip_domains[i];

		if (!inside(target, domain))
			conf_rules_breach(r->l, conf_load_line(srv, "target"),
			    CONF_RULE_R10_NAMES,
			    "%s: %s.srv.target \"%s\" is outside the SIP domain %s, so "
			    "clients "
			    "of that domain refuse the record; remove target: sip.%s is "
			    "then "
			    "used and published",
			    r->name, service_infos[kind].group, target, domain, domain);
	}
}

static void
check_product(const struct conf_rules *r)
{
	const struct service *services = r->p->services;
	bool known = conf_load_valid(r->c->pool, "product") != NULL;

	if (known && services[SERVICE_XMPP].enabled && r->p->product >= PRODUCT_SFB_2019)
		conf_load_say(r->l, r->c->services[SERVICE_XMPP], DIAG_WARNING, 0,
		    "%s: xmpp on %s: the XMPP proxy was removed in Skype for Business "
		    "Server "
		    "2019, so its port will never answer; remove xmpp",
		    r->name, product_word(r->p->product));
	if (r->p->federation_route && !services[SERVICE_FEDERATION].enabled)
		conf_rules_error(r->l, conf_load_line(r->c->pool, "federation_route"),
		    "%s: federation_route = true, but federation is switched off; remove "
		    "one of "
		    "the two",
		    r->name);
}

/* Access and federation on one address and port are one listener: access decides. */
static void
check_shared(const struct conf_rules *r)
{
	static const char *const keys[] = {"engine", "algorithm", "source", "on_down",
	    "idle_timeout", "probe", "affinity", "limits", "health"};
	const struct service *access = &r->p->services[SERVICE_ACCESS];
	const struct service *federation = &r->p->services[SERVICE_FEDERATION];
	const config_setting_t *g = r->c->services[SERVICE_FEDERATION];

	if (!federation->enabled || access->port != federation->port ||
	    memcmp(&access->vip, &federation->vip, sizeof access->vip) != 0)
		return;
	for (size_t i = 0; i < countof(keys); i++)
		if (conf_load_written(g, keys[i]))
			conf_load_say(r->l, conf_load_line(g, keys[i]), DIAG_WARNING, 0,
			    "%s: federation.%s has no effect: federation shares port %u "
			    "with "
			    "access, whose settings count; write it in access",
			    r->name, keys[i], access->port);
}

void
conf_rules_services(struct conf_rules *r)
{
	check_present(r, SERVICE_ACCESS);
	check_present(r, SERVICE_WEBCONF);
	check_present(r, SERVICE_AV_TCP);
	for (int i = 0; i < SERVICES; i++) {
		enum service_kind kind = (enum service_kind)i;

		if (!r->p->services[kind].enabled)
			continue;
		check_r4(r, kind);
		check_r5(r, kind);
		check_r8(r, kind);
		check_r9(r, kind);
		check_target(r, kind);
	}
	check_product(r);
	check_shared(r);
}
