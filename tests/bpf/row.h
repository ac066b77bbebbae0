/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_ROW_H
#define EDGE_TESTS_ROW_H

/*
 * row - one sentence about the packet path, and the packets that show it.
 *
 * A row is run once for each family, on a pool as new (world_reset()).  Its packets are
 * built by tcp_in() and its like for the world's client (w->client, w->port), changed as
 * the row wants, and given to one of the verdicts below, which runs the program and
 * compares verdict and octets.  At the end of a row every counter of packets, octets and
 * drops must be what the verdicts add up to, together with what the row said by
 * drops_are() and counts_are().
 */
#include <setjmp.h>

#include "world.h"

struct row {
	const char *sentence;
	void (*run)(struct world *w);
	enum { BOTH, ONLY_V4, ONLY_V6 } families;
};

struct rows {
	const char *name;
	const struct row *row;
	unsigned n;
};

#define ROWS(name)                                                                       \
	const struct rows rows_##name = {                                                \
	    #name, name##_rows, sizeof name##_rows / sizeof name##_rows[0]}

/* --- packets: @flags, numbers and what identifies a transaction --- */

struct spec tcp_in(const struct world *w, uint8_t flags, uint32_t seq, uint32_t ack);
struct spec tcp_out(
    const struct world *w, unsigned member, uint8_t flags, uint32_t seq, uint32_t ack);
/* With a payload as long as an MS-TURN request; octets 4 to 19 follow from @transaction.
 */
struct spec udp_in(const struct world *w, uint8_t transaction);
struct spec udp_out(const struct world *w, unsigned member, uint8_t transaction);
/* The packet as the member gets it; as the client gets it. */
struct spec at_member(const struct world *w, struct spec s, unsigned member);
struct spec at_client(const struct world *w, struct spec s);
/* Whose it is by its protocol. */
enum service row_service(const struct spec *s);

/* --- verdicts; each ends the row when it is another --- */

#define WORLD_PASS (-1)
#define WORLD_DROP 2
#define WORLD_SENT 7

#define HERE(w) row_at(w, __FILE__, __LINE__)

/* To @member; a listener's or a member's packets are counted. */
#define forwarded(w, s, member) (HERE(w), row_forwarded(w, s, member))
/* To the client, from the VIP. */
#define returned(w, s, member) (HERE(w), row_returned(w, s, member))
/* Passed up, octet for octet. */
#define passed(w, s)  (HERE(w), row_passed(w, s))
#define dropped(w, s) (HERE(w), row_dropped(w, s))
/* Sent somewhere as @out; packets are not counted. */
#define sent_as(w, in, out)   (HERE(w), row_ends_as(w, in, WORLD_SENT, out))
#define passed_as(w, in, out) (HERE(w), row_ends_as(w, in, WORLD_PASS, out))
/* Answered with an ICMP error from the VIP to whom it came from: type and code, the rest
 * of its header, and the beginning of @s, all checksums right. */
#define answered(w, s, type, code, rest) (HERE(w), row_answered(w, s, type, code, rest))
/* The link's addresses of the packet that came out last: destination, source. */
#define LINK_ADDRESSES 12
const uint8_t *row_frame(const struct world *w);
/* Which member gets it, or -1: no verdict, no count of packets. */
#define goes_to(w, s) (HERE(w), row_goes_to(w, s))

/* --- what is in the maps --- */

/* enum km_state of the client's entry in flows, in half_open; KM_NONE: there is none. */
#define flow_is(w, service, state)                                                       \
	(HERE(w), row_entry_is(w, KERNEL_MAP_FLOWS, service, state))
#define half_is(w, service, state)                                                       \
	(HERE(w), row_entry_is(w, KERNEL_MAP_HALF_OPEN, service, state))
struct km_flow_key flow_key(const struct world *w, enum service s);
/* The client's entry itself, or NULL. */
struct km_flow *flow_at(const struct world *w, enum service s);
struct km_flow *half_at(const struct world *w, enum service s);
/* An open flow to @member, as if packets had made it. */
void flow_put(struct world *w, enum service s, unsigned member, uint8_t flags);
void flows_fill(struct world *w);
#define entries(w, map) world_entries(w, map)

/* An entry of half_open in @state, as if packets had made it; @expect as in maps.h. */
void half_put(struct world *w, enum service s, unsigned member, enum km_state state,
    uint32_t client_seq, uint32_t expect);
/* The client's member by affinity, and its entry; 0: none. */
uint32_t affinity_get(const struct world *w, uint32_t domain, struct km_addr client);
uint32_t affinity_seen(const struct world *w, uint32_t domain, struct km_addr client);
void affinity_put(struct world *w, uint32_t domain, uint32_t member, uint32_t seen);
/* A flow made by packets, with the numbers of the rows: client 1001, member 5001. */
void tcp_made(struct world *w, unsigned member);
void udp_made(struct world *w, unsigned member, uint8_t transaction);

/* --- what was counted --- */

#define counts_are(w, s, member, what, n)                                                \
	(HERE(w), row_counts_are(w, world_endpoint_row(w, s, member), what, n))
/* Also takes away what the end of the row would complain about. */
#define drops_are(w, service, what, n)                                                   \
	(HERE(w), row_drops_are(w, world_row(w, service), what, n))
/* Of what belongs to no listener. */
#define drops_of_nobody(w, what, n) (HERE(w), row_drops_are(w, 0, what, n))

/* --- the rest --- */

#define must(w, condition) (HERE(w), row_must(w, condition, #condition))

void row_at(struct world *w, const char *file, int line);
void row_forwarded(struct world *w, struct spec s, unsigned member);
void row_returned(struct world *w, struct spec s, unsigned member);
void row_passed(struct world *w, struct spec s);
void row_dropped(struct world *w, struct spec s);
void row_ends_as(struct world *w, struct spec in, int verdict, struct spec out);
void
row_answered(struct world *w, struct spec s, uint8_t type, uint8_t code, uint32_t rest);
int row_goes_to(struct world *w, struct spec s);
void
row_entry_is(struct world *w, enum kernel_map map, enum service s, enum km_state state);
void row_counts_are(struct world *w, unsigned endpoint, enum km_count what, uint64_t n);
void row_drops_are(struct world *w, unsigned listener, enum km_drop what, uint64_t n);
void row_must(struct world *w, bool holds, const char *what);

/* One row in one family; what was wrong goes to standard output. */
bool row_run(struct world *w, const struct row *row, bool v6);

#endif
