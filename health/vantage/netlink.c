/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink - a dozen messages, written out: a library would be one more thing that runs
 * with these rights, for what the kernel documents in rtnetlink(7).
 */
#include "netlink.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
netlink_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd < 0 ? -errno : fd;
}

static uint8_t *
reserve(struct netlink_message *m, size_t size)
{
	size_t at = NLMSG_ALIGN(m->header.nlmsg_len);

	assert(at + size <= sizeof *m);
	memset((uint8_t *)m + at, 0, size);
	m->header.nlmsg_len = (uint32_t)(at + size);
	return (uint8_t *)m + at;
}

void
netlink_begin(struct netlink_message *m, unsigned short type, unsigned short flags,
    const void *head, size_t size)
{
	m->header = (struct nlmsghdr){.nlmsg_len = NLMSG_HDRLEN,
	    .nlmsg_type = type,
	    .nlmsg_flags = (unsigned short)(flags | NLM_F_REQUEST)};
	memcpy(reserve(m, size), head, size);
}

void
netlink_put(
    struct netlink_message *m, unsigned short type, const void *value, size_t size)
{
	struct rtattr *a = (struct rtattr *)(void *)reserve(m, RTA_LENGTH(size));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(size);
	if (size > 0)
		memcpy(RTA_DATA(a), value, size);
}

void
netlink_put_text(struct netlink_message *m, unsigned short type, const char *text)
{
	netlink_put(m, type, text, strlen(text) + 1);
}

size_t
netlink_nest(struct netlink_message *m, unsigned short type, size_t head_size)
{
	size_t began = NLMSG_ALIGN(m->header.nlmsg_len);

	netlink_put(m, type, NULL, 0);
	if (head_size > 0)
		reserve(m, head_size);
	return began;
}

void
netlink_end_nest(struct netlink_message *m, size_t began)
{
	struct rtattr *a = (struct rtattr *)(void *)((uint8_t *)m + began);

	a->rta_len = (unsigned short)(m->header.nlmsg_len - began);
}

int
netlink_ask(int fd, struct netlink_message *m)
{
	const struct nlmsgerr *error = (const struct nlmsgerr *)(const void *)m->body;
	ssize_t n;

	if (send(fd, m, m->header.nlmsg_len, 0) < 0)
		return -errno;
	n = recv(fd, m, sizeof *m, MSG_TRUNC);
	if (n < 0)
		return -errno;
	if ((size_t)n > sizeof *m)
		return -EMSGSIZE;
	if ((size_t)n < NLMSG_LENGTH(sizeof error->error) ||
	    m->header.nlmsg_len > (size_t)n)
		return -EPROTO;
	return m->header.nlmsg_type == NLMSG_ERROR ? error->error : 0;
}

const void *
netlink_find(const struct netlink_message *m, size_t head_size, unsigned short type,
    size_t *ret_size)
{
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(head_size);

	while (at + sizeof(struct rtattr) <= m->header.nlmsg_len) {
		const uint8_t *here = (const uint8_t *)m + at;
		struct rtattr a;

		memcpy(&a, here, sizeof a);
		if (a.rta_len < sizeof a || at + a.rta_len > m->header.nlmsg_len)
			return NULL;
		if ((a.rta_type & NLA_TYPE_MASK) == type) {
			*ret_size = a.rta_len - RTA_LENGTH(0);
			return here + RTA_LENGTH(0);
		}
		at += RTA_ALIGN(a.rta_len);
	}
	return NULL;
}
