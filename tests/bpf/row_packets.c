/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * row_packets - the packets rows begin with.
 */
#include <netinet/in.h>

#include "row.h"

enum service
row_service(const struct spec *s)
{
	return s->proto == IPPROTO_TCP ? TLS : TURN;
}

static struct spec
between(const struct world *w, uint8_t proto)
{
	return (struct spec){
	    .v6 = w->v6, .proto = proto, .ttl = 64, .df = true, .id = 4711};
}

static struct spec
inward(const struct world *w, enum service service)
{
	struct spec s = between(w, service == TLS ? IPPROTO_TCP : IPPROTO_UDP);

	s.from = world_client(w, w->client);
	s.sport = w->port;
	s.to = world_vip(w);
	s.dport = world_vip_port(service);
	return s;
}

static struct spec
outward(const struct world *w, enum service service, unsigned member)
{
	struct spec s = between(w, service == TLS ? IPPROTO_TCP : IPPROTO_UDP);

	s.from = world_member(w, member);
	s.sport = world_member_port(service);
	s.to = world_client(w, w->client);
	s.dport = w->port;
	return s;
}

static struct spec
segment(struct spec s, uint8_t flags, uint32_t seq, uint32_t ack)
{
	s.flags = flags;
	s.seq = seq;
	s.ack = ack;
	s.tcp_options = flags & TCP_SYN ? 20 : 12;
	s.n = flags & TCP_PSH ? 100 : 0;
	return s;
}

struct spec
tcp_in(const struct world *w, uint8_t flags, uint32_t seq, uint32_t ack)
{
	return segment(inward(w, TLS), flags, seq, ack);
}

struct spec
tcp_out(const struct world *w, unsigned member, uint8_t flags, uint32_t seq, uint32_t ack)
{
	return segment(outward(w, TLS, member), flags, seq, ack);
}

static struct spec
transaction(struct spec s, uint8_t first)
{
	s.first = first;
	s.n = 83;
	return s;
}

struct spec
udp_in(const struct world *w, uint8_t first)
{
	return transaction(inward(w, TURN), first);
}

struct spec
udp_out(const struct world *w, unsigned member, uint8_t first)
{
	return transaction(outward(w, TURN, member), first);
}

struct spec
at_member(const struct world *w, struct spec s, unsigned member)
{
	s.to = world_member(w, member);
	s.dport = world_member_port(row_service(&s));
	s.ttl--;
	return s;
}

struct spec
at_client(const struct world *w, struct spec s)
{
	s.from = world_vip(w);
	s.sport = world_vip_port(row_service(&s));
	s.ttl--;
	return s;
}
