/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reach - sockets toward members.
 *
 * An errno nobody thought of counts as connect-error, evidence against the member: a
 * prober that shrugs at what it does not know keeps dead members.
 */
#include "reach.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/base.h>

enum purpose {
	DATAGRAMS,
	TALK,
	GLANCE,
};

/* The third packet of the handshake waits for our first words, and goes with them; a
 * glance has none, and goes without it. */
static int
prepare_stream(int fd, enum purpose purpose)
{
	int zero = 0, one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &zero, sizeof zero) != 0)
		return -errno;
	/* Requests are small and go out in one piece. */
	if (purpose == TALK &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
		return -errno;
	return 0;
}

static int
prepare(int fd, enum purpose purpose, const struct addr *source)
{
	struct sockaddr_storage ss;
	socklen_t length;
	int err, one = 1;

	if (purpose != DATAGRAMS && (err = prepare_stream(fd, purpose)) != 0)
		return err;
	if (!addr_present(source))
		return 0;
	/* The port is chosen at connect(), per destination: no shortage of ports. */
	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) != 0)
		return -errno;
	length = addr_to_sockaddr(source, 0, &ss);
	return bind(fd, (struct sockaddr *)&ss, length) == 0 ? 0 : -errno;
}

static int
set_out(int fd, const struct addr *to, uint16_t port, enum purpose purpose,
    const struct addr *source)
{
	struct sockaddr_storage ss;
	socklen_t length = addr_to_sockaddr(to, port, &ss);
	int err = prepare(fd, purpose, source);

	if (err == 0 && connect(fd, (struct sockaddr *)&ss, length) != 0 &&
	    errno != EINPROGRESS)
		err = -errno;
	if (err == 0)
		return fd;
	close(fd);
	return err;
}

static int
new_socket(const struct addr *to, int type)
{
	int family = addr_family(to) == FAMILY_V4 ? AF_INET : AF_INET6;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

int
reach_with(int fd, const struct addr *to, uint16_t port, enum proto proto,
    const struct addr *source)
{
	return set_out(fd, to, port, proto == PROTO_UDP ? DATAGRAMS : TALK, source);
}

int
reach_open(
    const struct addr *to, uint16_t port, enum proto proto, const struct addr *source)
{
	int fd = new_socket(to, proto == PROTO_UDP ? SOCK_DGRAM : SOCK_STREAM);

	return fd < 0 ? fd : reach_with(fd, to, port, proto, source);
}

int
reach_glance(const struct addr *to, uint16_t port, const struct addr *source)
{
	int fd = new_socket(to, SOCK_STREAM);

	return fd < 0 ? fd : set_out(fd, to, port, GLANCE, source);
}

void
reach_leave(int fd)
{
	struct linger at_once = {.l_onoff = 1};

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
}

int
reach_result(int fd)
{
	int error = 0;
	socklen_t length = sizeof error;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
		return errno;
	return error;
}

enum reason
reach_reason(int error, uint64_t *ret_detail)
{
	static const int local[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL,
	    EADDRINUSE, EPERM, EACCES, EAFNOSUPPORT, EPROTONOSUPPORT, EINVAL, EBADF,
	    EAGAIN, ENOTSOCK, EFAULT, ENOPROTOOPT};

	*ret_detail = 0;
	if (error == ECONNREFUSED)
		return REASON_CONNECT_REFUSED;
	if (error == ETIMEDOUT)
		return REASON_CONNECT_TIMEOUT;
	*ret_detail = (uint64_t)error;
	if (error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN ||
	    error == ENETDOWN || error == ENONET)
		return REASON_UNREACHABLE;
	for (size_t i = 0; i < countof(local); i++)
		if (error == local[i])
			return REASON_LOCAL;
	return REASON_CONNECT_ERROR;
}

/* A firewall that says "administratively prohibited": the kernel makes EHOSTUNREACH of it
 * with IPv4 and EACCES with IPv6, and ENOPROTOOPT of a host that knows no TCP.  What is
 * not permitted to ourselves shows at once, not later. */
enum reason
reach_reason_told(int error, uint64_t *ret_detail)
{
	if (error != EACCES && error != ENOPROTOOPT)
		return reach_reason(error, ret_detail);
	*ret_detail = (uint64_t)error;
	return REASON_UNREACHABLE;
}
