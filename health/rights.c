/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rights - tries them once, at start and at reload, so that the one clear line comes then
 * and not only "local" for each probe.
 */
#include "rights.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/base.h>

#include "probe/reach_icmp.h"

static bool
pings(const struct model *m, sa_family_t family, enum icmp how)
{
	for (size_t i = 0; i < m->n_pools; i++)
		for (size_t j = 0; j < m->pools[i].n_endpoints; j++) {
			const struct endpoint *e = &m->pools[i].endpoints[j];

			if (e->service->probe == PROBE_ICMP && e->addr.family == family &&
			    e->service->health.icmp == how &&
			    e->member->pool->sides[e->side].probe)
				return true;
		}
	return false;
}

void
rights_check(const struct model *m, struct sbuf *to)
{
	static const sa_family_t families[] = {AF_INET, AF_INET6};

	for (size_t f = 0; f < countof(families); f++)
		for (int how = 0; how < ICMPS; how++) {
			int err = pings(m, families[f], (enum icmp)how)
				      ? reach_icmp_try(families[f], how == ICMP_RAW)
				      : 0;

			if (err == 0)
				continue;
			sbuf_addf(to, "no icmp probe can be sent over %s: %s; ",
			    families[f] == AF_INET ? "IPv4" : "IPv6", strerror(-err));
			if (how == ICMP_RAW)
				sbuf_addf(
				    to, "health.icmp = \"raw\" needs CAP_NET_RAW\n");
			else
				sbuf_addf(to,
				    "put group %u into net.ipv4.ping_group_range, or "
				    "write health.icmp = \"raw\" and give CAP_NET_RAW\n",
				    (unsigned)getegid());
		}
}
