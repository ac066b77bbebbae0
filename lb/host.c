/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engines.h"
#include "filter.h"
#include "left.h"

#define INTERFACES_MAX 32

struct host {
	bool manage;
	const char *run_dir;
	struct sbuf *why;
	bool wrong;
	char interfaces[INTERFACES_MAX][IF_NAMESIZE];
	size_t n_interfaces;
};

/* --- what it must be ------------------------------------------------------------------
 */

static void
complain(struct host *h, const char *name, int have, int want, int err)
{
	sbuf_addf(
	    h->why, "%s%s is %d and must be %d", h->wrong ? ", " : "", name, have, want);
	if (err != 0)
		sbuf_addf(h->why, " (setting it failed: %s)", strerror(-err));
	h->wrong = true;
}

/* Makes @name be @want, or says that it is not. */
static void
need(struct host *h, const char *name, int have, int want)
{
	int err = 0;

	if (have == want)
		return;
	if (h->manage) {
		err = left_setting_change(h->run_dir, name, have, want);
		if (err == 0)
			return;
	}
	complain(h, name, have, want, err);
}

static void
need_setting(struct host *h, const char *name, int want)
{
	int have;

	if (left_setting_get(name, &have) == 0)
		need(h, name, have, want);
}

/* The kernel takes the greater of "all" and the interface's own. */
static void
need_no_strict_filter(struct host *h, const char *interface)
{
	char name[LEFT_SETTING_MAX];
	int all, own;

	snprintf(name, sizeof name, "ipv4/conf/%s/rp_filter", interface);
	if (left_setting_get("ipv4/conf/all/rp_filter", &all) != 0 ||
	    left_setting_get(name, &own) != 0 || (all > own ? all : own) != 1)
		return;
	need(h, name, own, 2);
}

static void
need_interface(struct host *h, const char *interface)
{
	char name[LEFT_SETTING_MAX];

	need_no_strict_filter(h, interface);
	snprintf(name, sizeof name, "ipv4/conf/%s/send_redirects", interface);
	need_setting(h, name, 0);
}

/* --- which interfaces -----------------------------------------------------------------
 */

static void
note_interface(struct host *h, const char *name)
{
	if (strcmp(name, "lo") == 0 || h->n_interfaces == INTERFACES_MAX)
		return;
	for (size_t i = 0; i < h->n_interfaces; i++)
		if (strcmp(h->interfaces[i], name) == 0)
			return;
	snprintf(h->interfaces[h->n_interfaces++], IF_NAMESIZE, "%s", name);
}

static void
note_interface_of(struct host *h, const struct ifaddrs *list, const struct addr *a)
{
	for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
		struct sockaddr_storage ss = {0};
		struct addr have;

		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&ss, i->ifa_addr, sizeof(struct sockaddr_in));
		if (addr_from_sockaddr(&ss, &have, NULL) && addr_equal(&have, a))
			note_interface(h, i->ifa_name);
	}
}

bool
host_address_towards(const struct addr *to, struct addr *ret)
{
	struct sockaddr_storage ss;
	socklen_t n = addr_to_sockaddr(to, 9, &ss);
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found;

	if (fd < 0)
		return false;
	found = connect(fd, (struct sockaddr *)&ss, n) == 0;
	n = sizeof ss;
	found = found && getsockname(fd, (struct sockaddr *)&ss, &n) == 0 &&
		addr_from_sockaddr(&ss, ret, NULL);
	close(fd);
	return found;
}

static void
note_interfaces(struct host *h, const struct model *m)
{
	struct ifaddrs *list;
	struct addr own;

	if (getifaddrs(&list) != 0)
		return;
	for (size_t p = 0; p < m->n_pools; p++) {
		for (size_t i = 0; i < m->pools[p].n_listeners; i++) {
			const struct listener *l = &m->pools[p].listeners[i];

			if (l->service->source != SOURCE_KEEP ||
			    addr_family(&l->addr) != FAMILY_V4)
				continue;
			note_interface_of(h, list, &l->addr);
			for (size_t k = 0; k < l->n_endpoints; k++)
				if (host_address_towards(&l->endpoints[k]->addr, &own))
					note_interface_of(h, list, &own);
		}
	}
	freeifaddrs(list);
}

int
host_prepare(const struct model *m, const char *run_dir, struct sbuf *why)
{
	struct host h = {.manage = m->lb.manage_host, .run_dir = run_dir, .why = why};
	struct filter_needs needs = filter_needs(m);

	if (needs.pass[FAMILY_V4]) {
		need_setting(&h, "ipv4/ip_forward", 1);
		note_interfaces(&h, m);
		need_setting(&h, "ipv4/conf/all/send_redirects", 0);
		for (size_t i = 0; i < h.n_interfaces; i++)
			need_interface(&h, h.interfaces[i]);
		/* What is too big for its way back to a client, and may be cut up, comes
		 * in by the loopback interface with a VIP as its source (kernel engine).
		 * So rare that nobody who sets the host himself is made to. */
		if (h.manage && engines_need(m) != ENGINES_RELAY)
			need_setting(&h, "ipv4/conf/lo/accept_local", 1);
	}
	if (needs.pass[FAMILY_V6])
		need_setting(&h, "ipv6/conf/all/forwarding", 1);
	if (!h.wrong)
		return 0;
	if (!h.manage)
		sbuf_addf(why, "; set them below /proc/sys/net (sysctl), or write "
			       "lb = { manage_host = true; }");
	return -EINVAL;
}

void
host_restore(const char *run_dir)
{
	left_settings_restore(run_dir);
}
