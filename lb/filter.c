/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter.h"

#define PORT_FEDERATION 5061
#define PORT_XMPP       5269
/* Transactions under way.  More than all associations may ask for in that time
 * (assoc_room.c): a set that is full would cost whoever asks next his answer. */
#define ASKED_MAX 65536
#define ASKED_S   5

/* How one table speaks of two families. */
static const struct {
	const char *ip, *type, *errors;
	int quoted; /* the bit of an ICMP error where a quoted transaction id begins */
} words[FAMILIES] = {
    [FAMILY_V4] = {"ip", "ipv4_addr", "icmp type destination-unreachable",
	(8 + 20 + 8 + 4) * 8},
    [FAMILY_V6] = {"ip6", "ipv6_addr",
	"icmpv6 type { destination-unreachable, packet-too-big }", (8 + 40 + 8 + 4) * 8},
};

static int
version(enum family f)
{
	return f == FAMILY_V4 ? 4 : 6;
}

bool
filter_keeps(const struct listener *l)
{
	return l->service->source == SOURCE_KEEP && l->engine != ENGINE_KERNEL;
}

const struct listener *
filter_first_kept(const struct model *m)
{
	for (size_t p = 0; p < m->n_pools; p++)
		for (size_t i = 0; i < m->pools[p].n_listeners; i++)
			if (filter_keeps(&m->pools[p].listeners[i]))
				return &m->pools[p].listeners[i];
	return NULL;
}

/* --- sets --------------------------------------------------------------------------- */

/* Elements are written with a comma behind each, which nft takes. */
static void
add_listener_elements(struct sbuf *b, const struct listener *l, enum family f, int proto)
{
	char text[ADDR_TEXT_MAX];

	if (!filter_keeps(l) || (int)l->proto != proto)
		return;
	for (size_t k = 0; k < l->n_endpoints; k++)
		if (addr_family(&l->endpoints[k]->addr) == f)
			sbuf_addf(b, "%s . %u, ", addr_text(&l->endpoints[k]->addr, text),
			    l->endpoints[k]->port);
}

static void
add_past_elements(
    struct sbuf *b, const struct filter_kept *past, size_t n, enum family f, int proto)
{
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < n; i++)
		if (addr_family(&past[i].addr) == f && (int)past[i].proto == proto)
			sbuf_addf(
			    b, "%s . %u, ", addr_text(&past[i].addr, text), past[i].port);
}

static void
add_kept_set(struct sbuf *b, const struct model *m, const struct filter_kept *past,
    size_t n_past, enum family f, enum proto proto)
{
	size_t empty;

	sbuf_addf(b, "\tset kept_%s%d {\n\t\ttype %s . inet_service\n\t\telements = { ",
	    proto_word(proto), version(f), words[f].type);
	empty = b->length;
	for (size_t p = 0; p < m->n_pools; p++)
		for (size_t i = 0; i < m->pools[p].n_listeners; i++)
			add_listener_elements(
			    b, &m->pools[p].listeners[i], f, (int)proto);
	add_past_elements(b, past, n_past, f, (int)proto);
	/* A set must not be given an empty list. */
	if (b->length == empty)
		sbuf_addf(b, "%s . 0, ", f == FAMILY_V4 ? "0.0.0.0" : "::");
	sbuf_addf(b, "}\n\t}\n");
}

static void
add_ours_set(struct sbuf *b, const struct model *m, enum family f)
{
	char text[ADDR_TEXT_MAX];

	/* Duplicates (one address, several ports) are no error for nft. */
	sbuf_addf(b, "\tset ours%d {\n\t\ttype %s\n\t\telements = { %s, ", version(f),
	    words[f].type, f == FAMILY_V4 ? "0.0.0.0" : "::");
	for (size_t p = 0; p < m->n_pools; p++) {
		const struct pool *pool = &m->pools[p];

		for (size_t i = 0; i < pool->n_listeners; i++) {
			const struct listener *l = &pool->listeners[i];

			if (addr_family(&l->addr) == f)
				sbuf_addf(b, "%s, ", addr_text(&l->addr, text));
			for (size_t k = 0; k < l->n_endpoints; k++)
				if (addr_family(&l->endpoints[k]->addr) == f)
					sbuf_addf(b, "%s, ",
					    addr_text(&l->endpoints[k]->addr, text));
		}
	}
	sbuf_addf(b, "}\n\t}\n");
}

