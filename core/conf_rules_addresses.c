/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules_addresses - every address of the file has one owner: R6, and no VIP that is
 * a member's address.
 *
 * All addresses go into one sorted list, so that a large file costs no more than sorting.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "conf_rules.h"

struct owned {
	struct addr addr;
	const config_setting_t *at;
	const struct pool *pool;
	const struct member *member; /* NULL: a VIP */
	enum side_kind side;
	enum address address;   /* of a member */
	enum service_kind kind; /* of a VIP */
	size_t order;           /* in the file */
};

struct owners {
	struct conf_load *l;
	struct owned *list;
	size_t n, capacity;
	bool failed;
};

static void
add(struct owners *o, struct owned entry)
{
	if (!addr_present(&entry.addr) || o->failed)
		return;
	if (o->n == o->capacity) {
		size_t capacity = o->capacity > 0 ? 2 * o->capacity : 256;
		struct owned *list = realloc(o->list, capacity * sizeof *list);

		o->failed = list == NULL;
		if (o->failed)
			return;
		o->list = list;
		o->capacity = capacity;
	}
	entry.order = o->n;
	o->list[o->n++] = entry;
}

static void
add_member(struct owners *o, const struct pool *p, const struct member *m,
    const config_setting_t *g)
{
	for (int a = 0; a < ADDRESSES; a++) {
		const struct member_address *at = &m->at[a];
		const char *word = address_word((enum address)a);
		struct owned entry = {.pool = p,
		    .member = m,
		    .address = (enum address)a,
		    .side = a == ADDRESS_INTERNAL ? SIDE_INTERNAL : SIDE_EXTERNAL,
		    .at = conf_load_line(
			g, conf_load_written(g, word) ? word : "external")};

		for (int f = 0; f < FAMILIES; f++) {
			entry.addr = at->address.at[f];
			add(o, entry);
			if (addr_equal(&at->address.at[f], &at->public.at[f]))
				continue;
			entry.addr = at->public.at[f];
			add(o, entry);
		}
	}
}

static void
add_pool(struct owners *o, const struct pool *p, const struct conf_pool *c)
{
	for (int kind = 0; kind < SERVICES; kind++) {
		const struct service *s = &p->services[kind];
		enum side_kind side = service_infos[kind].side;
		const config_setting_t *at =
		    conf_load_written(c->services[kind], "vip") ? c->services[kind]
		    : side == SIDE_INTERNAL                     ? c->sides[side]
					    : c->services[SERVICE_ACCESS];
		struct owned entry = {.pool = p,
		    .side = side,
		    .kind = (enum service_kind)kind,
		    .at = conf_load_line(at, "vip")};

		for (int f = 0; s->enabled && f < FAMILIES; f++) {
			entry.addr = s->vip.at[f];
			add(o, entry);
		}
	}
	for (size_t i = 0; i < p->n_members; i++)
		add_member(o, p, &p->members[i], c->members[i]);
}

static int
compare(const void *pa, const void *pb)
{
	const struct owned *a = pa, *b = pb;
	int order = addr_compare(&a->addr, &b->addr);

	return order != 0 ? order : a->order < b->order ? -1 : 1;
}

/* "member edge1 of pool edge.contoso.net (line 12)" */
static const char *
owner(const struct conf_load *l, const struct owned *o, char buf[400])
{
	const char *file, *pool = o->pool->fqdn != NULL ? o->pool->fqdn : "?";
	int line = 0;

	if (o->at != NULL)
		conf_text_where(
		    l->text, (int)config_setting_source_line(o->at), &file, &line);
	if (o->member == NULL)
		snprintf(buf, 400, "a vip of pool %s (line %d)", pool, line);
	else
		snprintf(buf, 400, "the %s address of member %s of pool %s (line %d)",
		    address_word(o->address),
		    o->member->name != NULL ? o->member->name : "?", pool, line);
	return buf;
}

static void
two_members(struct conf_load *l, const struct owned *first, const struct owned *second)
{
	const char *name = second->member->name != NULL ? second->member->name : "?";
	char text[ADDR_TEXT_MAX], who[400];
	bool av = first->address == ADDRESS_AV || second->address == ADDRESS_AV;

	addr_text(&second->addr, text);
	if (first->member == second->member && first->side == second->side)
		return; /* one address for several services */
	if (first->member == second->member)
		conf_rules_error(l, second->at,
		    "member %s has %s on both sides; give each side its own address",
		    name, text);
	else if (av)
		conf_rules_breach(l, second->at, CONF_RULE_R6_AV_ADDRESS,
		    "member %s: %s %s is also %s: media goes to each member directly, so "
		    "each "
		    "has its own A/V address; write another",
		    name, address_word(second->address), text, owner(l, first, who));
	else
		conf_rules_error(l, second->at,
		    "member %s: %s %s is also %s; write another", name,
		    address_word(second->address), text, owner(l, first, who));
}

static void
two_vips(struct conf_load *l, const struct owned *first, const struct owned *second)
{
	const struct service_info *a = &service_infos[first->kind],
				  *b = &service_infos[second->kind];
	char text[ADDR_TEXT_MAX], who[400];
	uint16_t port = second->pool->services[second->kind].port;

	addr_text(&second->addr, text);
	if (first->pool == second->pool && first->side == second->side)
		return; /* several services of one address: conf_rules_places looks at
			   ports */
	if (first->pool == second->pool)
		conf_rules_error(l, second->at,
		    "the vip %s is %s, too: the two sides have their own; write another",
		    text, owner(l, first, who));
	else if (a->proto == b->proto && first->pool->services[first->kind].port == port)
		conf_rules_error(l, second->at,
		    "the vip %s with port %u/%s is %s, too; write another address or "
		    "port",
		    text, port, proto_word(b->proto), owner(l, first, who));
}

static void
vip_and_member(struct conf_load *l, const struct owned *vip, const struct owned *member)
{
	char text[ADDR_TEXT_MAX], who[400];

	conf_rules_error(l, vip->at,
	    "the vip %s is %s: sessions need an address of the balancer to come to; "
	    "write an "
	    "address that no member has",
	    addr_text(&vip->addr, text), owner(l, member, who));
}

void
conf_rules_addresses(struct conf_load *l)
{
	struct owners o = {.l = l};
	size_t first = 0;

	for (size_t i = 0; i < l->model->n_pools; i++)
		add_pool(&o, &l->model->pools[i], &l->pools[i]);
	if (o.failed)
		conf_rules_error(l, NULL, "no memory to compare its addresses");
	if (!o.failed && o.n > 0)
		qsort(o.list, o.n, sizeof *o.list, compare);
	for (size_t i = 1; i < o.n && !o.failed; i++) {
		if (!addr_equal(&o.list[i].addr, &o.list[first].addr))
			first = i;
		/* Each with the first and with the last owner: who owns it at all is
		 * said, and a thousand owners of one address cost no million comparisons.
		 */
		for (size_t k = first; k < i;
		     k = k == first && i - 1 > first ? i - 1 : i) {
			const struct owned *a = &o.list[k], *b = &o.list[i];

			if (a->member != NULL && b->member != NULL)
				two_members(l, a, b);
			else if (a->member == NULL && b->member == NULL)
				two_vips(l, a, b);
			else
				vip_and_member(l, a->member == NULL ? a : b,
				    a->member == NULL ? b : a);
		}
	}
	free(o.list);
}
