/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules_members - how many members, their names, and that none is half a member.
 */
#include <string.h>

#include "conf_rules.h"

static void
check_r17(const struct conf_rules *r)
{
	const config_setting_t *at = conf_load_line(r->c->pool, "members");
	const config_setting_t *list = conf_load_valid(r->c->pool, "members");
	size_t n = r->p->n_members;

	if (n > MODEL_MEMBERS_MAX)
		conf_rules_breach(r->l, at, CONF_RULE_R17_TOO_MANY,
		    "%s has %d members: an Edge pool has at most %d; make two pools of "
		    "them",
		    r->name, config_setting_length(list), MODEL_MEMBERS_MAX);
	else if (n > 12)
		conf_rules_breach(r->l, at, CONF_RULE_R17_MANY,
		    "%s has %zu members: Microsoft supports up to 12 in an Edge pool; "
		    "make two "
		    "pools of them",
		    r->name, n);
	else if (n == 1 && r->hardware)
		conf_rules_breach(r->l, at, CONF_RULE_R17_ONE,
		    "%s has one member behind hardware balancing: nothing can be "
		    "balanced; add "
		    "a member, or write balancing = \"dns\" on both sides",
		    r->name);
	else if (n == 1 && r->dns)
		conf_rules_breach(r->l, at, CONF_RULE_R17_ONE_DNS,
		    "%s has one member: no high availability", r->name);
}

static void
check_names(const struct conf_rules *r, size_t i)
{
	const struct member *m = &r->p->members[i];
	const config_setting_t *g = r->c->members[i];

	for (size_t k = 0; k < i; k++) {
		const struct member *other = &r->p->members[k];

		if (m->name == NULL || other->name == NULL ||
		    strcasecmp(m->name, other->name) != 0)
			continue;
		conf_rules_error(r->l, conf_load_line(g, "name"),
		    "%s has two members named \"%s\"; give each its own name", r->name,
		    m->name);
		break;
	}
	if (m->fqdn != NULL && r->p->fqdn != NULL && r->p->n_members > 1 &&
	    strcmp(m->fqdn, r->p->fqdn) == 0)
		conf_rules_error(r->l, conf_load_line(g, "fqdn"),
		    "%s: member %s has the FQDN of the pool: the pool's name leads to "
		    "all "
		    "members; write the member's own",
		    r->name, m->name != NULL ? m->name : "?");
}

static void
check_backup(const struct conf_rules *r)
{
	size_t backup = 0;

	for (size_t i = 0; i < r->p->n_members; i++)
		backup += r->p->members[i].backup;
	if (backup > 0 && backup == r->p->n_members)
		conf_rules_error(r->l, conf_load_line(r->c->members[0], "backup"),
		    "%s: all members are backup = true, so there is none they could "
		    "stand in "
		    "for; remove it from at least one",
		    r->name);
}

/* True when the pool offers something on that address. */
static bool
is_needed(const struct pool *p, enum address address)
{
	for (int kind = 0; kind < SERVICES; kind++)
		if (service_infos[kind].address == address && p->services[kind].enabled)
			return true;
	return false;
}

static void
check_split(const struct conf_rules *r, size_t i, enum address address)
{
	const char *word = address_word(address);
	const config_setting_t *g = r->c->members[i];
	const struct member *m = &r->p->members[i];

	if (!conf_load_written(g, word) && !conf_load_written(g, "external"))
		conf_rules_breach(r->l, g, CONF_RULE_R19_SPLIT,
		    "%s: member %s has no %s address: Edge services cannot be split, "
		    "every "
		    "member has every service of its pool; write %s = [ \"ADDRESS\" ]",
		    r->name, m->name != NULL ? m->name : "?", word, word);
}

