/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet - from description to octets.
 */
#include "packet.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t link_header[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 99};

static void
put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void
put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

uint32_t
sum_octets(uint32_t sum, const uint8_t *at, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	if (n & 1)
		sum += (uint32_t)at[n - 1] << 8;
	return sum_fold(sum);
}

uint16_t
sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* The sum of the pseudo header, which is the same for both families once folded. */
static uint32_t
pseudo(const struct spec *s, uint8_t proto, size_t n)
{
	const uint8_t *from = (const uint8_t *)&s->from, *to = (const uint8_t *)&s->to;
	size_t skip = s->v6 ? 0 : 12;
	uint32_t sum = sum_octets(0, from + skip, 16 - skip);

	sum = sum_octets(sum, to + skip, 16 - skip);
	return sum + proto + (uint32_t)n;
}

static size_t
carry(const struct spec *s, uint8_t *at)
{
	for (size_t i = 0; i < s->n; i++)
		at[i] = s->data != NULL ? s->data[i] : (uint8_t)(s->first + i * 7);
	return s->n;
}

static size_t
tcp(const struct spec *s, uint8_t *at)
{
	size_t header = 20u + s->tcp_options, n;
	uint8_t words = s->lie_offset != 0 ? s->lie_offset : (uint8_t)(header / 4);

	memset(at, 0, 20);
	put16(at, s->sport);
	put16(at + 2, s->dport);
	put32(at + 4, s->seq);
	put32(at + 8, s->ack);
	at[12] = (uint8_t)(words << 4);
	at[13] = s->flags;
	put16(at + 14, 65000);
	memset(at + 20, 1, s->tcp_options);
	n = header + carry(s, at + header);
	put16(at + 16, (uint16_t)(s->spoil + (uint16_t)~sum_fold(sum_octets(
						 pseudo(s, s->proto, n), at, n))));
	return n;
}

static size_t
udp(const struct spec *s, uint8_t *at)
{
	size_t n = 8 + carry(s, at + 8);
	uint16_t sum;

	put16(at, s->sport);
	put16(at + 2, s->dport);
	put16(at + 4, s->lie_length != 0 ? s->lie_length : (uint16_t)n);
	put16(at + 6, 0);
	if (s->no_checksum)
		return n;
	sum = (uint16_t)~sum_fold(sum_octets(pseudo(s, s->proto, n), at, n));
	put16(at + 6, (uint16_t)(s->spoil + (sum == 0 ? 0xffff : sum)));
	return n;
}

static size_t
icmp(const struct spec *s, uint8_t *at)
{
	size_t n = 8;
	uint32_t sum = s->proto == IPPROTO_ICMPV6 ? 1 : 0;

	at[0] = s->type;
	at[1] = s->code;
	put16(at + 2, 0);
	put32(at + 4, s->rest);
	if (s->quote != NULL) {
		size_t quoted = packet_ip(s->quote, at + 8);

		n += s->quoted != 0 && s->quoted < quoted ? s->quoted : quoted;
	} else {
		n += carry(s, at + 8);
	}
	if (sum != 0)
		sum = pseudo(s, s->proto, n);
	put16(at + 2, (uint16_t)(s->spoil + (uint16_t)~sum_fold(sum_octets(sum, at, n))));
	return n;
}

static size_t
transport(const struct spec *s, uint8_t *at)
{
	switch (s->proto) {
	case IPPROTO_TCP:
		return tcp(s, at);
	case IPPROTO_UDP:
		return udp(s, at);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return icmp(s, at);
	}
	return carry(s, at);
}

/* Cuts the fragment out of @n octets at @at. */
static size_t
cut(const struct spec *s, uint8_t *at, size_t n)
{
	if (!s->fragment)
		return n;
	assert(s->offset <= n && s->offset % 8 == 0);
	n -= s->offset;
	memmove(at, at + s->offset, n);
	return s->cut != 0 && s->cut < n ? s->cut : n;
}

