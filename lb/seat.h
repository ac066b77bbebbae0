/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_SEAT_H
#define LB_SEAT_H

/*
 * seat - a session's place at its listener, its endpoint and its worker: everything that
 * TCP sessions and UDP associations have in common.
 *
 *    worker --- idle queue --- seat --- gate (listener)     counted there
 *                               |  \--- endpoint            counted there, on a ring
 *                               \------ affinity entry      held
 *
 * Embedded in its owner, which embeds it first in nothing: container_of finds the way.
 * seat_close() undoes all of it and counts the reason: the single exit of both kinds.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/addr.h>

#include "affinity.h"
#include "dial.h"
#include "gate.h"
#include "idle.h"
#include "live.h"

enum close_reason {
#define CLOSE(id, word, field, text) CLOSE_##id,
#include "tbl/close_reasons.h"
	CLOSE_REASONS
};

struct seat;

/* What the owner does when its session must end: closes descriptors, calls seat_close()
 * and frees itself, now or at the end of the loop's turn. */
typedef void seat_end_fn(struct seat *seat, enum close_reason reason);

struct seat {
	seat_end_fn *end;
	seat_end_fn *late; /* the idle entry is due */
	struct gate *gate;
	struct live_endpoint *endpoint; /* NULL: none yet */
	struct affinity_entry *affinity;
	struct source_entry *source_entry;
	struct idle_entry idle;
	struct link of_endpoint;
	struct addr source;
	uint16_t source_port;
	bool stays;     /* when the member goes down */
	uint32_t tried; /* members, by choice of the configuration below */
	uint64_t tried_conf;
	uint8_t choice; /* the last of them */
	int64_t begun_ns;
	uint64_t octets_in, octets_out;
};

/* Takes a place at the gate.  False: over a limit or not admitted, which is counted and
 * leaves @seat unopened. */
bool seat_open(struct seat *seat, struct gate *gate, const struct addr *source,
    uint16_t port, seat_end_fn *end, seat_end_fn *late);
/* The gate's lists and limits let @source in: to be asked before anybody gives way to it.
 */
bool seat_may_open(const struct gate *gate, const struct addr *source);
/* Counts a session that is refused before it has a seat. */
void seat_refuse(struct gate *gate);
/* Finds a member not tried before and takes a place there; leaves the one before.  False
 * when there is none: *ret_reason says why; CLOSE_RATE: none yet. */
bool seat_find_member(struct seat *seat, enum close_reason *ret_reason);
/* The member found was not asked after all: it counts as not tried. */
void seat_take_back(struct seat *seat);
/* What dial.h needs to know of the member found. */
struct dial seat_dial(const struct seat *seat);
/* No port was left towards it. */
void seat_count_ports(struct seat *seat);
/* How many members were tried. */
int seat_tries(const struct seat *seat);
/* The member answered: the session counts at the endpoint. */
void seat_settle(struct seat *seat);
/* Begins to wait for @timeout_ns from the worker's now. */
void seat_wait(struct seat *seat, int64_t timeout_ns);
int64_t seat_waits_ns(const struct seat *seat);
void seat_touch(struct seat *seat);
void seat_count(struct seat *seat, enum lb_field f, uint64_t by);
/* @forget: the member never answered, so affinity must not remember it. */
void seat_close(struct seat *seat, enum close_reason reason, bool forget);

#endif
