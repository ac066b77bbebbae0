/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_VANTAGE_NETLINK_H
#define EDGE_VANTAGE_NETLINK_H

/*
 * netlink - one rtnetlink request at a time, and the kernel's answer to it.
 *
 * A socket keeps to the namespace in which it was opened, wherever the process goes: two
 * of them reach the host and the inside.
 */
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

/* A link with all its statistics takes some 1500 octets. */
#define NETLINK_ROOM 8192

struct netlink_message {
	struct nlmsghdr header;
	uint8_t body[NETLINK_ROOM];
};

/* The descriptor, or -errno. */
int netlink_open(void);

/* Begins @m with a copy of @head (ifinfomsg, ifaddrmsg, rtmsg). */
void netlink_begin(struct netlink_message *m, unsigned short type, unsigned short flags,
    const void *head, size_t size);
void netlink_put(
    struct netlink_message *m, unsigned short type, const void *value, size_t size);
void netlink_put_text(struct netlink_message *m, unsigned short type, const char *text);
/* An attribute that holds others: returns where it began, for netlink_end_nest(). */
size_t netlink_nest(struct netlink_message *m, unsigned short type, size_t head_size);
void netlink_end_nest(struct netlink_message *m, size_t began);

/* Sends @m; its answer takes its place where one was asked for (not NLM_F_ACK).  0 or
 * -errno. */
int netlink_ask(int fd, struct netlink_message *m);
/* The value of this attribute in an answer whose head has @head_size octets, and its
 * size; or NULL. */
const void *netlink_find(const struct netlink_message *m, size_t head_size,
    unsigned short type, size_t *ret_size);

#endif
