/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * route - see route.h.  Four rtnetlink messages, written out: a library would be one
 * more dependency for what the kernel documents in rtnetlink(7).
 */
#include "route.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RULE_PREFERENCE 15000 /* before "main" (32766), after "local" (0) */

struct message {
	struct nlmsghdr header;
	union {
		struct fib_rule_hdr rule;
		struct rtmsg route;
	} body;
	uint8_t attributes[128];
};

static void
add_u32(struct message *m, unsigned short type, uint32_t value)
{
	struct rtattr *a =
	    (struct rtattr *)(void *)((uint8_t *)m + NLMSG_ALIGN(m->header.nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(sizeof value);
	memcpy(RTA_DATA(a), &value, sizeof value);
	m->header.nlmsg_len = NLMSG_ALIGN(m->header.nlmsg_len) + RTA_ALIGN(a->rta_len);
}

/* Sends @m and reads the kernel's answer. */
static int
ask_kernel(struct message *m)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		uint8_t rest[256];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	m->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(fd, m, m->header.nlmsg_len, 0) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	n = recv(fd, &answer, sizeof answer, 0);
	if (n < 0)
		err = -errno;
	else if ((size_t)n < sizeof answer.header + sizeof(int) ||
		 answer.header.nlmsg_type != NLMSG_ERROR)
		err = -EPROTO;
	else
		err = answer.error.error;
	close(fd);
	return err;
}

static int
rule(unsigned short type, unsigned short flags, enum family family, uint32_t mark)
{
	struct message m = {
	    .header = {.nlmsg_len = NLMSG_LENGTH(sizeof m.body.rule),
		.nlmsg_type = type,
		.nlmsg_flags = flags},
	    .body.rule = {.family = family == FAMILY_V4 ? AF_INET : AF_INET6,
		.action = FR_ACT_TO_TBL},
	};

	add_u32(&m, FRA_PRIORITY, RULE_PREFERENCE);
	add_u32(&m, FRA_FWMARK, mark);
	add_u32(&m, FRA_TABLE, mark);
	return ask_kernel(&m);
}

static int
local_default(
    unsigned short type, unsigned short flags, enum family family, uint32_t mark)
{
	struct message m = {
	    .header = {.nlmsg_len = NLMSG_LENGTH(sizeof m.body.route),
		.nlmsg_type = type,
		.nlmsg_flags = flags},
	    .body.route = {.rtm_family = family == FAMILY_V4 ? AF_INET : AF_INET6,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_HOST,
		.rtm_type = RTN_LOCAL},
	};

	add_u32(&m, RTA_TABLE, mark);
	add_u32(&m, RTA_OIF, if_nametoindex("lo"));
	return ask_kernel(&m);
}

int
route_add(enum family family, uint32_t mark)
{
	int err = rule(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, family, mark);

	if (err != 0 && err != -EEXIST)
		return err;
	err = local_default(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, family, mark);
	return err == -EEXIST ? 0 : err;
}

int
route_remove(enum family family, uint32_t mark)
{
	int err = local_default(RTM_DELROUTE, 0, family, mark);

	if (err != 0 && err != -ESRCH && err != -ENOENT)
		return err;
	err = rule(RTM_DELRULE, 0, family, mark);
	return err == -ENOENT ? 0 : err;
}
