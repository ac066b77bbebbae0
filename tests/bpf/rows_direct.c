/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_direct - packets that are none of ours: untouched, uncounted, without a trace.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
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
}

static void
other_port_alone(struct world *w)
{
	other_port(w);
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
}

static void
to_the_member_alone(struct world *w)
{
	to_the_member(w);
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

/* The path remembers where VIPs and members are, as long as nobody says that it changed.
 */
static void
taken_away(struct world *w)
{
	struct km_place place = {world_vip(w), htons(443), IPPROTO_TCP, 0};
	int vips = w->o.map[KERNEL_MAP_VIPS];
	uint32_t row = 0;

	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 1, 0), 1);
	must(w, bpf_map_lookup_elem(vips, &place, &row) == 0);
	must(w, bpf_map_delete_elem(vips, &place) == 0);
	w->o.settings->places++;
	passed(w, tcp_in(w, TCP_SYN, 1, 0));
	must(w, bpf_map_update_elem(vips, &place, &row, BPF_ANY) == 0);
	w->o.settings->places++;
	forwarded(w, tcp_in(w, TCP_SYN, 1, 0), 1);
}

static void
nothing_remembered(struct world *w)
{
	w->o.settings->places = 0;
	w->o.settings->vip_bits = 0;
	tcp_made(w, 1);
	udp_made(w, 1, 10);
	other_port(w);
	to_the_member(w);
}

static const struct row direct_rows[] = {
    {"a packet to another port of the VIP is passed up", other_port_alone, BOTH},
    {"a packet to another address is passed up", other_address, BOTH},
    {"a client's direct packets to a member are passed up", to_the_member_alone, BOTH},
    {"what a member sends from other ports is passed up", member_elsewhere, BOTH},
    {"a VIP that was taken away is none at once", taken_away, BOTH},
    {"all is the same where nothing is remembered", nothing_remembered, BOTH},
};
ROWS(direct);
