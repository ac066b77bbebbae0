/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_direct - packets that are none of ours: untouched, uncounted, without a trace.
 */
#include <netinet/in.h>

#include "row.h"

static void
no_trace(struct world *w)
{
	must(w, entries(w, KERNEL_MAP_FLOWS) == 0);
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
	must(w, entries(w, KERNEL_MAP_FRAGMENTS) == 0);
	must(w, entries(w, KERNEL_MAP_AFFINITIES) == 0);
}

static void
other_port(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1, 0);

	s.dport = 80;
	passed(w, s);
	s = udp_in(w, 1);
	s.dport = 443;
	passed(w, s);
	no_trace(w);
}

static void
other_address(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1, 0);

	s.to = world_client(w, 99);
	passed(w, s);
	no_trace(w);
}

static void
to_the_member(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1, 0);

	s.to = world_member(w, 1);
	s.dport = world_member_port(TLS);
	passed(w, s);
	s = udp_in(w, 1);
	s.to = world_member(w, 1);
	passed(w, s);
	no_trace(w);
}

static void
member_elsewhere(struct world *w)
{
	struct spec s = tcp_out(w, 1, TCP_SYN, 1, 0);

	s.sport = 50000;
	passed(w, s);
	s = udp_out(w, 1, 9);
	s.sport = 50000;
	passed(w, s);
	no_trace(w);
}

static const struct row direct_rows[] = {
    {"a packet to another port of the VIP is passed up", other_port, BOTH},
    {"a packet to another address is passed up", other_address, BOTH},
    {"a client's direct packets to a member are passed up", to_the_member, BOTH},
    {"what a member sends from other ports is passed up", member_elsewhere, BOTH},
};
ROWS(direct);
