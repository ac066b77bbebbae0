/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reach_icmp - opens them.
 *
 * A raw socket sees every ICMP message of its peer, our own requests on a loopback path
 * included; the filter leaves replies only, so that nobody can wake us with the others.
 */
#include "reach_icmp.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINUX_ICMP_FILTER 1 /* <linux/icmp.h>, which does not go with netinet's */

static int
icmp_socket(int family, bool raw)
{
	int type = raw ? SOCK_RAW : SOCK_DGRAM;
	int protocol = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	return fd < 0 ? -errno : fd;
}

static int
replies_only(int fd, int family)
{
	struct icmp6_filter v6;
	uint32_t v4 = ~(UINT32_C(1) << ICMP_ECHOREPLY);
	int r;

	ICMP6_FILTER_SETBLOCKALL(&v6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &v6);
	r = family == AF_INET
		? setsockopt(fd, SOL_RAW, LINUX_ICMP_FILTER, &v4, sizeof v4)
		: setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6, sizeof v6);
	return r == 0 ? 0 : -errno;
}

static int
icmp_prepare(int fd, const struct addr *to, const struct addr *source, bool raw)
{
	struct sockaddr_storage ss;
	socklen_t length;
	int err = raw ? replies_only(fd, to->family) : 0;

	if (err != 0)
		return err;
	if (addr_present(source)) {
		length = addr_to_sockaddr(source, 0, &ss);
		if (bind(fd, (struct sockaddr *)&ss, length) != 0)
			return -errno;
	}
	length = addr_to_sockaddr(to, 0, &ss);
	return connect(fd, (struct sockaddr *)&ss, length) == 0 ? 0 : -errno;
}

int
reach_icmp_open(const struct addr *to, const struct addr *source, bool raw)
{
	int fd = icmp_socket(to->family, raw), err;

	if (fd < 0)
		return fd;
	err = icmp_prepare(fd, to, source, raw);
	if (err == 0)
		return fd;
	close(fd);
	return err;
}

int
reach_icmp_try(int family, bool raw)
{
	int fd = icmp_socket(family, raw);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}
