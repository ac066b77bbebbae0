/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_ADDR_H
#define EDGE_ADDR_H

/*
 * addr - IP addresses as plain values: parse, format, compare.
 *
 * Pure.  An address has no port; sockets get theirs from addr_to_sockaddr().
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum family { FAMILY_V4, FAMILY_V6, FAMILIES };

struct addr {
	uint8_t family;    /* AF_UNSPEC when absent, AF_INET, AF_INET6 */
	uint8_t bytes[16]; /* network order; IPv4 uses the first four, rest 0 */
};

/* At most one address per family: what the configuration calls an address list. */
struct addrs {
	struct addr at[FAMILIES];
};

struct prefix {
	struct addr addr;
	uint8_t length; /* bits, 0..32 or 0..128 */
};

#define ADDR_TEXT_MAX      46 /* INET6_ADDRSTRLEN */
#define ADDR_PORT_TEXT_MAX 56 /* "[v6]:65535" and the NUL */

bool addr_parse(const char *text, struct addr *ret);
/* Writes the canonical text to @buf (ADDR_TEXT_MAX octets) and returns it; "-" if absent.
 */
const char *addr_text(const struct addr *a, char *buf);
/* "192.0.2.1:443" or "[2001:db8::1]:443", into ADDR_PORT_TEXT_MAX octets. */
const char *addr_port_text(const struct addr *a, uint16_t port, char *buf);

bool addr_present(const struct addr *a);
bool addr_equal(const struct addr *a, const struct addr *b);
int addr_compare(const struct addr *a, const struct addr *b);
/* Only for a present address. */
enum family addr_family(const struct addr *a);
const char *family_word(enum family f); /* "IPv4", "IPv6" */

/* RFC 1918, RFC 4193, RFC 6598, loopback, link-local, documentation and other ranges
 * that are not routed in the Internet (IANA special-purpose registries). */
bool addr_is_private(const struct addr *a);
bool addr_is_unicast(const struct addr *a); /* not unspecified, multicast, broadcast */

bool prefix_parse(
    const char *text, struct prefix *ret); /* "10.0.0.0/8"; host bits must be 0 */
bool prefix_contains(const struct prefix *p, const struct addr *a);

/* Fills @ss and returns its length. */
socklen_t
addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *ss);
/* False for a family other than the two; @port may be NULL.  A v4-mapped IPv6 address
 * stays IPv6: our sockets are IPV6_V6ONLY. */
bool
addr_from_sockaddr(const struct sockaddr_storage *ss, struct addr *ret, uint16_t *port);

struct ifaddrs;
/* It is on an interface of this host: @list is getifaddrs()'s.  bind() cannot tell: where
 * net.ipv4.ip_nonlocal_bind is set, as beside keepalived, it takes any address. */
bool addr_is_listed(const struct ifaddrs *list, const struct addr *a);

#endif
