/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules_places - the addresses of one pool: NAT, families, networks, and services
 * that would meet on one port.
 */
#include <string.h>

#include "conf_rules.h"

static const char *
member_name(const struct member *m)
{
	return m->name != NULL ? m->name : "?";
}

/* Where a member's address was written; "external" stands for three. */
static const config_setting_t *
address_at(const struct conf_rules *r, size_t i, enum address address)
{
	const config_setting_t *g = r->c->members[i];
	const char *word = address_word(address);

	return conf_load_line(g, conf_load_written(g, word) ? word : "external");
}

static bool
has_public(const config_setting_t *address)
{
	return config_setting_is_group(address) && conf_load_written(address, "public");
}

/* Hardware mode: no NAT, and addresses the Internet can reach. */
static void
check_r2(const struct conf_rules *r, size_t i, enum address address, enum family f)
{
	const struct member *m = &r->p->members[i];
	const struct member_address *at = &m->at[address];
	const config_setting_t *s = address_at(r, i, address);
	char inner[ADDR_TEXT_MAX], outer[ADDR_TEXT_MAX];

	addr_text(&at->address.at[f], inner);
	addr_text(&at->public.at[f], outer);
	if (!addr_equal(&at->address.at[f], &at->public.at[f]))
		conf_rules_breach(r->l, s, CONF_RULE_R2_NAT,
		    "%s: member %s: %s %s is seen as %s from outside: hardware balancing "
		    "allows "
		    "no NAT; give the member the public address itself, or write "
		    "balancing = "
		    "\"dns\" on both sides",
		    r->name, member_name(m), address_word(address), inner, outer);
	else if (addr_present(&at->address.at[f]) && addr_is_private(&at->address.at[f]))
		conf_rules_breach(r->l, s, CONF_RULE_R2_ROUTABLE,
		    "%s: member %s: %s %s is not routable in the Internet: A/V clients "
		    "go to "
		    "the members themselves; write a public address, or lab = true in a "
		    "test "
		    "laboratory",
		    r->name, member_name(m), address_word(address), inner);
}

/* DNS mode: what is published must be reachable. */
static void
check_public(const struct conf_rules *r, size_t i, enum address address, enum family f)
{
	const struct member *m = &r->p->members[i];
	const struct member_address *at = &m->at[address];
	const config_setting_t *s = address_at(r, i, address);
	char text[ADDR_TEXT_MAX];

	if (!addr_present(&at->public.at[f]) || !addr_is_private(&at->public.at[f]))
		return;
	addr_text(&at->public.at[f], text);
	if (has_public(s) && !addr_equal(&at->address.at[f], &at->public.at[f]))
		conf_rules_error(r->l, s,
		    "%s: member %s: %s: the public address %s is a private one, which "
		    "cannot be "
		    "published; write the address the Internet sees",
		    r->name, member_name(m), address_word(address), text);
	else
		conf_rules_error(r->l, s,
		    "%s: member %s: %s %s is private and has no public address, so there "
		    "is "
		    "nothing to publish; write %s = { address = [ \"%s\" ]; public = [ "
		    "\"ADDRESS\" ]; }",
		    r->name, member_name(m), address_word(address), text,
		    address_word(address), text);
}

/* address and public come in pairs, one per family; inside there is no NAT. */
static void
check_pairs(const struct conf_rules *r, size_t i, enum address address)
{
	const struct member *m = &r->p->members[i];
	const struct member_address *at = &m->at[address];
	const config_setting_t *s = address_at(r, i, address);

	if (!has_public(s))
		return;
	if (address == ADDRESS_INTERNAL) {
		conf_rules_error(r->l, conf_load_line(s, "public"),
		    "%s: member %s: internal has a public address: there is no NAT on "
		    "the "
		    "internal side; write internal = [ \"ADDRESS\" ]",
		    r->name, member_name(m));
		return;
	}
	for (int f = 0; f < FAMILIES; f++)
		if (conf_load_valid(s, "address") != NULL &&
		    addr_present(&at->public.at[f]) && !addr_present(&at->address.at[f]))
			conf_rules_error(r->l, conf_load_line(s, "public"),
			    "%s: member %s: %s has a public %s address but no %s address "
			    "of its "
			    "own: they come in pairs; add it to address, or remove it "
			    "from public",
			    r->name, member_name(m), address_word(address),
			    family_word((enum family)f), family_word((enum family)f));
}

