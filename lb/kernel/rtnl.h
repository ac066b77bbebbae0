/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_RTNL_H
#define LB_KERNEL_RTNL_H

/*
 * rtnl - questions to rtnetlink, and its news, with no library (rtnetlink(7)).
 *
 * A question is answered while it is asked: nothing here waits for anybody.
 */
#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rtnl_question {
	struct nlmsghdr header;
	union {
		struct rtmsg route;
		struct ifinfomsg link;
		struct tcmsg traffic;
		struct fib_rule_hdr rule;
	} body;
	uint8_t attributes[320];
};

/* A question of @type whose body has @size octets; the body and attributes are filled in
 * by the caller. */
struct rtnl_question rtnl_question(unsigned type, unsigned flags, size_t size);
void rtnl_add(struct rtnl_question *q, unsigned short type, const void *value, size_t n);
/* The attribute that was added when the question was @at octets long holds all that came
 * after it. */
void rtnl_enclose(struct rtnl_question *q, size_t at);

/* Sees one message of the answer; not 0 ends the answer early. */
typedef int rtnl_see(void *arg, const struct nlmsghdr *m);
/* 0, what @see returned, or -errno: of the kernel too. */
int rtnl_ask(struct rtnl_question *q, rtnl_see *see, void *arg);

/* The attributes behind the body (@size octets) of @m, by type; those beyond @max are
 * left out. */
void rtnl_attributes(
    const struct nlmsghdr *m, size_t size, const struct rtattr **ret, unsigned short max);
/* The same of what @nest holds. */
void
rtnl_nested(const struct rtattr *nest, const struct rtattr **ret, unsigned short max);
/* What it holds, and how much; NULL: nothing. */
const void *rtnl_value(const struct rtattr *a);
size_t rtnl_size(const struct rtattr *a);
/* A number of 32 bits; 0 where there is none. */
uint32_t rtnl_u32(const struct rtattr *a);
const void *rtnl_body(const struct nlmsghdr *m);

/* A non-blocking socket that hears of interfaces, addresses, routes and rules; or -errno.
 */
int rtnl_listen(void);
/* Reads all there is; what it was does not matter. */
void rtnl_drain(int fd);

#endif
