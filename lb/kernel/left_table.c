/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * left_table - deletes a table of the packet filter: a transaction of one command.
 */
#include "left.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TEXT_MAX 256
#define COMMAND  2 /* the number of the command in the transaction */

struct text {
	_Alignas(NLMSG_ALIGNTO) char octets[TEXT_MAX];
	size_t n;
};

static struct nlmsghdr *
add_message(struct text *t, uint16_t type, uint16_t flags, uint8_t family, uint16_t res)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(void *)(t->octets + t->n);
	struct nfgenmsg *g = NLMSG_DATA(h);

	h->nlmsg_len = NLMSG_LENGTH(sizeof *g);
	h->nlmsg_type = type;
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	h->nlmsg_seq = (uint32_t)(type == NFNL_MSG_BATCH_BEGIN ? COMMAND - 1
				  : type == NFNL_MSG_BATCH_END ? COMMAND + 1
							       : COMMAND);
	g->nfgen_family = family;
	g->version = NFNETLINK_V0;
	g->res_id = htons(res);
	t->n += NLMSG_ALIGN(h->nlmsg_len);
	return h;
}

static void
add_name(struct text *t, struct nlmsghdr *h, const char *name)
{
	struct nlattr *a = (struct nlattr *)(void *)(t->octets + t->n);
	size_t n = strlen(name) + 1;

	a->nla_type = NFTA_TABLE_NAME;
	a->nla_len = (uint16_t)(sizeof *a + n);
	memcpy(t->octets + t->n + sizeof *a, name, n);
	t->n += NLMSG_ALIGN(sizeof *a + n);
	h->nlmsg_len += (uint32_t)NLMSG_ALIGN(sizeof *a + n);
}

/* What the kernel says of the command; a transaction as such has no answer. */
static int
answer(int fd)
{
	struct text t;
	ssize_t n;

	while ((n = recv(fd, t.octets, sizeof t.octets, 0)) > 0) {
		struct nlmsghdr *h = (struct nlmsghdr *)(void *)t.octets;
		size_t left = (size_t)n;

		for (; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
			const struct nlmsgerr *e = NLMSG_DATA(h);

			if (h->nlmsg_type == NLMSG_ERROR &&
			    h->nlmsg_len >= NLMSG_LENGTH(sizeof *e))
				return e->error;
		}
	}
	return n < 0 ? -errno : -EPROTO;
}

int
left_table_remove(void)
{
	struct timeval patience = {.tv_sec = 5};
	struct text t = {.n = 0};
	struct nlmsghdr *h;
	int fd, err = 0;

	add_message(&t, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	h = add_message(
	    &t, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE, NLM_F_ACK, NFPROTO_INET, 0);
	add_name(&t, h, LEFT_TABLE);
	add_message(&t, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (fd < 0) /* a kernel without a packet filter has no table */
		return errno == EPROTONOSUPPORT ? 0 : -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (send(fd, t.octets, t.n, 0) < 0)
		err = -errno;
	if (err == 0)
		err = answer(fd);
	close(fd);
	return err == -ENOENT ? 0 : err;
}
