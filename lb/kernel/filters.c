/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filters - see filters.h.
 *
 * Two edge-lb on one host want the same place, and programs do not say whose they are:
 * so the filter's name does.  The kernel compares nothing of it, and tc(8) shows it.
 */
#include "filters.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/id.h>

#include "rtnl.h"

#define OF_EDGE_LB "edge_ingress@"
#define HASH_SHOWN 18 /* of a directory whose name is too long, and ".." */

struct looking {
	char name[FILTERS_NAME_MAX]; /* of ours */
	struct filters *ret;
};

/* The same for every way to write the directory. */
static void
name_of(const struct pins *pins, char ret[FILTERS_NAME_MAX])
{
	char *path = realpath(pins->dir, NULL);
	const char *dir = path != NULL ? path : pins->dir;
	size_t n = strlen(dir), room = FILTERS_NAME_MAX - sizeof OF_EDGE_LB;

	/* A kernel that is asked for a longer name takes none, and the end alone may be
	 * that of another directory, too. */
	if (n <= room)
		snprintf(ret, FILTERS_NAME_MAX, OF_EDGE_LB "%.*s", (int)room, dir);
	else
		snprintf(ret, FILTERS_NAME_MAX, OF_EDGE_LB "%016" PRIx64 "..%.*s",
		    id_hash(dir, n), (int)(room - HASH_SHOWN),
		    dir + n - (room - HASH_SHOWN));
	free(path);
}

/* In the place of an edge-lb's filter. */
static void
see_whose(const struct looking *l, const struct rtattr *options)
{
	const struct rtattr *a[TCA_BPF_MAX + 1] = {NULL};
	const char *name;
	size_t n;

	if (options != NULL)
		rtnl_nested(options, a, TCA_BPF_MAX);
	n = rtnl_size(a[TCA_BPF_NAME]);
	name = n > 0 ? rtnl_value(a[TCA_BPF_NAME]) : "";
	n = strnlen(name, n);
	if (n == strlen(l->name) && memcmp(name, l->name, n) == 0) {
		l->ret->ours = true;
		return;
	}
	l->ret->others = l->ret->occupied = true;
	if (n >= sizeof OF_EDGE_LB && n < FILTERS_NAME_MAX &&
	    memcmp(name, OF_EDGE_LB, sizeof OF_EDGE_LB - 1) == 0)
		snprintf(l->ret->owner, sizeof l->ret->owner, "%.*s",
		    (int)(n - (sizeof OF_EDGE_LB - 1)), name + sizeof OF_EDGE_LB - 1);
}

static int
see(void *arg, const struct nlmsghdr *m)
{
	const struct tcmsg *t = rtnl_body(m);
	const struct rtattr *a[TCA_MAX + 1];
	const struct looking *l = arg;

	/* A chain is told without a handle before its filters. */
	if (m->nlmsg_type != RTM_NEWTFILTER || t->tcm_handle == 0)
		return 0;
	rtnl_attributes(m, sizeof *t, a, TCA_MAX);
	if (t->tcm_parent != TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) ||
	    TC_H_MAJ(t->tcm_info) >> 16 != FILTERS_PRIORITY ||
	    t->tcm_handle != FILTERS_HANDLE)
		l->ret->others = true;
	else
		see_whose(l, a[TCA_OPTIONS]);
	return 0;
}

int
filters_look(const struct pins *pins, unsigned ifindex, struct filters *ret)
{
	static const unsigned minors[] = {TC_H_MIN_INGRESS, TC_H_MIN_EGRESS};
	struct looking l = {.ret = ret};
	int err = 0;

	*ret = (struct filters){false};
	name_of(pins, l.name);
	for (int i = 0; err == 0 && i < 2; i++) {
		struct rtnl_question q =
		    rtnl_question(RTM_GETTFILTER, NLM_F_DUMP, sizeof q.body.traffic);

		q.body.traffic.tcm_ifindex = (int)ifindex;
		q.body.traffic.tcm_parent = TC_H_MAKE(TC_H_CLSACT, minors[i]);
		err = rtnl_ask(&q, see, &l);
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

/* About the place. */
static struct rtnl_question
question(unsigned type, unsigned flags, unsigned ifindex)
{
	struct rtnl_question q =
	    rtnl_question(type, NLM_F_ACK | flags, sizeof q.body.traffic);

	q.body.traffic.tcm_ifindex = (int)ifindex;
	q.body.traffic.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	q.body.traffic.tcm_handle = FILTERS_HANDLE;
	q.body.traffic.tcm_info = TC_H_MAKE(FILTERS_PRIORITY << 16, htons(ETH_P_ALL));
	rtnl_add(&q, TCA_KIND, "bpf", sizeof "bpf");
	return q;
}

int
filters_add(const struct pins *pins, unsigned ifindex, int program, bool exchange)
{
	struct rtnl_question q = question(RTM_NEWTFILTER,
	    exchange ? NLM_F_CREATE | NLM_F_REPLACE : NLM_F_CREATE | NLM_F_EXCL, ifindex);
	uint32_t flags = TCA_BPF_FLAG_ACT_DIRECT, fd = (uint32_t)program;
	size_t options = q.header.nlmsg_len;
	char name[FILTERS_NAME_MAX];

	name_of(pins, name);
	rtnl_add(&q, TCA_OPTIONS, "", 0);
	rtnl_add(&q, TCA_BPF_FD, &fd, sizeof fd);
	rtnl_add(&q, TCA_BPF_NAME, name, strlen(name) + 1);
	rtnl_add(&q, TCA_BPF_FLAGS, &flags, sizeof flags);
	rtnl_enclose(&q, options);
	return rtnl_ask(&q, see_nothing, NULL);
}

int
filters_remove(unsigned ifindex)
{
	struct rtnl_question q = question(RTM_DELTFILTER, 0, ifindex);

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