static size_t
ip4(const struct spec *s, uint8_t *at)
{
	size_t header = 20u + s->options, n;
	unsigned bits = s->offset / 8u | (s->more ? 0x2000u : 0) | (s->df ? 0x4000u : 0);

	n = header + cut(s, at + header, transport(s, at + header));
	memset(at, 0, 20);
	at[0] =
	    s->lie_version_ihl != 0 ? s->lie_version_ihl : (uint8_t)(0x40 | header / 4);
	at[1] = s->tos;
	put16(at + 2, s->lie_total != 0 ? s->lie_total : (uint32_t)n);
	put16(at + 4, s->id);
	put16(at + 6, bits);
	at[8] = s->ttl;
	at[9] = s->proto;
	memcpy(at + 12, (const uint8_t *)&s->from + 12, 4);
	memcpy(at + 16, (const uint8_t *)&s->to + 12, 4);
	memset(at + 20, s->option != 0 ? s->option : 1, s->options);
	put16(at + 10, (uint16_t)~sum_octets(0, at, header));
	return n;
}

static size_t
extension_octets(const struct extension *e)
{
	return e->octets != 0 ? e->octets : 8;
}

static bool
extension_is(const struct extension *e)
{
	return e->type != 0 || e->octets != 0;
}

/* Their octets; *first is what the IPv6 header names. */
static size_t
extensions(const struct spec *s, uint8_t *at, uint8_t *first)
{
	uint8_t *next = first;
	size_t n = 0;

	for (int i = 0; i < EXTENSIONS_MAX && extension_is(&s->extensions[i]); i++) {
		const struct extension *e = &s->extensions[i];
		size_t octets = extension_octets(e);

		*next = e->type;
		memset(at + n, 0, octets);
		next = at + n;
		at[n + 1] =
		    (uint8_t)(e->type == IPPROTO_AH ? octets / 4 - 2 : octets / 8 - 1);
		n += octets;
	}
	if (s->fragment) {
		*next = IPPROTO_FRAGMENT;
		next = at + n;
		at[n + 1] = 0;
		put16(at + n + 2, s->offset | (s->more ? 1u : 0));
		put32(at + n + 4, s->id);
		n += 8;
	}
	*next = s->proto;
	return n;
}

static size_t
ip6(const struct spec *s, uint8_t *at)
{
	uint8_t first = 0;
	size_t n = 40;

	memset(at, 0, 8);
	n += extensions(s, at + 40, &first);
	n += cut(s, at + n, transport(s, at + n));
	at[0] = s->lie_version_ihl != 0 ? s->lie_version_ihl : 0x60;
	at[0] |= (uint8_t)(s->tos >> 4);
	at[1] = (uint8_t)(s->tos << 4);
	put16(at + 4, s->lie_total != 0 ? s->lie_total : (uint32_t)(n - 40));
	at[6] = first;
	at[7] = s->ttl;
	memcpy(at + 8, &s->from, 16);
	memcpy(at + 24, &s->to, 16);
	return n;
}

size_t
packet_ip(const struct spec *s, uint8_t *to)
{
	return s->v6 ? ip6(s, to) : ip4(s, to);
}

void
packet_build(const struct spec *s, struct packet *p)
{
	uint8_t *at = p->octets + 12;
	uint16_t type = s->v6 ? 0x86dd : 0x0800;

	memcpy(p->octets, link_header, 12);
	if (s->vlan) {
		put16(at, 0x8100);
		put16(at + 2, 7);
		at += 4;
	}
	put16(at, s->ethertype != 0 ? s->ethertype : type);
	at += 2;
	at += packet_ip(s, at);
	p->n = (size_t)(at - p->octets);
	assert(p->n <= sizeof p->octets);
	p->gso_size = s->gso_size;
	p->gso_segs = s->gso_segs;
}

size_t
packet_carried(const struct spec *s)
{
	size_t header = s->proto == IPPROTO_TCP ? 20u + s->tcp_options : 8u,
	       n = header + s->n;

	if (s->fragment) {
		n -= s->offset;
		n = s->cut != 0 && s->cut < n ? s->cut : n;
	}
	return s->offset != 0 ? n : n - header;
}
