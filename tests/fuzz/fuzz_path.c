/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets through the kernel engine's program, in the kernel's test-run, whatever they
 * are and whatever the maps hold: tests/bpf/judge.h says what must hold.
 *
 * Five octets choose the state of the maps, then packets follow: two octets of length,
 * one of how it comes in, and the frame from the network header on.  libFuzzer sees
 * nothing of what the program does inside the kernel, so inputs worth trying are made by
 * edge-bpf-fuzz.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "host.h"
#include "judge.h"

#define STATE_OCTETS 5
#define PACKETS_MAX  6
#define FRAME_MAX    3000

/* Who is not allowed to has nothing to find here. */
static struct world *
world(void)
{
	static struct world *w;
	struct sbuf why;

	if (w != NULL)
		return w;
	w = calloc(1, sizeof *w);
	assert(w != NULL);
	sbuf_init(&why, 4096);
	if (world_open(w, &why) != 0 || host_knows_all(&why) != 0) {
		printf("SKIPPED %s\n", sbuf_text(&why));
		fflush(NULL);
		_exit(77);
	}
	sbuf_fini(&why);
	return w;
}

static void
put(struct world *w, enum service s, bool half, const struct km_flow *f)
{
	struct km_flow_key key = {
	    world_client(w, w->client), htons(w->port), (uint16_t)world_row(w, s)};

	if (!table_put(half ? &w->half_open : &w->flows, &key, f) || half)
		return;
	world_listener(w, s)->sessions++;
	world_endpoint(w, s, 1)->sessions++;
}

/* The client's flow, half-open or made, with member 1. */
static void
flow_of(struct world *w, enum service s, uint8_t octet)
{
	static const enum km_state tcp[] = {KM_NONE, KM_SYN, KM_SYN_ACK, KM_PICKED,
	    KM_PICKED_SEEN, KM_DIRECT, KM_OPEN, KM_OPEN};
	static const enum km_state udp[] = {
	    KM_NONE, KM_ASKED, KM_OPEN, KM_OPEN, KM_NONE, KM_ASKED, KM_OPEN, KM_OPEN};
	struct km_flow f = {.seen = object_tick() - (octet & 0x80 ? 1u << 20 : 0),
	    .endpoint = (uint16_t)world_endpoint_row(w, s, 1),
	    .state = (uint8_t)(s == TLS ? tcp : udp)[octet & 7],
	    .flags = octet >> 3 & 15};

	if (s == TLS) {
		f.tcp.client_seq = 1000;
		f.tcp.expect = 5001;
	}
	if (f.state != KM_NONE)
		put(w, s, f.state != KM_OPEN, &f);
}

static void
fill(struct world *w)
{
	uint16_t port = w->port;
	struct km_flow f = {.seen = object_tick(),
	    .endpoint = (uint16_t)world_endpoint_row(w, TLS, 1),
	    .state = KM_OPEN};

	for (w->port = 1; world_entries(w, KERNEL_MAP_FLOWS) < FLOW_LANES; w->port++)
		put(w, TLS, false, &f);
	w->port = port;
}

static void
rows_of(struct world *w, const uint8_t *state)
{
	static const uint32_t mtu[] = {1500, 1400, 0, 1500};

	for (enum service s = TLS; s < SERVICES; s++) {
		struct km_listener *l = world_listener(w, s);

		world_ring(w, s, 1);
		if (state[0] & 0x08)
			l->flags |= KM_LISTENER_LISTS | KM_LISTENER_ALLOW;
		if (state[0] & 0x10)
			l->flags |= KM_LISTENER_TUPLE;
		if (state[0] & 0x20)
			l->flags &= ~KM_LISTENER_DIRECT;
		if (state[4] & 2)
			l->sessions_max = 1;
		for (unsigned m = 0; m < MEMBERS; m++) {
			struct km_endpoint *e = world_endpoint(w, s, m);

			e->mtu = mtu[state[0] >> 6];
			e->ifindex = state[0] >> 6 == 3 ? 0 : e->ifindex;
			if (state[4] & 1)
				e->budget = 3;
			if (m == 1)
				e->use = state[3] % 5;
			else if (state[3] & 0x80)
				e->use = KM_USE_OUT;
		}
	}
	w->o.budgets[3].next_ns = INT64_MAX / 2;
}

static void
state_of(struct world *w, const uint8_t *state)
{
	w->v6 = state[0] & 1;
	world_reset(w);
	rows_of(w, state);
	flow_of(w, TLS, state[1]);
	flow_of(w, TURN, state[2]);
	if (state[0] & 2)
		w->o.settings->full_seen = object_tick();
	if (state[0] & 4)
		fill(w);
}

/* The frame of @n octets at @at; @how: bit 0 from members, 1 a super-packet, 2 of the
 * other family by its frame. */
static void
packet_of(struct packet *p, bool v6, uint8_t how, const uint8_t *at, size_t n)
{
	static const uint8_t link[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 99};

	v6 = v6 != ((how & 4) != 0);
	memcpy(p->octets, link, sizeof link);
	p->octets[12] = v6 ? 0x86 : 0x08;
	p->octets[13] = v6 ? 0xdd : 0x00;
	memcpy(p->octets + LINK_OCTETS, at, n);
	p->n = LINK_OCTETS + n;
	p->gso_size = how & 2 ? 500 : 0;
	p->gso_segs = how & 2 ? (uint32_t)(n / 500 + 1) : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static struct packet in, out;
	struct world *w = world();
	struct before before;

	if (n < STATE_OCTETS)
		return 0;
	state_of(w, octets);
	for (size_t at = STATE_OCTETS, i = 0; at + 3 < n && i < PACKETS_MAX; i++) {
		size_t length = (size_t)octets[at] << 8 | octets[at + 1];
		uint8_t how = octets[at + 2];
		int verdict;

		at += 3;
		length = length > FRAME_MAX ? FRAME_MAX : length;
		length = length > n - at ? n - at : length;
		packet_of(&in, octets[0] & 1, how, octets + at, length);
		at += length;
		judge_before(w, &in, &before);
		verdict =
		    world_run(w, how & 1 ? w->member_link : w->client_link, &in, &out);
		if (verdict > WORLD_FAILED) /* else test-run does not take such frames */
			judge(w, &before, &in, &out, verdict);
	}
	return 0;
}