/* --- outbound connections ------------------------------------------------------------
 */

typedef void outbound_fn(struct sbuf *b, enum family f, const struct addr *from,
    const struct addr *vip, uint16_t port);

static void
for_outbound_port(struct sbuf *b, const struct pool *pool, enum address address,
    const struct addrs *vip, uint16_t port, outbound_fn *what)
{
	for (size_t i = 0; i < pool->n_members; i++) {
		const struct addrs *a = &pool->members[i].at[address].address;

		for (int f = 0; f < FAMILIES; f++)
			if (addr_present(&a->at[f]) && addr_present(&vip->at[f]))
				what(b, (enum family)f, &a->at[f], &vip->at[f], port);
	}
}

/* What leaves as a VIP (R7): federation, and xmpp with it, from the access address; on
 * the internal side only where it is written. */
static void
for_outbound(struct sbuf *b, const struct pool *pool, outbound_fn *what)
{
	const struct service *federation = &pool->services[SERVICE_FEDERATION];
	const struct service *xmpp = &pool->services[SERVICE_XMPP];
	const struct side *internal = &pool->sides[SIDE_INTERNAL];

	if (pool->sides[SIDE_EXTERNAL].balancing != BALANCING_HARDWARE)
		return;
	if (federation->enabled)
		for_outbound_port(
		    b, pool, ADDRESS_ACCESS, &federation->vip, PORT_FEDERATION, what);
	if (xmpp->enabled)
		for_outbound_port(b, pool, ADDRESS_ACCESS, &xmpp->vip, PORT_XMPP, what);
	if (internal->outbound)
		for_outbound_port(
		    b, pool, ADDRESS_INTERNAL, &internal->vip, PORT_FEDERATION, what);
}

static void
add_tracked(struct sbuf *b, enum family f, const struct addr *from,
    const struct addr *vip, uint16_t port)
{
	char text[ADDR_TEXT_MAX];

	sbuf_addf(b, "\t\t%s saddr %s tcp dport %u accept\n", words[f].ip,
	    addr_text(from, text), port);
	sbuf_addf(b, "\t\t%s daddr %s tcp sport %u accept\n", words[f].ip,
	    addr_text(vip, text), port);
}

static void
add_snat(struct sbuf *b, enum family f, const struct addr *from, const struct addr *vip,
    uint16_t port)
{
	char member[ADDR_TEXT_MAX], source[ADDR_TEXT_MAX];

	sbuf_addf(b, "\t\t%s saddr %s tcp dport %u %s daddr != @ours%d snat %s to %s\n",
	    words[f].ip, addr_text(from, member), port, words[f].ip, version(f),
	    words[f].ip, addr_text(vip, source));
}

static void
note_outbound(struct sbuf *b, enum family f, const struct addr *from,
    const struct addr *vip, uint16_t port)
{
	(void)f;
	(void)from;
	(void)vip;
	(void)port;
	sbuf_add(b, "x", 1);
}

struct filter_needs
filter_needs(const struct model *m)
{
	struct filter_needs needs = {0};
	struct sbuf b;

	sbuf_init(&b, 1 << 20);
	for (size_t p = 0; p < m->n_pools; p++) {
		const struct pool *pool = &m->pools[p];

		for (size_t i = 0; i < pool->n_listeners; i++) {
			const struct listener *l = &pool->listeners[i];
			enum family f = addr_family(&l->addr);

			needs.keep[f] = needs.keep[f] || filter_keeps(l);
			needs.pass[f] =
			    needs.pass[f] || l->service->source == SOURCE_KEEP;
		}
		for_outbound(&b, pool, note_outbound);
	}
	needs.outbound = b.length > 0;
	sbuf_fini(&b);
	return needs;
}

/* --- chains --------------------------------------------------------------------------
 */

