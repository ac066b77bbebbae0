/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtnl - see rtnl.h.
 */
#include "rtnl.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX   32768
#define NEWS_AT_ONCE 256    /* datagrams */
#define TYPE_BITS    0x3fff /* the rest says how it is written */

struct reading {
	bool dump;
	bool torn; /* something changed meanwhile: entries may be missing */
};

struct rtnl_question
rtnl_question(unsigned type, unsigned flags, size_t size)
{
	struct rtnl_question q;

	memset(&q, 0, sizeof q);
	q.header.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	q.header.nlmsg_type = (uint16_t)type;
	q.header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return q;
}

void
rtnl_add(struct rtnl_question *q, unsigned short type, const void *value, size_t n)
{
	size_t at = NLMSG_ALIGN(q->header.nlmsg_len);
	struct rtattr *a = (struct rtattr *)(void *)((uint8_t *)q + at);

	assert(at + RTA_SPACE(n) <= sizeof *q);
	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	memcpy(RTA_DATA(a), value, n);
	q->header.nlmsg_len = (uint32_t)(at + RTA_ALIGN(a->rta_len));
}

void
rtnl_enclose(struct rtnl_question *q, size_t at)
{
	struct rtattr *a = (struct rtattr *)(void *)((uint8_t *)q + NLMSG_ALIGN(at));

	a->rta_len = (unsigned short)(q->header.nlmsg_len - NLMSG_ALIGN(at));
}

const void *
rtnl_body(const struct nlmsghdr *m)
{
	return (const char *)m + NLMSG_HDRLEN;
}

const void *
rtnl_value(const struct rtattr *a)
{
	return (const char *)a + RTA_LENGTH(0);
}

/* 1: there is more to come; else what rtnl_ask() returns. */
static int
see_all(const char *octets, size_t n, struct reading *r, rtnl_see *see, void *arg)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)(const void *)octets;

	while (n >= sizeof *m && m->nlmsg_len >= sizeof *m && m->nlmsg_len <= n) {
		const struct nlmsgerr *e = rtnl_body(m);
		size_t step = NLMSG_ALIGN(m->nlmsg_len);
		int err = 0;

		r->torn = r->torn || (r->dump && (m->nlmsg_flags & NLM_F_DUMP_INTR) != 0);
		if (m->nlmsg_type == NLMSG_DONE)
			return r->torn ? -EINTR : 0;
		if (m->nlmsg_type == NLMSG_ERROR)
			return m->nlmsg_len < NLMSG_LENGTH(sizeof(int)) ? -EPROTO
									: e->error;
		err = see(arg, m);
		if (err != 0 || !r->dump)
			return err;
		if (step >= n)
			return 1;
		n -= step;
		m = (const struct nlmsghdr *)(const void *)((const char *)m + step);
	}
	return -EPROTO;
}

int
rtnl_ask(struct rtnl_question *q, rtnl_see *see, void *arg)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_MAX];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	const struct timeval patience = {.tv_sec = 1};
	struct reading r = {(q->header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP, false};
	int err = 1;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (send(fd, q, q->header.nlmsg_len, 0) < 0)
		err = -errno;
	while (err == 1) {
		ssize_t n = recv(fd, answer, sizeof answer, MSG_TRUNC);

		if (n < 0)
			err = -errno;
		else if ((size_t)n > sizeof answer)
			err = -EMSGSIZE;
		else
			err = see_all(answer, (size_t)n, &r, see, arg);
	}
	close(fd);
	return err;
}

static void
sort(const struct rtattr *a, size_t n, const struct rtattr **ret, unsigned short max)
{
	for (unsigned short i = 0; i <= max; i++)
		ret[i] = NULL;
	while (n >= sizeof *a && a->rta_len >= sizeof *a && a->rta_len <= n) {
		size_t step = RTA_ALIGN(a->rta_len);
		unsigned short type = a->rta_type & TYPE_BITS;

		if (type <= max)
			ret[type] = a;
		if (step >= n)
			return;
		n -= step;
		a = (const struct rtattr *)(const void *)((const char *)a + step);
	}
}

void
rtnl_attributes(
    const struct nlmsghdr *m, size_t size, const struct rtattr **ret, unsigned short max)
{
	size_t before = NLMSG_SPACE(size);

	sort((const struct rtattr *)(const void *)((const char *)m + before),
	    m->nlmsg_len > before ? m->nlmsg_len - before : 0, ret, max);
}

void
rtnl_nested(const struct rtattr *nest, const struct rtattr **ret, unsigned short max)
{
	sort(rtnl_value(nest), rtnl_size(nest), ret, max);
}

size_t
rtnl_size(const struct rtattr *a)
{
	return a == NULL ? 0 : a->rta_len - RTA_LENGTH(0);
}

uint32_t
rtnl_u32(const struct rtattr *a)
{
	uint32_t value = 0;

	if (rtnl_size(a) >= sizeof value)
		memcpy(&value, rtnl_value(a), sizeof value);
	return value;
}

int
rtnl_listen(void)
{
	static const int groups[] = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
	    RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
	    RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_NEXTHOP, RTNLGRP_TC};
	/* Bound: news are not for sockets without an address. */
	const struct sockaddr_nl us = {.nl_family = AF_NETLINK};
	int fd =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&us, sizeof us) != 0)
		err = -errno;
	for (size_t i = 0; err == 0 && i < sizeof groups / sizeof groups[0]; i++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			sizeof groups[i]) != 0)
			err = -errno;
	if (err == 0)
		return fd;
	close(fd);
	return err;
}

void
rtnl_drain(int fd)
{
	char one[1];

	/* ENOBUFS: news were lost, which is news as well. */
	for (int i = 0; i < NEWS_AT_ONCE; i++)
		if (recv(fd, one, sizeof one, MSG_TRUNC) < 0 && errno != ENOBUFS)
			return;
}
