/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room - made in one go, or not at all.
 *
 * What bears our alias was left by one of us that died while somebody still held a socket
 * of its namespace: it is removed.  What has our name without the alias is somebody
 * else's, and so is a prefix that the host has a directly connected network for: we
 * refuse, and say what to change.
 */
#include "room.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/log.h>

#include "netlink.h"

#define OUTER "edge-vantage"
#define INNER "host"
#define ALIAS "edgepool: the prober's way to the VIPs"

static const int families[] = {AF_INET, AF_INET6};

static size_t
octets_of(int family)
{
	return family == AF_INET ? 4 : 16;
}

/* The n-th address of a prefix. */
static struct addr
address(const struct prefix *p, uint8_t n)
{
	struct addr a = p->addr;

	a.bytes[octets_of(a.family) - 1] |= n;
	return a;
}

/* --- what may be there already --------------------------------------------------------
 */

static void
begin_link(struct netlink_message *m, unsigned short type, unsigned short flags,
    const char *name)
{
	struct ifinfomsg head = {.ifi_family = AF_UNSPEC};

	netlink_begin(m, type, flags, &head, sizeof head);
	netlink_put_text(m, IFLA_IFNAME, name);
}

/* 0: there is none (any more). */
static int
remove_leftover(int host, char *why, size_t why_size)
{
	struct netlink_message m;
	const void *alias;
	size_t size = 0;
	int err;

	begin_link(&m, RTM_GETLINK, 0, OUTER);
	err = netlink_ask(host, &m);
	if (err == -ENODEV)
		return 0;
	if (err != 0) {
		snprintf(why, why_size, "the interface %s cannot be looked for: %s",
		    OUTER, strerror(-err));
		return err;
	}
	alias = netlink_find(&m, sizeof(struct ifinfomsg), IFLA_IFALIAS, &size);
	if (alias == NULL || size != sizeof ALIAS ||
	    memcmp(alias, ALIAS, sizeof ALIAS) != 0) {
		snprintf(why, why_size,
		    "an interface %s is there that is not ours: rename it", OUTER);
		return -EEXIST;
	}
	begin_link(&m, RTM_DELLINK, NLM_F_ACK, OUTER);
	err = netlink_ask(host, &m);
	if (err != 0)
		snprintf(why, why_size, "the interface %s of an earlier run stays: %s",
		    OUTER, strerror(-err));
	return err;
}

/* 0: nobody has a directly connected network there, or this very address. */
static int
check_address(int host, struct addr to, char *why, size_t why_size)
{
	struct rtmsg head = {.rtm_family = to.family,
	    .rtm_dst_len = (uint8_t)(8 * octets_of(to.family)),
	    .rtm_flags = RTM_F_FIB_MATCH};
	struct netlink_message m;
	char text[ADDR_TEXT_MAX];
	size_t size;

	netlink_begin(&m, RTM_GETROUTE, 0, &head, sizeof head);
	netlink_put(&m, RTA_DST, to.bytes, octets_of(to.family));
	if (netlink_ask(host, &m) != 0)
		return 0; /* no way there at all: as it should be */
	memcpy(&head, m.body, sizeof head);
	if (head.rtm_type != RTN_LOCAL &&
	    (head.rtm_type != RTN_UNICAST || head.rtm_dst_len == 0 ||
		netlink_find(&m, sizeof head, RTA_GATEWAY, &size) != NULL))
		return 0;
	snprintf(why, why_size,
	    "this host has a network of its own at %s: give another prefix with -%c",
	    addr_text(&to, text), to.family == AF_INET ? '4' : '6');
	return -EADDRINUSE;
}

/* 0: both its addresses can be taken. */
static int
check_prefix(int host, const struct prefix *p, char *why, size_t why_size)
{
	int err = check_address(host, address(p, 1), why, why_size);

	return err == 0 ? check_address(host, address(p, 2), why, why_size) : err;
}

/* --- making it ------------------------------------------------------------------------
 */

/* From inside, with the other end given to the host. */
static int
make_pair(int inside, int host_namespace)
{
	struct ifinfomsg head = {.ifi_family = AF_UNSPEC};
	struct netlink_message m;
	size_t info, data, peer;
	uint32_t ns = (uint32_t)host_namespace;

	netlink_begin(
	    &m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &head, sizeof head);
	netlink_put_text(&m, IFLA_IFNAME, INNER);
	info = netlink_nest(&m, IFLA_LINKINFO, 0);
	netlink_put_text(&m, IFLA_INFO_KIND, "veth");
	data = netlink_nest(&m, IFLA_INFO_DATA, 0);
	peer = netlink_nest(&m, VETH_INFO_PEER, sizeof head);
	netlink_put_text(&m, IFLA_IFNAME, OUTER);
	netlink_put(&m, IFLA_NET_NS_FD, &ns, sizeof ns);
	netlink_end_nest(&m, peer);
	netlink_end_nest(&m, data);
	netlink_end_nest(&m, info);
	return netlink_ask(inside, &m);
}

