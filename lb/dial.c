/* SPDX-License-Identifier: BSD-2-Clause */
#include "dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/clock.h>

#define SCARCE_NS   (10 * NS_PER_S)
#define LEAVE_NS    NS_PER_S /* of them, without asking the kernel at all */
#define NOTHING_NS  (100 * NS_PER_MS)
#define SLOW_NS     (500 * NS_PER_US)
#define NAMED_TRIES 31 /* of all source addresses together */

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

static size_t
count_sources(const struct view_listener *vl, enum family family)
{
	size_t n = 0;

	for (size_t i = 0; i < vl->n_sources; i++)
		n += addr_family(&vl->sources[i]) == family;
	return n;
}

/* NULL: what the route says. */
static const struct addr *
source_of(const struct view_listener *vl, enum family family, uint32_t turn)
{
	size_t n = count_sources(vl, family), wanted;

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
		return FAULT_PORTS;
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
	patience_in_order(fd); /* not prompt: relay.c, when that matters */
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

/* The address as it is on no interface: that is no want of ports. */
static struct dialled
failed_source(int fd, int err)
{
	struct dialled d = failed(fd, err);

	if (err == -EADDRNOTAVAIL)
		d.fault = FAULT_LOCAL;
	return d;
}

/* The kernel finds the port. */
static struct dialled
dial_found(const struct live_endpoint *to, const struct addr *source)
{
	int fd = stream_socket(to);
	int err = fd < 0 ? fd : 0;

	/* So that its port can be named while it rests in TIME_WAIT. */
	if (err == 0)
		set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (err == 0 && source != NULL)
		err = bind_late(fd, source);
	return err == 0 ? connect_to(fd, to) : failed_source(fd, err);
}

static struct dialled
dial_named(const struct live_endpoint *to, const struct addr *source, uint16_t port)
{
	static const struct addr any[FAMILIES] = {
	    [FAMILY_V4] = {.family = AF_INET}, [FAMILY_V6] = {.family = AF_INET6}};
	int fd = stream_socket(to);
	int err = fd < 0 ? fd : 0;

	if (err == 0)
		set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (err == 0)
		err = bind_to(
		    fd, source != NULL ? source : &any[addr_family(&to->addr)], port);
	return err == 0 ? connect_to(fd, to) : failed(fd, err);
}

/* The kernel looks at every port before it says that there is none, and at every second
 * one before it finds one when half of them are used: that is milliseconds each time.
 * (It may be slow for another reason, which does no harm.) */
static struct dialled
ask_kernel(const struct dial *how, const struct addr *source)
{
	int64_t begun_ns = clock_mono_ns();
	struct dialled d = dial_found(how->to, source);

	if (d.fault == FAULT_PORTS || clock_mono_ns() - begun_ns > SLOW_NS)
		how->turn->scarce_until_ns = how->now_ns + SCARCE_NS;
	return d;
}

/* From one source address. */
static struct dialled
dial_from(const struct dial *how, const struct addr *source, int tries)
{
	struct dialled d = {.fd = -1, .error = -EADDRNOTAVAIL, .fault = FAULT_PORTS};
	int64_t scarce_ns = how->turn->scarce_until_ns - how->now_ns;

	if (scarce_ns <= 0)
		d = ask_kernel(how, source);
	for (int i = 0; d.fault == FAULT_PORTS && i < tries; i++) {
		uint16_t port = port_next(how->ports, how->turn);

		if (port == 0)
			break;
		d = dial_named(how->to, source, port);
	}
	/* A few free ones among many that are used are missed by so few tries. */
	if (d.fault == FAULT_PORTS && scarce_ns > 0 && scarce_ns < SCARCE_NS - LEAVE_NS)
		d = ask_kernel(how, source);
	return d;
}

static struct dialled
dial_tcp_replaced(const struct dial *how)
{
	enum family family = addr_family(&how->to->addr);
	size_t n = count_sources(how->vl, family);
	struct dialled d;

	n = n == 0 ? 1 : n;
	for (size_t i = 0; i < n; i++) {
		const struct addr *source =
		    source_of(how->vl, family, how->turn->source++);

		d = dial_from(how, source, (int)(NAMED_TRIES / n) + 1);
		if (d.fd >= 0 || d.fault == FAULT_MEMBER || d.fault == FAULT_SHORTAGE)
			return d;
	}
	return d;
}

struct dialled
dial_tcp(const struct dial *how)
{
	struct dialled d;

	if (how->turn->nothing_until_ns > how->now_ns)
		return (struct dialled){
		    .fd = -1, .error = -EADDRNOTAVAIL, .fault = FAULT_PORTS};
	if (how->vl->source == SOURCE_KEEP) {
		d = dial_tcp_kept(how->to, how->client, how->port);
		if (d.error == -EADDRNOTAVAIL || d.error == -EADDRINUSE ||
		    d.error == -EACCES)
			d = dial_tcp_kept(how->to, how->client, 0);
		/* One client's ports say nothing of others'. */
		if (d.fault == FAULT_PORTS)
			d.fault = FAULT_LOCAL;
		return d;
	}
	d = dial_tcp_replaced(how);
	if (d.fault == FAULT_PORTS)
		how->turn->nothing_until_ns = how->now_ns + NOTHING_NS;
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

static struct dialled
dial_udp_from(const struct live_endpoint *to, const struct addr *source)
{
	int fd = socket(to->sa.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return failed(-1, -errno);
	if (source != NULL)
		err = bind_to(fd, source, 0);
	/* The kernel says EADDRINUSE when no port is left. */
	return err == 0 ? connect_to(fd, to) : failed_source(fd, err);
}

static struct dialled
dial_udp_replaced(const struct dial *how)
{
	enum family family = addr_family(&how->to->addr);
	size_t n = count_sources(how->vl, family);
	struct dialled d, none = {.fd = -1};

	n = n == 0 ? 1 : n;
	for (size_t i = 0; i < n; i++) {
		d = dial_udp_from(
		    how->to, source_of(how->vl, family, how->turn->source++));
		if (d.fd >= 0 || d.fault == FAULT_MEMBER || d.fault == FAULT_SHORTAGE)
			return d;
		if (i == 0 || d.fault == FAULT_PORTS)
			none = d;
	}
	return none;
}

struct dialled
dial_udp(const struct dial *how)
{
	struct dialled d;

	if (how->vl->source == SOURCE_KEEP) {
		d = dial_udp_kept(how->to, how->client, how->port);
		/* Taken by a program of this host, or below 1024 and the privilege was
		 * not given: the member still sees the client's address, and the client
		 * goes on from its own port. */
		if (d.error == -EADDRINUSE || d.error == -EACCES)
			d = dial_udp_kept(how->to, how->client, 0);
		return d;
	}
	d = dial_udp_replaced(how);
	/* The kernel looked at every port: not for each datagram of a flood. */
	if (d.fault == FAULT_PORTS)
		how->turn->nothing_until_ns = how->now_ns + NOTHING_NS;
	return d;
}
