/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_PACKET_H
#define EDGE_TESTS_PACKET_H

/*
 * packet - a packet from its description: how rows say what goes in and what must come
 * out.
 *
 * All checksums are computed here over the whole of what they cover, never adjusted: the
 * program under test adjusts, so the two agree only when both are right.  What must come
 * out is written as a second description and compared octet for octet.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maps.h"

#define PACKET_MAX     16384
#define LINK_OCTETS    14
#define EXTENSIONS_MAX 12

/* What lies between IPv6 header and transport header. */
struct extension {
	uint8_t type;
	uint8_t octets; /* 0: 8 */
};

struct spec {
	bool v6;
	struct km_addr from, to;
	uint16_t sport, dport; /* host order, like all numbers here */
	uint8_t proto;
	uint8_t ttl, tos;
	bool df;
	uint8_t options; /* octets of IPv4 options */
	uint8_t option;  /* what they are filled with; 0: no operation */
	struct extension
	    extensions[EXTENSIONS_MAX]; /* type 0 with octets 0 ends; HOP is octets 8 */
	/* TCP */
	uint32_t seq, ack;
	uint8_t flags;       /* TCP_* */
	uint8_t tcp_options; /* octets */
	/* ICMP */
	uint8_t type, code;
	uint32_t rest;            /* of its header: id and number, MTU */
	const struct spec *quote; /* the packet in an error */
	size_t quoted;            /* octets of it; 0: all */
	/* what is carried: @data, or a pattern of @n octets that begins with @first */
	const uint8_t *data;
	size_t n;
	uint8_t first;
	bool no_checksum; /* UDP: 0 */
	uint16_t spoil;   /* added to the transport's checksum */
	/* a fragment: octets of the transport's part, checksums over the whole of it */
	bool fragment, more;
	uint32_t id;
	uint16_t offset;
	uint16_t cut; /* octets in this one; 0: to the end */
	/* lies, when not 0 */
	uint16_t lie_total;  /* total or payload length */
	uint16_t lie_length; /* of UDP */
	uint8_t lie_version_ihl;
	uint8_t lie_offset; /* of TCP's data, in words */
	/* around it */
	uint16_t ethertype; /* 0: by family */
	bool vlan;
	uint32_t gso_size, gso_segs;
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10

struct packet {
	uint8_t octets[PACKET_MAX];
	size_t n;
	uint32_t gso_size, gso_segs;
};

/* The Internet checksum, not inverted; continues from @sum. */
uint32_t sum_octets(uint32_t sum, const uint8_t *at, size_t n);
uint16_t sum_fold(uint32_t sum);

/* From the IP header on; how many octets. */
size_t packet_ip(const struct spec *s, uint8_t *to);
void packet_build(const struct spec *s, struct packet *p);

/* Octets behind the TCP or UDP header, as counters count them. */
size_t packet_carried(const struct spec *s);

#endif
