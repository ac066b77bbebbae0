/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host - the namespace, its links, addresses and routes.
 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One link to clients and one to members; each has the address that packet.c writes.  And
 * one that nothing comes in by: the client 201 is there. */
static const char links[] =
    "link set lo up\n"
    "link add c0 address 02:00:00:00:00:01 type veth peer name c1\n"
    "link add m0 address 02:00:00:00:00:01 type veth peer name m1\n"
    "link set c0 up\nlink set c1 up\nlink set m0 up\nlink set m1 up\n"
    "addr add 198.51.100.1/24 dev c0\n"
    "addr add 2001:db8:b::1/64 dev c0 nodad\n"
    "addr add 10.1.0.1/24 dev m0\n"
    "addr add fd01::1/64 dev m0 nodad\n"
    "addr add 192.0.2.10/32 dev lo\n"
    "addr add 2001:db8:a::10/128 dev lo nodad\n"
    "route add default via 198.51.100.254\n"
    "route add default via 2001:db8:b::254\n"
    "link add u0 address 02:00:00:00:00:01 type veth peer name u1\n"
    "link set u0 up\nlink set u1 up\n"
    "addr add 198.51.101.1/24 dev u0\n"
    "addr add 2001:db8:e::1/64 dev u0 nodad\n"
    "route add 203.0.113.201/32 via 198.51.101.254\n"
    "route add 2001:db8:c::c9/128 via 2001:db8:e::254\n"
    "route add unreachable 203.0.113.200/32\n"
    "route add unreachable 2001:db8:c::c8/128\n";

static int
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -EIO : 0;
}

/* Lines for ip, done in the namespace. */
__attribute__((format(printf, 1, 2))) static int
ip_does(const char *format, ...)
{
	FILE *ip = popen("ip -batch -", "w");
	va_list args;

	if (ip == NULL)
		return -errno;
	va_start(args, format);
	vfprintf(ip, format, args);
	va_end(args);
	return pclose(ip) == 0 ? 0 : -EIO;
}

int
host_open(uint32_t *clients, uint32_t *members, struct sbuf *why)
{
	int status;

	if (unshare(CLONE_NEWNET) != 0) {
		status = -errno;
		sbuf_addf(
		    why, "no network namespace: %s (root is needed)", strerror(errno));
		return status;
	}
	if (write_file("/proc/sys/net/ipv4/ip_forward", "1") != 0 ||
	    write_file("/proc/sys/net/ipv6/conf/all/forwarding", "1") != 0) {
		sbuf_addf(why, "the network namespace cannot be told to forward");
		return -EPERM;
	}
	status = ip_does("%s", links);
	*clients = if_nametoindex("c0");
	*members = if_nametoindex("m0");
	if (status != 0 || *clients == 0 || *members == 0) {
		sbuf_addf(why, "the links of the laboratory cannot be made with ip");
		return -ENODEV;
	}
	return 0;
}

/* Members as world_member() numbers them, and the routers of clients. */
static const char *const at_members[] = {"10.1.0.17", "10.1.0.18", "10.1.0.19",
    "10.1.0.20", "fd01::11", "fd01::12", "fd01::13", "fd01::14"};
static const char *const at_clients[] = {"198.51.100.254", "2001:db8:b::254"};

int
host_neighbour(const char *link, const char *address, uint8_t last)
{
	if (last == 0)
		return ip_does("neigh del %s dev %s\n", address, link);
	return ip_does("neigh replace %s lladdr 02:00:00:00:01:%02x dev %s nud permanent\n",
	    address, last, link);
}

int
host_neighbour_is(const char *link, const char *address, const char *state)
{
	return ip_does("neigh replace %s dev %s nud %s\n", address, link, state);
}

int
host_knows_all(struct sbuf *why)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < sizeof at_members / sizeof *at_members; i++)
		err = host_neighbour("m0", at_members[i], 1);
	for (size_t i = 0; err == 0 && i < sizeof at_clients / sizeof *at_clients; i++)
		err = host_neighbour("c0", at_clients[i], 2);
	if (err != 0)
		sbuf_addf(why, "neighbours of the laboratory cannot be made with ip");
	return err;
}