static void
check_nat(const struct conf_rules *r)
{
	for (size_t i = 0; i < r->p->n_members; i++) {
		for (int a = 0; a < ADDRESSES; a++) {
			check_pairs(r, i, (enum address)a);
			if (a == ADDRESS_INTERNAL || r->l->model->lab)
				continue;
			for (int f = 0; f < FAMILIES; f++) {
				if (r->hardware)
					check_r2(r, i, (enum address)a, (enum family)f);
				else if (r->dns)
					check_public(
					    r, i, (enum address)a, (enum family)f);
			}
		}
	}
}

/* Clients come to the VIPs from the Internet. */
static void
check_vip_routable(const struct conf_rules *r, enum service_kind kind)
{
	char text[ADDR_TEXT_MAX];

	if (!r->hardware || r->l->model->lab ||
	    service_infos[kind].side != SIDE_EXTERNAL ||
	    conf_load_valid(r->c->services[kind], "vip") == NULL)
		return;
	for (int f = 0; f < FAMILIES; f++) {
		const struct addr *vip = &r->p->services[kind].vip.at[f];

		if (addr_present(vip) && addr_is_private(vip))
			conf_rules_breach(r->l, conf_rules_at(r, kind, "vip"),
			    CONF_RULE_R2_ROUTABLE,
			    "%s: the vip %s of %s is not routable in the Internet, and "
			    "hardware "
			    "balancing allows no NAT; write a public address, or lab = "
			    "true in a "
			    "test laboratory",
			    r->name, addr_text(vip, text), service_infos[kind].group);
	}
}

static bool
in_any(const struct prefix *list, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (prefix_contains(&list[i], a))
			return true;
	return false;
}

/* The customary size of a network, where none was written. */
static bool
same_network(const struct addr *a, const struct addr *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, a->family == AF_INET ? 3 : 8) == 0;
}

/* True when @outer, an external address, and @inner share a network. */
static bool
share_network(const struct pool *p, const struct addr *outer, const struct addr *inner)
{
	const struct side *external = &p->sides[SIDE_EXTERNAL];
	const struct side *internal = &p->sides[SIDE_INTERNAL];

	if (in_any(internal->network, internal->n_network, outer) ||
	    in_any(external->network, external->n_network, inner))
		return true;
	return internal->n_network == 0 && external->n_network == 0 &&
	       same_network(outer, inner);
}

static bool
on_both_sides(const struct member *m)
{
	for (int a = 0; a < ADDRESSES; a++)
		for (int f = 0; a != ADDRESS_INTERNAL && f < FAMILIES; f++)
			if (addr_present(&m->at[a].address.at[f]) &&
			    addr_equal(&m->at[a].address.at[f],
				&m->at[ADDRESS_INTERNAL].address.at[f]))
				return true;
	return false;
}

/* Once per pool: the first pair tells. */
static void
check_r18(const struct conf_rules *r)
{
	for (size_t i = 0; i < r->p->n_members; i++) {
		const struct member *m = &r->p->members[i];

		if (on_both_sides(m))
			continue; /* which is said elsewhere */
		for (int n = 0; n < (ADDRESSES - 1) * FAMILIES * FAMILIES; n++) {
			int a = n / (FAMILIES * FAMILIES);
			const struct addr *outer =
			    &m->at[a].address.at[n / FAMILIES % FAMILIES];
			const struct addr *inner =
			    &m->at[ADDRESS_INTERNAL].address.at[n % FAMILIES];
			char outer_text[ADDR_TEXT_MAX], inner_text[ADDR_TEXT_MAX];

			if (!addr_present(outer) || !addr_present(inner) ||
			    addr_equal(outer, inner) ||
			    !share_network(r->p, outer, inner))
				continue;
			conf_rules_breach(r->l, address_at(r, i, (enum address)a),
			    CONF_RULE_R18_SUBNET,
			    "%s: member %s: %s %s and internal %s are in one network: "
			    "the two "
			    "sides of an Edge Server must be in different ones; change "
			    "one, or "
			    "write network = [ \"ADDRESS/LENGTH\" ] on both sides if "
			    "they are",
			    r->name, member_name(m), address_word((enum address)a),
			    addr_text(outer, outer_text), addr_text(inner, inner_text));
			return;
		}
	}
}