static int
set_up(int fd, const char *name, const char *alias)
{
	struct ifinfomsg head = {
	    .ifi_family = AF_UNSPEC, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct netlink_message m;

	netlink_begin(&m, RTM_NEWLINK, NLM_F_ACK, &head, sizeof head);
	netlink_put_text(&m, IFLA_IFNAME, name);
	if (alias != NULL)
		netlink_put(&m, IFLA_IFALIAS, alias, strlen(alias) + 1);
	return netlink_ask(fd, &m);
}

static int
index_of(int fd, const char *name, uint32_t *ret)
{
	struct ifinfomsg head;
	struct netlink_message m;
	int err;

	begin_link(&m, RTM_GETLINK, 0, name);
	err = netlink_ask(fd, &m);
	if (err != 0)
		return err;
	memcpy(&head, m.body, sizeof head);
	*ret = (uint32_t)head.ifi_index;
	return 0;
}

static int
give_address(int fd, uint32_t index, const struct prefix *p, uint8_t n)
{
	struct addr a = address(p, n);
	/* Nobody else is on this wire: no time is lost with looking for duplicates. */
	struct ifaddrmsg head = {.ifa_family = a.family,
	    .ifa_prefixlen = p->length,
	    .ifa_flags = a.family == AF_INET6 ? IFA_F_NODAD : 0,
	    .ifa_index = index};
	struct netlink_message m;

	netlink_begin(
	    &m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &head, sizeof head);
	netlink_put(&m, IFA_LOCAL, a.bytes, octets_of(a.family));
	netlink_put(&m, IFA_ADDRESS, a.bytes, octets_of(a.family));
	return netlink_ask(fd, &m);
}

static int
route_by_host(int fd, uint32_t index, const struct prefix *p)
{
	struct addr via = address(p, 1);
	struct rtmsg head = {.rtm_family = via.family,
	    .rtm_table = RT_TABLE_MAIN,
	    .rtm_protocol = RTPROT_STATIC,
	    .rtm_scope = RT_SCOPE_UNIVERSE,
	    .rtm_type = RTN_UNICAST};
	struct netlink_message m;

	netlink_begin(
	    &m, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &head, sizeof head);
	netlink_put(&m, RTA_GATEWAY, via.bytes, octets_of(via.family));
	netlink_put(&m, RTA_OIF, &index, sizeof index);
	return netlink_ask(fd, &m);
}

static int
furnish(const struct room *r, int host, const struct prefix *p)
{
	uint32_t outer = 0, inner = 0;
	int err = index_of(host, OUTER, &outer);

	if (err == 0)
		err = index_of(r->inside, INNER, &inner);
	if (err == 0)
		err = give_address(host, outer, p, 1);
	if (err == 0)
		err = give_address(r->inside, inner, p, 2);
	if (err == 0)
		err = route_by_host(r->inside, inner, p);
	return err;
}

/* The namespace, its pair, both ends up. */
static int
build(struct room *r, int host, char *why, size_t why_size)
{
	int ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int err = ns < 0 ? -errno : 0;

	if (err == 0 && unshare(CLONE_NEWNET) != 0)
		err = -errno;
	if (err != 0) {
		snprintf(why, why_size, "no network namespace: %s%s", strerror(-err),
		    err == -EPERM ? " (it needs CAP_SYS_ADMIN; the unit gives it)" : "");
		if (ns >= 0)
			close(ns);
		return err;
	}
	r->inside = netlink_open();
	err = r->inside < 0 ? r->inside : make_pair(r->inside, ns);
	close(ns);
	if (err == 0)
		err = set_up(host, OUTER, ALIAS);
	if (err == 0)
		err = set_up(r->inside, INNER, NULL);
	if (err != 0)
		snprintf(why, why_size, "no pair of interfaces: %s%s", strerror(-err),
		    err == -EPERM ? " (it needs CAP_NET_ADMIN; the unit gives it)" : "");
	return err;
}

static int
watch_links(struct room *r)
{
	int group = RTNLGRP_LINK;

	return setsockopt(r->inside, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		   sizeof group) == 0
		   ? 0
		   : -errno;
}

static int
settle(struct room *r, int host, const struct prefix at[2], char *why, size_t why_size)
{
	int err = remove_leftover(host, why, why_size);

	for (size_t f = 0; err == 0 && f < countof(families); f++)
		err = check_prefix(host, &at[f], why, why_size);
	if (err == 0)
		err = build(r, host, why, why_size);
	for (size_t f = 0; err == 0 && f < countof(families); f++) {
		int failed = furnish(r, host, &at[f]);

		r->has[f] = failed == 0;
		if (failed != 0)
			snprintf(why, why_size, "nothing is measured over IPv%c: %s",
			    families[f] == AF_INET ? '4' : '6', strerror(-failed));
	}
	if (err == 0 && !r->has[0] && !r->has[1])
		return -EAFNOSUPPORT;
	return err == 0 ? watch_links(r) : err;
}

int
room_enter(struct room *r, const struct prefix at[2], char *why, size_t why_size)
{
	int host = netlink_open();
	int err;

	*r = (struct room){.inside = -1, .at = {at[0], at[1]}};
	why[0] = '\0';
	if (host < 0) {
		snprintf(why, why_size, "no netlink: %s", strerror(-host));
		return host;
	}
	err = settle(r, host, at, why, why_size);
	if (err != 0 && why[0] == '\0')
		snprintf(why, why_size, "%s", strerror(-err));
	close(host);
	return err;
}

bool
room_stands(struct room *r)
{
	struct netlink_message m;
	ssize_t n;

	while ((n = recv(r->inside, &m, sizeof m, MSG_DONTWAIT)) > 0)
		if (m.header.nlmsg_type == RTM_DELLINK)
			return false;
	return n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS);
}
