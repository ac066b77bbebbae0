/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules_sides - what the two sides of a pool owe each other: above all R1.
 */
#include "conf_rules.h"

/* A side that is missing or does not say how it is balanced. */
static void
check_balancing_written(const struct conf_rules *r, enum side_kind side)
{
	const config_setting_t *s = r->c->sides[side];
	const char *word = side_kind_word(side);
	const char *other = "hardware";
	const config_setting_t *elsewhere = conf_load_valid(
	    r->c->sides[side == SIDE_EXTERNAL ? SIDE_INTERNAL : SIDE_EXTERNAL],
	    "balancing");

	if (elsewhere != NULL)
		other = config_setting_get_string(elsewhere);
	if (s == NULL && !conf_load_written(r->c->pool, word))
		conf_rules_breach(r->l, r->c->pool, CONF_RULE_R1_BALANCING,
		    "%s has no %s side: an Edge pool is balanced on both sides, and in "
		    "the same "
		    "way; write %s = { balancing = \"%s\"; ... }",
		    r->name, word, word, other);
	else if (s != NULL && !conf_load_written(s, "balancing"))
		conf_rules_breach(r->l, s, CONF_RULE_R1_BALANCING,
		    "%s: %s has no balancing, there is no default, and both sides must "
		    "use the "
		    "same; write balancing = \"%s\"%s",
		    r->name, word, other,
		    elsewhere != NULL ? " as on the other side"
				      : " or balancing = \"dns\" on both sides");
}

/* Hardware balancing on one side only is a mixture, too. */
static void
check_internal_vip(const struct conf_rules *r)
{
	const config_setting_t *internal = r->c->sides[SIDE_INTERNAL];
	int own = 0, lacking = 0;

	if (!r->hardware || conf_load_written(internal, "vip"))
		return;
	for (int kind = 0; kind < SERVICES; kind++) {
		if (service_infos[kind].side != SIDE_INTERNAL ||
		    !r->p->services[kind].enabled)
			continue;
		if (conf_load_written(r->c->services[kind], "vip"))
			own++;
		else
			lacking++;
	}
	if (own == 0 || lacking > 0)
		conf_rules_breach(r->l, internal, CONF_RULE_R1_BALANCING,
		    "%s: the internal side has no vip: hardware balancing on the "
		    "external side "
		    "needs it on the internal side too; write vip = [ \"ADDRESS\" ] in "
		    "internal",
		    r->name);
}

static void
check_r1(const struct conf_rules *r)
{
	const config_setting_t *external =
	    conf_load_valid(r->c->sides[SIDE_EXTERNAL], "balancing");
	const config_setting_t *internal =
	    conf_load_valid(r->c->sides[SIDE_INTERNAL], "balancing");
	const struct side *sides = r->p->sides;

	check_balancing_written(r, SIDE_EXTERNAL);
	check_balancing_written(r, SIDE_INTERNAL);
	check_internal_vip(r);
	if (external == NULL || internal == NULL || r->hardware || r->dns)
		return;
	conf_rules_breach(r->l, internal, CONF_RULE_R1_BALANCING,
	    "%s: the external side uses %s balancing and the internal side %s: an Edge "
	    "pool uses "
	    "the same on both sides; write balancing = \"hardware\" or balancing = "
	    "\"dns\" on both",
	    r->name, balancing_word(sides[SIDE_EXTERNAL].balancing),
	    balancing_word(sides[SIDE_INTERNAL].balancing));
}

static void
refuse_vip(const struct conf_rules *r, const config_setting_t *g, const char *where)
{
	if (conf_load_written(g, "vip"))
		conf_rules_error(r->l, conf_load_line(g, "vip"),
		    "%s: %s has a vip, but with DNS balancing clients go to the members "
		    "themselves; remove it, or write balancing = \"hardware\" on both "
		    "sides",
		    r->name, where);
}

static void
note_idle_key(const struct conf_rules *r, const config_setting_t *g, const char *where,
    const char *key)
{
	if (conf_load_written(g, key))
		conf_load_say(r->l, conf_load_line(g, key), DIAG_NOTE, 0,
		    "%s: %s.%s has no effect: with DNS balancing no session passes the "
		    "balancer",
		    r->name, where, key);
}

/* What only a balancer in the path could do. */
static void
check_dns_mode(const struct conf_rules *r)
{
	static const char *const keys[] = {"engine", "algorithm", "source",
	    "idle_timeout", "udp_idle_timeout", "on_down", "affinity", "limits"};

	for (int side = 0; side < SIDES; side++)
		refuse_vip(r, r->c->sides[side],
		    side == SIDE_INTERNAL ? "the internal side" : "the external side");
	note_idle_key(r, r->c->sides[SIDE_INTERNAL], "internal", "outbound");
	for (int kind = 0; kind < SERVICES; kind++) {
		const char *group = service_infos[kind].group;

		refuse_vip(r, r->c->services[kind], group);
		for (size_t i = 0; i < countof(keys); i++)
			note_idle_key(r, r->c->services[kind], group, keys[i]);
	}
	if (r->p->partners == 0)
		return;
	for (int i = 0; i < PARTNERS; i++)
		if (r->p->partners & 1u << i)
			conf_rules_breach(r->l, conf_load_line(r->c->pool, "partners"),
			    CONF_RULE_R16_PARTNERS,
			    "%s: partners of type %s use the first address of a name "
			    "only, so with "
			    "DNS balancing they do not fail over when its member is "
			    "down; they "
			    "need hardware balancing",
			    r->name, partner_word((enum partner)i));
}

void
conf_rules_sides(struct conf_rules *r)
{
	check_r1(r);
	if (r->dns)
		check_dns_mode(r);
}