static void
add_divert(struct sbuf *b)
{
	/* No datagram has a length of 0, but with this statement the kernel puts
	 * fragments together before it asks here: only the first of them has a
	 * transaction. */
	sbuf_addf(b, "\tchain divert {\n\t\ttype filter hook prerouting priority mangle\n"
		     "\t\tudp length 0 tproxy to :9\n");
	for (int f = 0; f < FAMILIES; f++) {
		int v = version((enum family)f);
		const char *ip = words[f].ip;

		sbuf_addf(b,
		    "\t\t%s saddr . tcp sport @kept_tcp%d socket transparent 1 "
		    "meta mark set 0x%x\n",
		    ip, v, FILTER_MARK);
		/* Octets 4 to 19 of the payload: a MS-TURN message's transaction id.  The
		 * port is the socket's. */
		sbuf_addf(b,
		    "\t\t%s saddr . udp sport @kept_udp%d "
		    "%s daddr . @th,96,128 @asked%d socket transparent 1 "
		    "meta mark set 0x%x\n",
		    ip, v, ip, v, FILTER_MARK);
		/* The same in an ICMP error, behind its header and the two it quotes. */
		sbuf_addf(b,
		    "\t\t%s %s daddr . @th,%d,128 @asked%d socket transparent 1 "
		    "meta mark set 0x%x\n",
		    words[f].errors, ip, words[f].quoted, v, FILTER_MARK);
	}
	sbuf_addf(b, "\t}\n\tchain ask {\n\t\ttype filter hook output priority mangle\n");
	for (int f = 0; f < FAMILIES; f++) {
		int v = version((enum family)f);
		const char *ip = words[f].ip;

		sbuf_addf(b,
		    "\t\t%s daddr . udp dport @kept_udp%d "
		    "update @asked%d { %s saddr . @th,96,128 }\n",
		    ip, v, v, ip);
	}
	sbuf_addf(b, "\t}\n");
}

static void
add_quiet(struct sbuf *b)
{
	sbuf_addf(b, "\tchain quiet {\n\t\ttype filter hook output priority mangle\n"
		     "\t\ticmp type redirect drop\n\t\ticmpv6 type nd-redirect drop\n"
		     "\t}\n");
}

static void
add_notrack(struct sbuf *b, const struct model *m)
{
	static const char *const hooks[] = {"prerouting", "output"};

	for (int h = 0; h < 2; h++) {
		sbuf_addf(b,
		    "\tchain notrack_%s {\n\t\ttype filter hook %s priority raw\n",
		    hooks[h], hooks[h]);
		for (size_t p = 0; p < m->n_pools; p++)
			for_outbound(b, &m->pools[p], add_tracked);
		for (int f = 0; f < FAMILIES; f++) {
			int v = version((enum family)f);

			sbuf_addf(b, "\t\t%s saddr @ours%d notrack\n", words[f].ip, v);
			sbuf_addf(b, "\t\t%s daddr @ours%d notrack\n", words[f].ip, v);
		}
		sbuf_addf(b, "\t}\n");
	}
}

static void
add_outbound(struct sbuf *b, const struct model *m)
{
	sbuf_addf(
	    b, "\tchain outbound {\n\t\ttype nat hook postrouting priority srcnat\n");
	for (size_t p = 0; p < m->n_pools; p++)
		for_outbound(b, &m->pools[p], add_snat);
	sbuf_addf(b, "\t}\n");
}

void
filter_text(const struct model *m, const struct filter_kept *past, size_t n_past,
    struct sbuf *ret)
{
	struct filter_needs needs = filter_needs(m);

	/* "add, delete, add" in one transaction replaces a table that may not exist. */
	sbuf_addf(
	    ret, "table inet %s\ndelete table inet %s\n", FILTER_TABLE, FILTER_TABLE);
	sbuf_addf(ret, "table inet %s {\n", FILTER_TABLE);
	for (int f = 0; f < FAMILIES; f++) {
		add_ours_set(ret, m, (enum family)f);
		add_kept_set(ret, m, past, n_past, (enum family)f, PROTO_TCP);
		add_kept_set(ret, m, past, n_past, (enum family)f, PROTO_UDP);
		sbuf_addf(ret,
		    "\tset asked%d {\n\t\ttypeof %s saddr . @th,96,128\n"
		    "\t\tsize %d\n\t\tflags dynamic,timeout\n\t\ttimeout %ds\n\t}\n",
		    version((enum family)f), words[f].ip, ASKED_MAX, ASKED_S);
	}
	if (needs.keep[FAMILY_V4] || needs.keep[FAMILY_V6] || n_past > 0)
		add_divert(ret);
	if (needs.pass[FAMILY_V4] || needs.pass[FAMILY_V6] || n_past > 0)
		add_quiet(ret);
	add_notrack(ret, m);
	if (needs.outbound)
		add_outbound(ret, m);
	sbuf_addf(ret, "}\n");
}
