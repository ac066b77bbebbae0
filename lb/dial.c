/* SPDX-License-Identifier: BSD-2-Clause */
#include "dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT 75 /* linux/in6.h, which cannot be included beside this */
#endif

static int
set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : -errno;
}

static int
set_transparent(int fd, enum family family)
{
	return family == FAMILY_V4 ? set_int(fd, IPPROTO_IP, IP_TRANSPARENT, 1)
				   : set_int(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1);
}

static int
bind_to(int fd, const struct addr *a, uint16_t port)
{
	struct sockaddr_storage ss;
	socklen_t n = addr_to_sockaddr(a, port, &ss);

	return bind(fd, (struct sockaddr *)&ss, n) == 0 ? 0 : -errno;
}

/* Lets connect() choose the port, so that one address serves 28 000 sessions to each
 * member instead of 28 000 in all. */
static int
bind_late(int fd, const struct addr *a)
{
	set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	return bind_to(fd, a, 0);
}

static const struct addr *
source_of(const struct view_listener *vl, enum family family, uint32_t turn)
{
	size_t n = 0, wanted;

	for (size_t i = 0; i < vl->n_sources; i++)
		n += addr_family(&vl->sources[i]) == family;
	if (n == 0)
		return NULL;
	wanted = turn % n;
	for (size_t i = 0; i < vl->n_sources; i++)
		if (addr_family(&vl->sources[i]) == family && wanted-- == 0)
			return &vl->sources[i];
	return NULL;
}

static enum fault
fault_of(int err)
{
	switch (err) {
	case -ECONNREFUSED:
	case -ECONNRESET:
	case -EHOSTUNREACH:
	case -ENETUNREACH:
	case -ETIMEDOUT:
		return FAULT_MEMBER;
	case -EADDRINUSE:
	case -EADDRNOTAVAIL:
	case -EAGAIN:
	case -EMFILE:
	case -ENFILE:
	case -ENOBUFS:
	case -ENOMEM:
		return FAULT_SHORTAGE;
	}
	return FAULT_LOCAL;
}

static struct dialled
failed(int fd, int err)
{
	if (fd >= 0)
		close(fd);
	return (struct dialled){.fd = -1, .error = err, .fault = fault_of(err)};
}

static struct dialled
connect_to(int fd, const struct live_endpoint *to)
{
	if (connect(fd, (const struct sockaddr *)&to->sa, to->sa_length) == 0 ||
	    errno == EINPROGRESS)
		return (struct dialled){.fd = fd};
	return failed(fd, -errno);
}

/* A stream socket for a member.  The client has spoken, mostly (listen.c), so the
 * handshake's last ACK goes out with its first octets, or 200 ms later. */
static int
stream_socket(const struct live_endpoint *to)
{
	int fd = socket(to->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	patience_prompt(fd);
	set_int(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	return fd;
}

static struct dialled
dial_tcp_kept(const struct live_endpoint *to, const struct addr *client, uint16_t port)
{
	enum family family = addr_family(client);
	int fd = stream_socket(to);
	int err;

	if (fd < 0)
		return failed(-1, fd);
	err = set_transparent(fd, family);
	if (err == 0 && port != 0) {
		set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
		err = bind_to(fd, client, port);
	} else if (err == 0) {
		err = bind_late(fd, client);
	}
	return err == 0 ? connect_to(fd, to) : failed(fd, err);
}

static struct dialled
dial_tcp_replaced(
    const struct view_listener *vl, const struct live_endpoint *to, uint32_t turn)
{
	const struct addr *source = source_of(vl, addr_family(&to->addr), turn);
	int fd = stream_socket(to);
	int err = 0;

	if (fd < 0)
		return failed(-1, fd);
	if (source != NULL)
		err = bind_late(fd, source);
	return err == 0 ? connect_to(fd, to) : failed(fd, err);
}

struct dialled
dial_tcp(const struct view_listener *vl, const struct live_endpoint *to,
    const struct addr *client, uint16_t port, uint32_t *turn)
{
	struct dialled d;

	if (vl->source == SOURCE_KEEP) {
		d = dial_tcp_kept(to, client, port);
		if (d.error == -EADDRNOTAVAIL || d.error == -EADDRINUSE ||
		    d.error == -EACCES)
			d = dial_tcp_kept(to, client, 0);
		return d;
	}
	d = dial_tcp_replaced(vl, to, *turn);
	for (size_t i = 1; d.error == -EADDRNOTAVAIL && i < vl->n_sources; i++)
		d = dial_tcp_replaced(vl, to, ++*turn);
	return d;
}

static struct dialled
dial_udp_kept(const struct live_endpoint *to, const struct addr *client, uint16_t port)
{
	int fd = socket(to->sa.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return failed(-1, -errno);
	err = set_transparent(fd, addr_family(client));
	/* It is not connected, so the kernel would not tell it of ICMP errors. */
	if (addr_family(client) == FAMILY_V4)
		set_int(fd, IPPROTO_IP, IP_RECVERR, 1);
	else
		set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
	if (err == 0)
		err = bind_to(fd, client, port);
	return err == 0 ? (struct dialled){.fd = fd} : failed(fd, err);
}

struct dialled
dial_udp(const struct view_listener *vl, const struct live_endpoint *to,
    const struct addr *client, uint16_t port, uint32_t *turn)
{
	const struct addr *source;
	struct dialled d;
	int fd, err = 0;

	if (vl->source == SOURCE_KEEP) {
		d = dial_udp_kept(to, client, port);
		/* Taken by a program of this host, or below 1024: the member still sees
		 * the client's address, and the client goes on from its own port. */
		if (d.error == -EADDRINUSE || d.error == -EACCES)
			d = dial_udp_kept(to, client, 0);
		return d;
	}
	fd = socket(to->sa.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return failed(-1, -errno);
	source = source_of(vl, addr_family(&to->addr), (*turn)++);
	if (source != NULL)
		err = bind_to(fd, source, 0);
	return err == 0 ? connect_to(fd, to) : failed(fd, err);
}
