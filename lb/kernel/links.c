/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * links - see links.h.
 *
 * A router of the Internet has a million routes: once every interface has one,
 * or after ROUTES_MAX, nobody reads on.  Whoever needs more names the interfaces.
 */
#include "links.h"

#include <assert.h>
#include <errno.h>
#include <linux/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "rtnl.h"

#define ROUTES_MAX  20000
#define LINKS_TRIES 8

struct reading {
	struct links *to;
	size_t room, open; /* open: interfaces without a route so far */
	size_t routes;
};

static struct link *
find(const struct links *l, unsigned ifindex)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->at[middle].ifindex == ifindex)
			return &l->at[middle];
		if (l->at[middle].ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct link *
links_find(const struct links *l, unsigned ifindex)
{
	return find(l, ifindex);
}

static int
make_room(struct reading *r)
{
	size_t room = r->room == 0 ? 16 : 2 * r->room;
	struct link *more;

	if (r->to->n < r->room)
		return 0;
	more = reallocarray(r->to->at, room, sizeof *more);
	if (more == NULL)
		return -ENOMEM;
	r->to->at = more;
	r->room = room;
	return 0;
}

static int
see_link(void *arg, const struct nlmsghdr *m)
{
	const struct ifinfomsg *i = rtnl_body(m);
	const struct rtattr *a[IFLA_MTU + 1];
	struct reading *r = arg;
	struct link x = {.ifindex = (unsigned)i->ifi_index,
	    .ethernet = i->ifi_type == ARPHRD_ETHER,
	    .loopback = (i->ifi_flags & IFF_LOOPBACK) != 0,
	    .up = (i->ifi_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING)};
	size_t n;
	int err;

	if (m->nlmsg_type != RTM_NEWLINK || r->to->n == LINKS_MAX)
		return 0;
	rtnl_attributes(m, sizeof *i, a, IFLA_MTU);
	n = rtnl_size(a[IFLA_IFNAME]);
	if (n == 0 || n > sizeof x.name)
		return 0;
	memcpy(x.name, rtnl_value(a[IFLA_IFNAME]), n);
	x.name[sizeof x.name - 1] = '\0';
	x.mtu = rtnl_u32(a[IFLA_MTU]);
	err = make_room(r);
	if (err == 0)
		r->to->at[r->to->n++] = x;
	return err;
}

static void
note_route(struct reading *r, unsigned ifindex)
{
	struct link *x = find(r->to, ifindex);

	if (x == NULL || x->routed)
		return;
	x->routed = true;
	r->open -= !x->loopback;
}

static void
note_multipath(struct reading *r, const struct rtattr *paths)
{
	const struct rtnexthop *hop = rtnl_value(paths);
	size_t n = rtnl_size(paths);

	while (n >= sizeof *hop && hop->rtnh_len >= sizeof *hop && hop->rtnh_len <= n) {
		size_t step = RTNH_ALIGN(hop->rtnh_len);

		note_route(r, (unsigned)hop->rtnh_ifindex);
		if (step >= n)
			return;
		n -= step;
		hop = (const struct rtnexthop *)(const void *)((const char *)hop + step);
	}
}

static int
see_route(void *arg, const struct nlmsghdr *m)
{
	const struct rtmsg *t = rtnl_body(m);
	const struct rtattr *a[RTA_TABLE + 1];
	struct reading *r = arg;
	uint32_t table;

	if (m->nlmsg_type != RTM_NEWROUTE)
		return 0;
	rtnl_attributes(m, sizeof *t, a, RTA_TABLE);
	table = a[RTA_TABLE] != NULL ? rtnl_u32(a[RTA_TABLE]) : t->rtm_table;
	if (table == RT_TABLE_MAIN && t->rtm_type == RTN_UNICAST) {
		if (a[RTA_OIF] != NULL)
			note_route(r, rtnl_u32(a[RTA_OIF]));
		if (a[RTA_MULTIPATH] != NULL)
			note_multipath(r, a[RTA_MULTIPATH]);
	}
	return r->open == 0 || ++r->routes >= ROUTES_MAX;
}

static int
by_ifindex(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int
read_routes(struct reading *r)
{
	static const unsigned char families[] = {AF_INET, AF_INET6};
	int err = 0;

	for (size_t i = 0; err >= 0 && i < sizeof families; i++) {
		struct rtnl_question q =
		    rtnl_question(RTM_GETROUTE, NLM_F_DUMP, sizeof q.body.route);

		q.body.route.rtm_family = families[i];
		r->routes = 0;
		err = rtnl_ask(&q, see_route, r);
		/* A route that was missed is news, and on some hosts they change always.
		 */
		if (err == -EINTR)
			err = 0;
	}
	return err < 0 ? err : 0;
}

/* One that was missed would be taken for gone, and what is attached to it with it. */
static int
read_links(struct reading *r)
{
	struct rtnl_question q =
	    rtnl_question(RTM_GETLINK, NLM_F_DUMP, sizeof q.body.link);
	int err = -EINTR;

	for (int i = 0; err == -EINTR && i < LINKS_TRIES; i++) {
		r->to->n = 0;
		err = rtnl_ask(&q, see_link, r);
	}
	return err;
}

int
links_look(struct links *l)
{
	struct links fresh = {.at = NULL};
	struct reading r = {.to = &fresh};
	int err = read_links(&r);

	if (err == 0 && fresh.n > 0)
		qsort(fresh.at, fresh.n, sizeof *fresh.at, by_ifindex);
	for (size_t i = 0; i < fresh.n; i++)
		r.open += !fresh.at[i].loopback;
	if (err == 0 && r.open > 0)
		err = read_routes(&r);
	if (err != 0) {
		links_fini(&fresh);
		return err;
	}
	for (size_t i = 0; i < fresh.n; i++) {
		const struct link *before = find(l, fresh.at[i].ifindex);

		if (before != NULL) {
			fresh.at[i].attached = before->attached;
			fresh.at[i].complained = before->complained;
		}
	}
	links_fini(l);
	*l = fresh;
	return 0;
}

void
links_fini(struct links *l)
{
	free(l->at);
	*l = (struct links){.at = NULL};
}

enum links_wish
links_wish(const struct link *x, const char *const *names, size_t n)
{
	bool wanted = n == 0 && x->routed && !x->loopback;

	for (size_t i = 0; i < n; i++)
		wanted = wanted || strcmp(names[i], x->name) == 0;
	if (!wanted)
		return LINKS_NO;
	return x->ethernet && !x->loopback ? LINKS_YES : LINKS_STRANGE;
}
