/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ways - see ways.h.
 *
 * Asked with RTM_F_FIB_MATCH, which answers with the route as it stands there: all of its
 * next hops, and no path MTU that packets of this host have learned; what is forwarded is
 * measured by routes and interfaces alone.
 */
#include "ways.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "rtnl.h"

#define OUR_MARK     0xed9e /* of kept sources: keep.c */
#define RULE_MAIN    32766
#define RULE_DEFAULT 32767

struct asking {
	const struct links *links;
	struct way way;
};

int
ways_init(struct ways *w)
{
	*w = (struct ways){.next = calloc(KM_ENDPOINTS, sizeof *w->next)};
	return w->next == NULL ? -ENOMEM : 0;
}

void
ways_fini(struct ways *w)
{
	free(w->next);
	*w = (struct ways){.next = NULL};
}

static bool
is_v4(const struct km_addr *a)
{
	return a->word[0] == 0 && a->word[1] == 0 &&
	       a->word[2] == __builtin_bswap32(0xffff);
}

/* --- what the kernel says -------------------------------------------------------------
 */

static uint32_t
narrower(uint32_t a, uint32_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* The gateway: of the same family, of the other, or none: then the member itself. */
static bool
read_hop(const struct rtattr *const a[], const struct km_addr *to, struct way *ret)
{
	bool v4 = is_v4(to);
	size_t size = v4 ? 4 : 16;

	ret->hop_family = v4 ? AF_INET : AF_INET6;
	if (a[RTA_VIA] != NULL) {
		const struct rtvia *via = rtnl_value(a[RTA_VIA]);
		size_t n = rtnl_size(a[RTA_VIA]);

		if (n != sizeof *via + sizeof ret->hop || via->rtvia_family != AF_INET6)
			return false;
		ret->hop_family = AF_INET6;
		memcpy(&ret->hop, via->rtvia_addr, sizeof ret->hop);
	} else if (a[RTA_GATEWAY] != NULL) {
		if (rtnl_size(a[RTA_GATEWAY]) != size)
			return false;
		memcpy(&ret->hop, rtnl_value(a[RTA_GATEWAY]), size);
	} else if (v4) {
		ret->hop.word[0] = to->word[3];
	} else {
		ret->hop = *to;
	}
	return true;
}

struct way
ways_read(const struct nlmsghdr *m, const struct km_addr *to, const struct links *links)
{
	const struct way ask = {.to = *to};
	const struct rtmsg *t = rtnl_body(m);
	const struct rtattr *a[RTA_ENCAP_TYPE + 1], *metrics[RTAX_MTU + 1] = {NULL};
	const struct link *x;
	struct way w = ask;

	if (m->nlmsg_type != RTM_NEWROUTE || t->rtm_type != RTN_UNICAST)
		return ask;
	rtnl_attributes(m, sizeof *t, a, RTA_ENCAP_TYPE);
	x = a[RTA_OIF] == NULL ? NULL : links_find(links, rtnl_u32(a[RTA_OIF]));
	if (a[RTA_MULTIPATH] != NULL || a[RTA_ENCAP_TYPE] != NULL || x == NULL ||
	    !x->ethernet || x->loopback || !read_hop(a, to, &w))
		return ask;
	if (a[RTA_METRICS] != NULL)
		rtnl_nested(a[RTA_METRICS], metrics, RTAX_MTU);
	w.ifindex = x->ifindex;
	w.mtu = narrower(x->mtu, rtnl_u32(metrics[RTAX_MTU]));
	return w;
}

static int
see_way(void *arg, const struct nlmsghdr *m)
{
	struct asking *q = arg;
	const struct km_addr to = q->way.to;

	q->way = ways_read(m, &to, q->links);
	return 0;
}

static struct way
ask_way(const struct km_addr *to, const struct links *links)
{
	struct rtnl_question q = rtnl_question(RTM_GETROUTE, 0, sizeof q.body.route);
	struct asking asking = {.links = links, .way.to = *to};
	bool v4 = is_v4(to);

	q.body.route.rtm_family = v4 ? AF_INET : AF_INET6;
	q.body.route.rtm_dst_len = v4 ? 32 : 128;
	q.body.route.rtm_flags = RTM_F_FIB_MATCH;
	rtnl_add(&q, RTA_DST, v4 ? &to->word[3] : to->word, v4 ? 4 : 16);
	if (rtnl_ask(&q, see_way, &asking) != 0)
		return (struct way){.to = *to};
	return asking.way;
}

bool
ways_rule_is_plain(const struct nlmsghdr *m)
{
	const struct fib_rule_hdr *h = rtnl_body(m);
	const struct rtattr *a[FRA_FWMARK + 1];
	uint32_t preference;

	if (m->nlmsg_type != RTM_NEWRULE)
		return true;
	rtnl_attributes(m, sizeof *h, a, FRA_FWMARK);
	if (rtnl_u32(a[FRA_FWMARK]) == OUR_MARK)
		return true;
	preference = rtnl_u32(a[FRA_PRIORITY]);
	return h->src_len == 0 && h->dst_len == 0 && a[FRA_IIFNAME] == NULL &&
	       a[FRA_FWMARK] == NULL && h->action == FR_ACT_TO_TBL &&
	       (preference == 0 || preference == RULE_MAIN || preference == RULE_DEFAULT);
}

static int
see_rule(void *arg, const struct nlmsghdr *m)
{
	bool *plain = arg;

	*plain = *plain && ways_rule_is_plain(m);
	return 0;
}

/* Whether the destination alone decides. */
static bool
rules_are_plain(unsigned char family)
{
	struct rtnl_question q =
	    rtnl_question(RTM_GETRULE, NLM_F_DUMP, sizeof q.body.rule);
	bool plain = true;

	q.body.rule.family = family;
	return rtnl_ask(&q, see_rule, &plain) == 0 && plain;
}

/* --- what rows say --------------------------------------------------------------------
 */

static bool
same(const struct way *w, const struct km_endpoint *e)
{
	if (w->ifindex != e->ifindex)
		return false;
	return w->ifindex == 0 || (w->mtu == e->mtu && w->hop_family == e->hop_family &&
				      memcmp(&w->hop, &e->hop, sizeof w->hop) == 0);
}

/* Endpoints of one member stand together: the way of the row before is likely this one's,
 * too. */
static struct way
way_of(struct ways *w, const struct links *links, const struct km_endpoint *endpoints,
    unsigned row, const bool plain[2])
{
	const struct km_endpoint *e = &endpoints[row];

	if (!plain[is_v4(&e->addr)])
		return (struct way){.to = e->addr};
	for (unsigned back = row; back-- > 1 && row - back <= 8;)
		if (endpoints[back].id != 0 &&
		    memcmp(&endpoints[back].addr, &e->addr, sizeof e->addr) == 0)
			return w->next[back];
	return ask_way(&e->addr, links);
}

void
ways_look(struct ways *w, const struct links *links, struct km_endpoint endpoints[])
{
	const bool plain[2] = {rules_are_plain(AF_INET6), rules_are_plain(AF_INET)};

	w->waiting = false;
	for (unsigned i = 1; i < KM_ENDPOINTS; i++) {
		struct km_endpoint *e = &endpoints[i];

		if (e->id == 0)
			continue;
		w->next[i] = way_of(w, links, endpoints, i, plain);
		if (same(&w->next[i], e))
			continue;
		__atomic_store_n(&e->ifindex, 0, __ATOMIC_RELEASE);
		w->waiting = w->waiting || w->next[i].ifindex != 0;
	}
}

void
ways_settle(struct ways *w, struct km_endpoint endpoints[])
{
	w->waiting = false;
	for (unsigned i = 1; i < KM_ENDPOINTS; i++) {
		struct km_endpoint *e = &endpoints[i];
		const struct way *next = &w->next[i];

		/* A row that is somebody else's by now waits for the next look. */
		if (e->id == 0 || e->ifindex != 0 || next->ifindex == 0 ||
		    memcmp(&e->addr, &next->to, sizeof e->addr) != 0)
			continue;
		e->mtu = next->mtu;
		e->hop_family = next->hop_family;
		e->hop = next->hop;
		__atomic_store_n(&e->ifindex, next->ifindex, __ATOMIC_RELEASE);
	}
}
