/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_WORLD_H
#define EDGE_TESTS_WORLD_H

/*
 * world - a small pool as the packet path's maps hold it, and a host of its own.
 *
 * The host is a network namespace of this process with a link to clients and one to
 * members, so that what bpf_fib_lookup() says in the kernel's test-run is always the
 * same. Per family there are two listeners, TLS (TCP 443, to port 5443 of members) and
 * TURN (UDP 3478), with four members each; the last is the backup and in no ring.
 */
#include <stdbool.h>
#include <stdint.h>

#include "flow_table.h"
#include "object.h"
#include "packet.h"

#define MEMBERS    4
#define BACKUP     3
#define FLOWS      256
#define FLOW_LANES 413 /* of so many flows */
#define HALVES     4096

enum service { TLS, TURN, SERVICES };

#define LISTENERS_END (1 + 2 * SERVICES)
#define ENDPOINTS_END (1 + 2 * SERVICES * MEMBERS)

struct row_course;

struct world {
	struct object o;
	struct table flows, half_open;
	struct row_course *course; /* of the row that runs: row.c's business */
	bool v6;
	bool can_complete; /* the kernel can, and judges the packet's sum after a run */
	bool complete;     /* packets come with CHECKSUM_COMPLETE */
	bool affinity_put; /* by us; looking through an empty map of them takes a
			      millisecond */
	uint8_t even[KM_SLOTS];            /* the ring of world_ring_even() */
	uint32_t client_link, member_link; /* interface indices */
	/* Who speaks, until a row says otherwise. */
	unsigned client;
	uint16_t port;
};

/* 0; or -errno with what is missing in @why.  Once in a process. */
int world_open(struct world *w, struct sbuf *why);
/* The same with tables of @sizes. */
int world_open_sized(struct world *w, const struct object_sizes *sizes, struct sbuf *why);
void world_close(struct world *w);
/* As after world_open(): no flows, counters 0, all members new. */
void world_reset(struct world *w);

struct km_addr world_addr(const char *text);
struct km_addr world_client(const struct world *w, unsigned client);
struct km_addr world_vip(const struct world *w);
struct km_addr world_member(const struct world *w, unsigned member);
uint16_t world_vip_port(enum service s);
uint16_t world_member_port(enum service s);
unsigned world_row(const struct world *w, enum service s); /* of listeners */
unsigned world_endpoint_row(const struct world *w, enum service s, unsigned member);
struct km_listener *world_listener(const struct world *w, enum service s);
struct km_endpoint *
world_endpoint(const struct world *w, enum service s, unsigned member);

/* The ring of a listener: all slots @choice (KM_SLOT_NONE: of nobody). */
void world_ring(const struct world *w, enum service s, uint8_t choice);
/* The ring with the first three members in turn, as world_reset() leaves it. */
void world_ring_even(const struct world *w, enum service s);

unsigned world_entries(const struct world *w, enum kernel_map map);
uint64_t world_count(const struct world *w, unsigned endpoint, enum km_count what);
uint64_t world_drop(const struct world *w, unsigned listener, enum km_drop what);
/* All that was counted, of all kinds together. */
uint64_t world_counted(const struct world *w);
uint64_t world_dropped(const struct world *w);

/* Runs the program over @in as if it came in at @link; what it returned, or -errno below
 * WORLD_FAILED.  @out gets what became of the packet. */
#define WORLD_FAILED (-1000)
int world_run(
    const struct world *w, uint32_t link, const struct packet *in, struct packet *out);

#endif
