/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_PORTS_H
#define LB_PORTS_H

/*
 * ports - which local port a connection to a member may have, when the kernel finds none.
 *
 * The kernel counts a port as used for a minute after a session whose client ended first
 * (TIME_WAIT), and finds none once all are: 28 232 sessions a minute from one address to
 * one member.  A port that is named may be used again at once, to a member that has TCP
 * timestamps.  So where the kernel finds none, ports are tried that are named here.
 *
 * Pure: what the host allows is an argument.
 */
#include <stdbool.h>
#include <stdint.h>

/* What the host lets programs take: net.ipv4.ip_local_port_range without
 * ip_local_reserved_ports. */
struct port_set {
	uint16_t low, high;
	uint64_t reserved[65536 / 64];
};

/* Texts as the kernel has them; what cannot be read leaves the kernel's own default. */
void port_set_init(struct port_set *set, const char *range, const char *reserved);
/* As this host has it now. */
void port_set_read(struct port_set *set);

/* One worker's sessions with one endpoint. */
struct port_turn {
	uint32_t source;          /* the next source address */
	uint32_t place;           /* in the walk through the range */
	int64_t scarce_until_ns;  /* the kernel need not be asked before */
	int64_t nothing_until_ns; /* nor anything be tried */
};

/* The next port to try, of a walk that comes to each port once before any twice; 0: there
 * is none.  Neighbours in time are far apart in number, as the kernel's own choices are
 * close together. */
uint16_t port_next(const struct port_set *set, struct port_turn *turn);

#endif
