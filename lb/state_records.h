/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_STATE_RECORDS_H
#define LB_STATE_RECORDS_H

/*
 * state_records - what one edge-lb tells the next: plain values, and their octets.
 *
 * Objects are named by their ids, descriptors by their numbers, which execve() keeps.
 * One function per record writes and reads it (state_codec.h).
 *
 *   PROCESS    once, first
 *   LISTENER   each live listener, with its group of sockets in worker order
 *   ENDPOINT   each live endpoint
 *   AFFINITY   each remembered client: those nobody holds first, oldest first
 *   SESSION    each TCP session
 *   ASSOC      each UDP association; both in the order of their idle queues
 *   END        how many of each there were
 *
 * A new field goes to the end of its function, read and written only when
 * codec.version says so; a new record gets a new number.  Both raise state_version.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <edge/boards.h>

#include "state_codec.h"

enum record {
	RECORD_PROCESS = 1,
	RECORD_LISTENER = 2,
	RECORD_ENDPOINT = 3,
	RECORD_AFFINITY = 4,
	RECORD_SESSION = 5,
	RECORD_ASSOC = 6,
	RECORD_END = 7,
};

#define STATE_WORKERS_MAX 64  /* as lb.workers */
#define STATE_NAME_MAX    768 /* of full names: pool, member, side, address */
#define STATE_HELD_MAX    (4u << 20)

struct saved_counters {
	uint64_t at[LB_FIELDS];
};

/* A worker's set of watched sockets, which execve() keeps as it is; since version 4. */
struct saved_watched {
	int32_t fd; /* -1: none */
	uint32_t number;
};

struct saved_process {
	char release[32]; /* of the program that wrote it */
	uint32_t workers;
	uint8_t mask_v4, mask_v6; /* of the steering programs */
	uint64_t capabilities;
	int64_t parked_ns; /* when traffic stopped, monotonic; 0: it did not */
	uint32_t attempts; /* of upgrades, this one included */
	uint64_t filter;   /* hash of the packet filter's text in force; 0: none */
	struct saved_counters count;
	struct saved_watched watched[STATE_WORKERS_MAX]; /* one per worker */
};

struct saved_listener {
	uint64_t id;
	char name[STATE_NAME_MAX];
	struct addr addr;
	uint16_t port;
	uint8_t proto;
	bool wanted;
	uint32_t n_fds; /* 0: closed */
	int32_t fds[STATE_WORKERS_MAX];
	struct saved_counters count;
};

struct saved_endpoint {
	uint64_t id, member_id;
	char name[STATE_NAME_MAX];
	struct addr addr;
	uint16_t port;
	uint8_t proto;
	bool kept, state_known;
	uint64_t state;
	int64_t slow_boot_ns, drain_mono_ns;
	struct saved_counters count;
};

struct saved_affinity {
	uint32_t worker;
	uint64_t domain, member;
	struct addr source;
	int64_t ended_ns;
};

/* What sessions and associations have in common. */
struct saved_seat {
	uint32_t worker;
	uint64_t listener, endpoint; /* endpoint 0: none yet */
	struct addr source;
	uint16_t port;
	bool stays;
	uint32_t tried;
	uint64_t tried_conf;
	int64_t timeout_ns, since_ns; /* how long it waits, and from when on */
	int64_t begun_ns;             /* 0: of a version that did not know */
	uint64_t octets_in, octets_out;
	bool affine;
	uint64_t domain; /* of its affinity entry */
	struct addr affine_source;
	bool counted; /* at its source; since version 2 */
};

struct saved_leg {
	int32_t fd;
	bool to_the_last, broken, ended, shut;
	const uint8_t *held;
	uint32_t n_held;
};

struct saved_session {
	struct saved_seat seat;
	uint8_t stage; /* enum saved_stage */
	bool heard, asked;
	bool busy; /* has more to do, and no event tells; since version 4 */
	int64_t idle_ns, half_close_ns;
	struct saved_leg client, member;
};

/* STAGE_WAITING since version 2; it has neither a member leg nor an endpoint. */
enum saved_stage {
	STAGE_CONNECTING,
	STAGE_RELAYING,
	STAGE_ENDING,
	STAGE_WAITING,
	STAGES
};

struct saved_assoc {
	struct saved_seat seat;
	int32_t fd;
	bool answered, kept;
	bool busy; /* as a session's */
	int64_t idle_ns;
	uint32_t scope; /* of a link-local client */
};

struct saved_end {
	uint32_t listeners, endpoints, affinities, sessions, assocs;
};

void record_process(struct codec *c, struct saved_process *p);
void record_listener(struct codec *c, struct saved_listener *l);
void record_endpoint(struct codec *c, struct saved_endpoint *e);
void record_affinity(struct codec *c, struct saved_affinity *a);
void record_session(struct codec *c, struct saved_session *s);
void record_assoc(struct codec *c, struct saved_assoc *a);
void record_end(struct codec *c, struct saved_end *e);

#endif
