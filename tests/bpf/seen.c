/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seen - reads a packet octet by octet.
 */
#include "seen.h"

#include <netinet/in.h>
#include <string.h>

uint16_t
seen_16(const struct packet *p, size_t at)
{
	return (uint16_t)(p->octets[at] << 8 | p->octets[at + 1]);
}

bool
seen_same(const struct km_addr *a, const struct km_addr *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static void
addresses(const struct packet *p, struct seen *s)
{
	struct km_addr none = world_addr("0.0.0.0");

	s->from = s->to = none;
	memcpy((uint8_t *)&s->from + 16 - s->addr_octets, p->octets + s->from_at,
	    s->addr_octets);
	memcpy((uint8_t *)&s->to + 16 - s->addr_octets, p->octets + s->to_at,
	    s->addr_octets);
}

static void
transport(const struct packet *p, struct seen *s)
{
	size_t sum = s->proto == IPPROTO_TCP                                  ? 16
		     : s->proto == IPPROTO_UDP                                ? 6
		     : s->proto == IPPROTO_ICMP || s->proto == IPPROTO_ICMPV6 ? 2
									      : 0;

	if (s->l4 == 0 || s->later)
		return;
	if (sum != 0 && s->l4 + sum + 2 <= s->end)
		s->sum_at = s->l4 + sum;
	if ((s->proto == IPPROTO_TCP || s->proto == IPPROTO_UDP) && s->l4 + 4 <= s->end) {
		s->ports = true;
		s->sport = seen_16(p, s->l4);
		s->dport = seen_16(p, s->l4 + 2);
	}
}

/* A quote is cut: its lengths say nothing.  Nor does one of 0 in a super-packet. */
static void
end_at(const struct packet *p, struct seen *s, size_t total)
{
	bool unsaid = p->gso_size != 0 && total == (s->v6 ? 40u : 0u);

	if (s->l3 == LINK_OCTETS && !unsaid && s->l3 + total < s->end)
		s->end = s->l3 + total;
}

static void
seen_v4(const struct packet *p, struct seen *s)
{
	const uint8_t *at = p->octets + s->l3;
	size_t header = 4u * (at[0] & 15), total = seen_16(p, s->l3 + 2);

	s->ip = at[0] >> 4 == 4;
	s->ttl = at[8];
	s->proto = at[9];
	s->df = (at[6] & 0x40) != 0;
	s->later = (seen_16(p, s->l3 + 6) & 0x1fff) != 0;
	s->first = !s->later && (at[6] & 0x20) != 0;
	s->addr_octets = 4;
	s->from_at = s->l3 + 12;
	s->to_at = s->l3 + 16;
	end_at(p, s, total);
	if (header >= 20 && s->l3 + header <= s->end)
		s->l4 = s->l3 + header;
}

static void
seen_v6(const struct packet *p, struct seen *s)
{
	size_t total = 40u + seen_16(p, s->l3 + 4), at = s->l3 + 40;

	s->ip = p->octets[s->l3] >> 4 == 6;
	s->ttl = p->octets[s->l3 + 7];
	s->proto = p->octets[s->l3 + 6];
	s->df = true;
	s->addr_octets = 16;
	s->from_at = s->l3 + 8;
	s->to_at = s->l3 + 24;
	end_at(p, s, total);
	while (s->proto == 0 || s->proto == 43 || s->proto == 44 || s->proto == 60) {
		bool fragment = s->proto == 44;

		if (s->later || at + 8 > s->end)
			return;
		if (fragment) {
			s->later = (seen_16(p, at + 2) & 0xfff8) != 0;
			s->first = !s->later && (seen_16(p, at + 2) & 1) != 0;
		}
		s->proto = p->octets[at];
		at += fragment ? 8 : 8u * (1u + p->octets[at + 1]);
	}
	if (at <= s->end)
		s->l4 = at;
}

static void
seen_ip(const struct packet *p, bool v6, size_t l3, size_t end, struct seen *s)
{
	*s = (struct seen){.v6 = v6, .l3 = l3, .end = end};
	if (l3 + (v6 ? 40 : 20) > end)
		return;
	if (v6)
		seen_v6(p, s);
	else
		seen_v4(p, s);
	addresses(p, s);
	transport(p, s);
}

void
seen_quote(const struct packet *p, bool v6, size_t l3, size_t end, struct seen *s)
{
	seen_ip(p, v6, l3, end, s);
}

void
seen_frame(const struct packet *p, struct seen *s)
{
	uint16_t type = p->n < LINK_OCTETS ? 0 : seen_16(p, 12);

	*s = (struct seen){0};
	if (type == 0x0800 || type == 0x86dd)
		seen_ip(p, type == 0x86dd, LINK_OCTETS, p->n, s);
}

static uint16_t
without_ones(uint32_t sum)
{
	uint16_t folded = sum_fold(sum);

	return folded == 0xffff ? 0 : folded;
}

uint16_t
seen_sum(const struct packet *p, const struct seen *s)
{
	/* an ICMP checksum covers no addresses in IPv4 */
	bool bare = s->proto == IPPROTO_ICMP && !s->v6;
	uint32_t sum =
	    bare ? 0 : sum_octets(0, p->octets + s->from_at, 2 * s->addr_octets);

	sum = sum_octets(sum, p->octets + s->l4, s->end - s->l4);
	if (!bare)
		sum += s->proto + (uint32_t)(s->end - s->l4);
	return without_ones(sum);
}

uint16_t
seen_header_sum(const struct packet *p, const struct seen *s)
{
	size_t n = 4u * (p->octets[s->l3] & 15);

	return s->v6 || s->l4 == 0 ? 0
				   : without_ones(sum_octets(0, p->octets + s->l3, n));
}
