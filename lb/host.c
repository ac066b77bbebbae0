/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/program.h>

#include "engines.h"
#include "filter.h"

#define INTERFACES_MAX 32
#define SETTING_MAX    96
#define SAVED_MAX      128

struct host {
	bool manage;
	const char *run_dir;
	struct sbuf *why;
	bool wrong;
	char interfaces[INTERFACES_MAX][IF_NAMESIZE];
	size_t n_interfaces;
};

/* --- /proc/sys -----------------------------------------------------------------------
 */

static bool
setting_path(char *path, const char *name)
{
	/* @name has slashes, because an interface's name may have dots. */
	return snprintf(path, SETTING_MAX + 16, "/proc/sys/net/%s", name) <
	       SETTING_MAX + 16;
}

static int
setting_get(const char *name, int *ret)
{
	char path[SETTING_MAX + 16], text[16];
	int fd, err = 0;
	ssize_t n;

	if (!setting_path(path, name))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof text - 1);
	if (n < 0)
		err = -errno;
	close(fd);
	if (n > 0) {
		text[n] = '\0';
		*ret = atoi(text);
	}
	return err;
}

static int
setting_set(const char *name, int value)
{
	char path[SETTING_MAX + 16], text[16];
	int n = snprintf(text, sizeof text, "%d\n", value);
	int fd, err = 0;

	if (!setting_path(path, name))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)n) != n)
		err = -errno;
	close(fd);
	return err;
}

/* --- what it was ---------------------------------------------------------------------
 */

static FILE *
saved_open(const char *run_dir, const char *mode)
{
	char path[PROGRAM_PATH_MAX];

	return program_path(path, run_dir, "lb", ".host") ? fopen(path, mode) : NULL;
}

/* Written before the setting is changed. */
static int
saved_add(const char *run_dir, const char *name, int value)
{
	FILE *f = saved_open(run_dir, "a");

	if (f == NULL)
		return -errno;
	fprintf(f, "%s %d\n", name, value);
	return fclose(f) == 0 ? 0 : -errno;
}

void
host_restore(const char *run_dir)
{
	struct {
		char name[SETTING_MAX];
		int value;
	} saved[SAVED_MAX];
	char path[PROGRAM_PATH_MAX];
	FILE *f = saved_open(run_dir, "r");
	size_t n = 0;

	if (f == NULL)
		return;
	while (n < SAVED_MAX && fscanf(f, "%95s %d", saved[n].name, &saved[n].value) == 2)
		n++;
	fclose(f);
	/* Backwards, so that the oldest value of a setting is the one that stays. */
	while (n-- > 0)
		setting_set(saved[n].name, saved[n].value);
	if (program_path(path, run_dir, "lb", ".host"))
		unlink(path);
}

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
		err = saved_add(h->run_dir, name, have);
		if (err == 0)
			err = setting_set(name, want);
		if (err == 0)
			return;
	}
	complain(h, name, have, want, err);
}

static void
need_setting(struct host *h, const char *name, int want)
{
	int have;

	if (setting_get(name, &have) == 0)
		need(h, name, have, want);
}

/* The kernel takes the greater of "all" and the interface's own. */
static void
need_no_strict_filter(struct host *h, const char *interface)
{
	char name[SETTING_MAX];
	int all, own;

	snprintf(name, sizeof name, "ipv4/conf/%s/rp_filter", interface);
	if (setting_get("ipv4/conf/all/rp_filter", &all) != 0 ||
	    setting_get(name, &own) != 0 || (all > own ? all : own) != 1)
		return;
	need(h, name, own, 2);
}

static void
need_interface(struct host *h, const char *interface)
{
	char name[SETTING_MAX];

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
