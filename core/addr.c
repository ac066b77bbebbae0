/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * addr - IP addresses as values.  Pure; inet_pton(3) and inet_ntop(3) do the text.
 */
#include <edge/addr.h>

#include <arpa/inet.h>
#include <assert.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/base.h>

bool
addr_parse(const char *text, struct addr *ret)
{
	struct addr a = {.family = AF_INET};

	if (inet_pton(AF_INET, text, a.bytes) == 1) {
		*ret = a;
		return true;
	}
	a = (struct addr){.family = AF_INET6};
	if (inet_pton(AF_INET6, text, a.bytes) == 1) {
		*ret = a;
		return true;
	}
	return false;
}

const char *
addr_text(const struct addr *a, char *buf)
{
	if (!addr_present(a) ||
	    inet_ntop(a->family, a->bytes, buf, ADDR_TEXT_MAX) == NULL)
		memcpy(buf, "-", 2);
	return buf;
}

const char *
addr_port_text(const struct addr *a, uint16_t port, char *buf)
{
	char text[ADDR_TEXT_MAX];

	addr_text(a, text);
	snprintf(buf, ADDR_PORT_TEXT_MAX, a->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
	    text, port);
	return buf;
}

bool
addr_present(const struct addr *a)
{
	return a->family != AF_UNSPEC;
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_compare(a, b) == 0;
}

int
addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

enum family
addr_family(const struct addr *a)
{
	assert(addr_present(a));
	return a->family == AF_INET ? FAMILY_V4 : FAMILY_V6;
}

const char *
family_word(enum family f)
{
	return f == FAMILY_V4 ? "IPv4" : "IPv6";
}

/* True when the first @bits of both are the same. */
static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned octets = bits / 8;
	unsigned rest = bits % 8;

	if (memcmp(a, b, octets) != 0)
		return false;
	return rest == 0 || ((a[octets] ^ b[octets]) >> (8 - rest)) == 0;
}

static unsigned
family_bits(const struct addr *a)
{
	return a->family == AF_INET ? 32 : 128;
}

bool
prefix_parse(const char *text, struct prefix *ret)
{
	char copy[ADDR_TEXT_MAX + 4];
	struct prefix p;
	char *slash, *end;
	unsigned long length;

	if (strlen(text) >= sizeof copy)
		return false;
	memcpy(copy, text, strlen(text) + 1);
	slash = strchr(copy, '/');
	if (slash == NULL || slash[1] < '0' || slash[1] > '9')
		return false;
	*slash = '\0';
	if (!addr_parse(copy, &p.addr))
		return false;
	length = strtoul(slash + 1, &end, 10);
	if (*end != '\0' || length > family_bits(&p.addr))
		return false;
	p.length = (uint8_t)length;
	for (unsigned bit = p.length; bit < family_bits(&p.addr); bit++)
		if (p.addr.bytes[bit / 8] & (0x80u >> (bit % 8)))
			return false;
	*ret = p;
	return true;
}

bool
prefix_contains(const struct prefix *p, const struct addr *a)
{
	return p->addr.family == a->family &&
	       same_bits(p->addr.bytes, a->bytes, p->length);
}

/* IANA special-purpose registries (RFC 6890 and updates): not routed in the Internet. */
static const char *const private_prefixes[] = {
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "64:ff9b:1::/48",
    "100::/64",
    "2001:db8::/32",
    "3fff::/20",
    "fc00::/7",
    "fe80::/10",
};

bool
addr_is_private(const struct addr *a)
{
	for (size_t i = 0; i < countof(private_prefixes); i++) {
		struct prefix p;

		if (prefix_parse(private_prefixes[i], &p) && prefix_contains(&p, a))
			return true;
	}
	return false;
}

bool
addr_is_unicast(const struct addr *a)
{
	static const uint8_t zero[16];

	if (!addr_present(a) || memcmp(a->bytes, zero, sizeof zero) == 0)
		return false;
	if (a->family == AF_INET6)
		return a->bytes[0] != 0xff;
	return a->bytes[0] != 0 && a->bytes[0] < 224; /* 0/8 is "this network" */
}

socklen_t
addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof *ss);
	if (a->family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)(void *)ss;

		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, a->bytes, 4);
		return sizeof *in;
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)ss;

	assert(a->family == AF_INET6);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, a->bytes, 16);
	return sizeof *in6;
}

bool
addr_from_sockaddr(const struct sockaddr_storage *ss, struct addr *ret, uint16_t *port)
{
	struct addr a = {.family = (uint8_t)ss->ss_family};
	uint16_t p;

	if (ss->ss_family == AF_INET) {
		const struct sockaddr_in *in =
		    (const struct sockaddr_in *)(const void *)ss;

		memcpy(a.bytes, &in->sin_addr, 4);
		p = ntohs(in->sin_port);
	} else if (ss->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 =
		    (const struct sockaddr_in6 *)(const void *)ss;

		memcpy(a.bytes, &in6->sin6_addr, 16);
		p = ntohs(in6->sin6_port);
	} else {
		return false;
	}
	*ret = a;
	if (port != NULL)
		*port = p;
	return true;
}

bool
addr_is_listed(const struct ifaddrs *list, const struct addr *a)
{
	for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
		struct sockaddr_storage ss;
		struct addr have;

		if (i->ifa_addr == NULL || (i->ifa_addr->sa_family != AF_INET &&
					       i->ifa_addr->sa_family != AF_INET6))
			continue;
		memset(&ss, 0, sizeof ss);
		memcpy(&ss, i->ifa_addr,
		    i->ifa_addr->sa_family == AF_INET ? sizeof(struct sockaddr_in)
						      : sizeof(struct sockaddr_in6));
		if (addr_from_sockaddr(&ss, &have, NULL) && addr_equal(&have, a))
			return true;
	}
	return false;
}