/* "external" is written instead of the three, not beside them. */
static void
check_external(const struct conf_rules *r, size_t i)
{
	const config_setting_t *g = r->c->members[i];
	const struct member *m = &r->p->members[i];

	for (int a = 0; a < ADDRESSES; a++) {
		const char *word = address_word((enum address)a);

		if (a == ADDRESS_INTERNAL || !conf_load_written(g, "external") ||
		    !conf_load_written(g, word))
			continue;
		conf_rules_error(r->l, conf_load_line(g, "external"),
		    "%s: member %s has both external and %s: external stands for access, "
		    "webconf "
		    "and av together; remove it, or the others",
		    r->name, m->name != NULL ? m->name : "?", word);
		return;
	}
}

/* An address as it was written, if it was right: with its setting. */
static const config_setting_t *
written(const struct conf_rules *r, size_t i, enum address address)
{
	const config_setting_t *g = r->c->members[i];

	if (conf_load_written(g, address_word(address)))
		return conf_load_valid(g, address_word(address));
	return address == ADDRESS_INTERNAL ? NULL : conf_load_valid(g, "external");
}

/* The member and address that have family @f first on that side; NULL when none. */
static const struct member *
first_with(
    const struct conf_rules *r, enum side_kind side, enum family f, enum address *ret)
{
	for (size_t i = 0; i < r->p->n_members; i++) {
		for (int a = 0; a < ADDRESSES; a++) {
			if ((a == ADDRESS_INTERNAL) != (side == SIDE_INTERNAL) ||
			    !is_needed(r->p, (enum address)a) ||
			    !addr_present(&r->p->members[i].at[a].address.at[f]))
				continue;
			*ret = (enum address)a;
			return &r->p->members[i];
		}
	}
	return NULL;
}

static bool
any_family(const struct addrs *list)
{
	return addr_present(&list->at[FAMILY_V4]) || addr_present(&list->at[FAMILY_V6]);
}

/* @m lacks family @f at @lacking, which @other has at @has. */
static void
say_family(const struct conf_rules *r, const struct member *m, const config_setting_t *at,
    enum address lacking, const struct member *other, enum address has, enum family f)
{
	char who[64] = "it";

	if (m != other)
		snprintf(who, sizeof who, "member %s",
		    other->name != NULL ? other->name : "?");
	conf_rules_breach(r->l, at, CONF_RULE_R19_SPLIT,
	    "%s: member %s has no %s %s address, but %s has one for %s: every member has "
	    "every "
	    "service in the same families; add it, or remove the other",
	    r->name, m->name != NULL ? m->name : "?", family_word(f),
	    address_word(lacking), who, address_word(has));
}

/* Every member has every service in each family that any of them has. */
static void
check_families(const struct conf_rules *r, enum side_kind side, enum family f)
{
	enum address model_address = ADDRESS_ACCESS;
	const struct member *model = first_with(r, side, f, &model_address);

	for (size_t i = 0; model != NULL && i < r->p->n_members; i++) {
		const struct member *m = &r->p->members[i];

		for (int a = 0; a < ADDRESSES; a++) {
			const config_setting_t *s;

			if ((a == ADDRESS_INTERNAL) != (side == SIDE_INTERNAL) ||
			    !is_needed(r->p, (enum address)a))
				continue;
			s = written(r, i, (enum address)a);
			if (s == NULL || addr_present(&m->at[a].address.at[f]) ||
			    !any_family(&m->at[a].address))
				continue;
			say_family(r, m, s, (enum address)a, model, model_address, f);
		}
	}
}

void
conf_rules_members(struct conf_rules *r)
{
	check_r17(r);
	check_backup(r);
	for (size_t i = 0; i < r->p->n_members; i++) {
		check_names(r, i);
		check_external(r, i);
		for (int a = 0; a < ADDRESSES; a++)
			if (a != ADDRESS_INTERNAL && is_needed(r->p, (enum address)a))
				check_split(r, i, (enum address)a);
	}
	for (int f = 0; f < FAMILIES; f++) {
		check_families(r, SIDE_EXTERNAL, (enum family)f);
		check_families(r, SIDE_INTERNAL, (enum family)f);
	}
}
