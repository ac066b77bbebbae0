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
		    "%s: %s has no balancing, and there is no default: both sides must "
		    "use the "
		    "same; write balancing = \"%s\"%s",
		    r->name, word, other,
		    elsewhere != NULL ? " as on the other side"
				      : " or balancing = \"dns\" on both");
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
	if (external == NULL || internal == NULL || r->hardware || r->dns)
		return;
	conf_rules_breach(r->l, internal, CONF_RULE_R1_BALANCING,
	    "%s: the external side uses %s balancing and the internal side %s: an Edge "
	    "pool uses "
	    "the same on both sides; write balancing = \"%s\" or balancing = \"%s\" on "
	    "both",
	    r->name, balancing_word(sides[SIDE_EXTERNAL].balancing),
	    balancing_word(sides[SIDE_INTERNAL].balancing),
	    balancing_word(BALANCING_HARDWARE), balancing_word(BALANCING_DNS));
}

void
conf_rules_sides(struct conf_rules *r)
{
	check_r1(r);
}
