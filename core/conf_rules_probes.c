/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules_probes - a probe must be able to say something about what it is asked of,
 * and must have all it needs for that.
 */
#include <string.h>

#include <edge/pattern.h>

#include "conf_rules.h"

static void
check_fit(const struct conf_rules *r, enum service_kind kind, const char *key)
{
	const struct service_info *info = &service_infos[kind];
	const struct service *s = &r->p->services[kind];
	bool udp = info->proto == PROTO_UDP;

	if (probe_fits(s->probe, info->proto))
		return;
	conf_rules_error(r->l, conf_rules_at(r, kind, key),
	    "%s: %s.%s: a %s probe does not fit its %s port; write %s", r->name,
	    side_kind_word(info->side), info->group, probe_word(s->probe),
	    udp ? "UDP" : "TCP",
	    udp ? "udp_probe = \"turn-udp\" or \"none\""
		: "probe = \"turn-tcp\", or \"tcp\"");
}

static void
check_pattern(
    const struct conf_rules *r, enum service_kind kind, const char *key, const char *text)
{
	const struct service_info *info = &service_infos[kind];
	const config_setting_t *at = conf_load_valid(r->c->services[kind], key);
	bool wild = strcmp(key, "udp_expect") == 0;
	struct pattern p;
	const char *why;

	if (at == NULL || pattern_parse(text, wild, &p, &why) == 0)
		return;
	conf_rules_error(r->l, at,
	    "%s: %s.%s %s \"%.80s\" %s; write a text, or %s = \"hex:01 ff%s\"", r->name,
	    side_kind_word(info->side), info->group, key, text, why, key,
	    wild ? " ??" : "");
}

/* Clients register at access; a real member takes no REGISTER elsewhere. */
static void
check_register(const struct conf_rules *r, enum service_kind kind)
{
	const struct service_info *info = &service_infos[kind];

	if (r->p->services[kind].probe != PROBE_SIP_REGISTER || kind == SERVICE_ACCESS ||
	    info->proto != PROTO_TCP)
		return;
	conf_rules_error(r->l, conf_rules_at(r, kind, "probe"),
	    "%s: %s.%s: a sip-register probe belongs to access, where clients register; "
	    "write probe = \"%s\"",
	    r->name, side_kind_word(info->side), info->group, probe_word(info->probe));
}

/* Silence of a UDP port says nothing, so an answer is always needed. */
static void
check_udp(const struct conf_rules *r, enum service_kind kind)
{
	static const char *const keys[] = {"udp_send", "udp_expect"};
	const struct service_info *info = &service_infos[kind];
	const struct service *s = &r->p->services[kind];
	const config_setting_t *g = r->c->services[kind];

	for (size_t i = 0; i < countof(keys); i++) {
		bool written = conf_load_written(g, keys[i]);

		if (s->probe == PROBE_UDP && !written)
			conf_rules_error(r->l, conf_rules_at(r, kind, "udp_probe"),
			    "%s: %s.%s: a udp probe needs udp_send and udp_expect, "
			    "because "
			    "only an answer tells a living UDP port from a dead one; "
			    "write "
			    "%s = \"TEXT\"",
			    r->name, side_kind_word(info->side), info->group, keys[i]);
		else if (s->probe != PROBE_UDP && written)
			conf_rules_error(r->l, conf_load_line(g, keys[i]),
			    "%s: %s.%s: %s belongs to a udp probe, and this is %s; "
			    "remove "
			    "it, or write udp_probe = \"udp\"",
			    r->name, side_kind_word(info->side), info->group, keys[i],
			    probe_word(s->probe));
		else if (written)
			check_pattern(
			    r, kind, keys[i], i == 0 ? s->udp_send : s->udp_expect);
	}
}

static bool
runs_a_program(const struct conf_rules *r, const config_setting_t *g)
{
	for (int i = 0; i < SERVICES; i++)
		if (r->c->services[i] == g && r->p->services[i].probe == PROBE_EXEC)
			return true;
	return false;
}

/* The group "av" is two services, and one program does for both. */
static void
check_exec(const struct conf_rules *r, enum service_kind kind, const char *key)
{
	const struct service_info *info = &service_infos[kind];
	const struct service *s = &r->p->services[kind];
	const config_setting_t *g = r->c->services[kind],
			       *at = conf_load_valid(g, "exec");
	const char *side = side_kind_word(info->side);

	if (s->probe == PROBE_EXEC && !conf_load_written(g, "exec"))
		conf_rules_error(r->l, conf_rules_at(r, kind, key),
		    "%s: %s.%s: an exec probe needs the program; write exec = [ "
		    "\"/PATH\", "
		    "\"ARGUMENT\" ]",
		    r->name, side, info->group);
	if (s->probe == PROBE_EXEC && at != NULL && s->exec[0][0] == '/')
		conf_load_say(r->l, at, DIAG_NOTE, 0,
		    "%s: %s.%s: exec probes need edge-health-exec to run beside "
		    "edge-health "
		    "(systemctl enable --now edge-health-exec)",
		    r->name, side, info->group);
	if (at != NULL && s->exec[0][0] != '/')
		conf_rules_error(r->l, at,
		    "%s: %s.%s exec \"%.80s\" is no absolute path; write exec = [ "
		    "\"/PATH\", "
		    "\"ARGUMENT\" ]",
		    r->name, side, info->group, s->exec[0]);
	if (at != NULL && !runs_a_program(r, g))
		conf_rules_error(r->l, at,
		    "%s: %s.%s: exec belongs to an exec probe, and this is %s; remove "
		    "it, or "
		    "write probe = \"exec\"",
		    r->name, side, info->group, probe_word(s->probe));
}

void
conf_rules_probes(struct conf_rules *r)
{
	for (int i = 0; i < SERVICES; i++) {
		enum service_kind kind = (enum service_kind)i;
		bool udp = service_infos[kind].proto == PROTO_UDP;

		if (!r->p->services[kind].enabled)
			continue;
		check_fit(r, kind, udp ? "udp_probe" : "probe");
		check_register(r, kind);
		check_exec(r, kind, udp ? "udp_probe" : "probe");
		if (udp)
			check_udp(r, kind);
	}
}
