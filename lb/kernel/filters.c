/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filters - see filters.h.
 */
#include "filters.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <string.h>

#include "rtnl.h"

static bool
is_named_as_ours(const struct rtattr *options)
{
	const struct rtattr *a[TCA_BPF_MAX + 1];
	static const char name[] = "edge_ingress";

	if (options == NULL)
		return false;
	rtnl_nested(options, a, TCA_BPF_MAX);
	/* The library that attaches it adds ":[NUMBER]". */
	return rtnl_size(a[TCA_BPF_NAME]) >= sizeof name - 1 &&
	       memcmp(rtnl_value(a[TCA_BPF_NAME]), name, sizeof name - 1) == 0;
}

static int
see(void *arg, const struct nlmsghdr *m)
{
	const struct tcmsg *t = rtnl_body(m);
	const struct rtattr *a[TCA_MAX + 1];
	struct filters *f = arg;

	/* A chain is told without a handle before its filters. */
	if (m->nlmsg_type != RTM_NEWTFILTER || t->tcm_handle == 0)
		return 0;
	rtnl_attributes(m, sizeof *t, a, TCA_MAX);
	if (t->tcm_parent != TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) ||
	    TC_H_MAJ(t->tcm_info) >> 16 != FILTERS_PRIORITY ||
	    t->tcm_handle != FILTERS_HANDLE)
		f->others = true;
	else if (is_named_as_ours(a[TCA_OPTIONS]))
		f->ours = true;
	else
		f->others = f->occupied = true;
	return 0;
}

int
filters_look(unsigned ifindex, struct filters *ret)
{
	static const unsigned minors[] = {TC_H_MIN_INGRESS, TC_H_MIN_EGRESS};
	int err = 0;

	*ret = (struct filters){false};
	for (int i = 0; err == 0 && i < 2; i++) {
		struct rtnl_question q =
		    rtnl_question(RTM_GETTFILTER, NLM_F_DUMP, sizeof q.body.traffic);

		q.body.traffic.tcm_ifindex = (int)ifindex;
		q.body.traffic.tcm_parent = TC_H_MAKE(TC_H_CLSACT, minors[i]);
		err = rtnl_ask(&q, see, ret);
		if (err == -EINVAL || err == -ENOENT || err == -ENODEV)
			err = 0; /* no such qdisc, or no such interface */
	}
	return err;
}

static int
see_nothing(void *arg, const struct nlmsghdr *m)
{
	(void)arg;
	(void)m;
	return 0;
}

int
filters_remove(unsigned ifindex)
{
	struct rtnl_question q =
	    rtnl_question(RTM_DELTFILTER, NLM_F_ACK, sizeof q.body.traffic);

	q.body.traffic.tcm_ifindex = (int)ifindex;
	q.body.traffic.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	q.body.traffic.tcm_handle = FILTERS_HANDLE;
	q.body.traffic.tcm_info = TC_H_MAKE(FILTERS_PRIORITY << 16, htons(ETH_P_ALL));
	rtnl_add(&q, TCA_KIND, "bpf", sizeof "bpf");
	return rtnl_ask(&q, see_nothing, NULL);
}

int
filters_remove_qdisc(unsigned ifindex)
{
	struct rtnl_question q =
	    rtnl_question(RTM_DELQDISC, NLM_F_ACK, sizeof q.body.traffic);
	int err;

	q.body.traffic.tcm_ifindex = (int)ifindex;
	q.body.traffic.tcm_parent = TC_H_CLSACT;
	q.body.traffic.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	rtnl_add(&q, TCA_KIND, "clsact", sizeof "clsact");
	err = rtnl_ask(&q, see_nothing, NULL);
	return err == -ENOENT || err == -EINVAL || err == -ENODEV ? 0 : err;
}
