/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_SEEN_H
#define EDGE_TESTS_SEEN_H

/*
 * seen - what a packet says, read a second time and otherwise than the program does.
 */
#include "world.h"

struct seen {
	bool ip, v6;
	uint8_t proto, ttl;
	bool df, first, later; /* of fragments */
	size_t l3, l4, end;    /* in the frame; l4 0: headers end beyond the packet */
	struct km_addr from, to;
	bool ports;
	uint16_t sport, dport;
	size_t from_at, to_at; /* where addresses are, addr_octets each */
	size_t addr_octets;
	size_t sum_at; /* of the transport's checksum; 0: none here */
};

/* What an error quotes from @l3 of the frame to @end. */
void seen_quote(const struct packet *p, bool v6, size_t l3, size_t end, struct seen *s);
/* The frame. */
void seen_frame(const struct packet *p, struct seen *s);

uint16_t seen_16(const struct packet *p, size_t at);
/* The folded sum of addresses and transport part, 0 for all ones: what translation does
 * not change. */
uint16_t seen_sum(const struct packet *p, const struct seen *s);
uint16_t seen_header_sum(const struct packet *p, const struct seen *s);
bool seen_same(const struct km_addr *a, const struct km_addr *b);

#endif