/* A VIP family that no member has cannot keep the client's address; all external
 * services of a pool have the same families. */
static void
check_vip_families(const struct conf_rules *r, enum service_kind kind, enum family f)
{
	const struct service_info *info = &service_infos[kind];
	const struct service *s = &r->p->services[kind];
	const config_setting_t *at = conf_rules_at(r, kind, "vip");
	const struct service *access = &r->p->services[SERVICE_ACCESS];
	bool any = false, known = false;

	for (size_t i = 0; i < r->p->n_members; i++) {
		const struct addrs *list = &r->p->members[i].at[info->address].address;

		any = any || addr_present(&list->at[f]);
		known = known || addr_present(&list->at[FAMILY_V4]) ||
			addr_present(&list->at[FAMILY_V6]);
	}
	if (addr_present(&s->vip.at[f]) && known && !any &&
	    (s->source == SOURCE_KEEP || info->address == ADDRESS_AV))
		conf_rules_error(r->l, at,
		    "%s: %s.%s has an %s vip, but no member has an %s address for it, "
		    "and %s, so there is no way to a member; give the members one, or "
		    "remove it",
		    r->name, side_kind_word(info->side), info->group, family_word(f),
		    family_word(f),
		    s->source == SOURCE_KEEP ? "the client's address is kept"
					     : "media goes on to the member itself");
	if (info->side == SIDE_EXTERNAL &&
	    conf_load_valid(r->c->services[kind], "vip") != NULL &&
	    conf_load_valid(r->c->services[SERVICE_ACCESS], "vip") != NULL &&
	    addr_present(&s->vip.at[f]) != addr_present(&access->vip.at[f]))
		conf_rules_error(r->l, at,
		    "%s: %s has %s %s vip, and access has %s: all external services of a "
		    "pool "
		    "have the same families; add the one that is missing",
		    r->name, info->group, addr_present(&s->vip.at[f]) ? "an" : "no",
		    family_word(f), addr_present(&s->vip.at[f]) ? "none" : "one");
}

static bool
share_address(const struct addrs *a, const struct addrs *b, struct addr *ret)
{
	for (int f = 0; f < FAMILIES; f++) {
		if (addr_present(&a->at[f]) && addr_equal(&a->at[f], &b->at[f])) {
			*ret = a->at[f];
			return true;
		}
	}
	return false;
}

/* Two services on one address and port: only access and federation can, being one
 * listener of the Edge Server. */
static void
check_ports(const struct conf_rules *r, enum service_kind kind, enum service_kind other)
{
	const struct service_info *a = &service_infos[kind], *b = &service_infos[other];
	const struct service *s = &r->p->services[kind], *t = &r->p->services[other];
	bool both = kind == SERVICE_ACCESS && other == SERVICE_FEDERATION;
	char place[ADDR_PORT_TEXT_MAX];
	struct addr addr;

	if (!s->enabled || !t->enabled || a->side != b->side || a->proto != b->proto ||
	    s->port != t->port || both)
		return;
	if (!share_address(&s->vip, &t->vip, &addr)) {
		size_t i = 0;

		for (; i < r->p->n_members; i++)
			if (share_address(&r->p->members[i].at[a->address].address,
				&r->p->members[i].at[b->address].address, &addr))
				break;
		if (i == r->p->n_members)
			return;
	}
	conf_rules_error(r->l,
	    conf_rules_at(r, other, strcmp(b->group, "av") == 0 ? "tcp_port" : "port"),
	    "%s: %s and %s both want %s: two services cannot share a port of one "
	    "address; give "
	    "one of them another port, as its Edge Servers have it",
	    r->name, a->group, b->group, addr_port_text(&addr, s->port, place));
}

void
conf_rules_places(struct conf_rules *r)
{
	check_nat(r);
	if (!r->l->model->lab)
		check_r18(r);
	for (int i = 0; i < SERVICES; i++) {
		for (int f = 0; r->hardware && r->p->services[i].enabled && f < FAMILIES;
		     f++)
			check_vip_families(r, (enum service_kind)i, (enum family)f);
		if (r->p->services[i].enabled)
			check_vip_routable(r, (enum service_kind)i);
		for (int k = i + 1; k < SERVICES; k++)
			check_ports(r, (enum service_kind)i, (enum service_kind)k);
	}
}
