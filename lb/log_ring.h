/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_LOG_RING_H
#define LB_LOG_RING_H

/*
 * log_ring - what one worker tells the writer of the session log: sessions that ended.
 *
 *     worker --push--> [ head ... tail ] --at, drop--> writer
 *
 * One producer, one consumer, no lock; of fixed size, so that a writer that hangs costs
 * lines and nothing else.  Names are copied, because what has them may be gone by then.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>
#include <edge/state.h>

#include "seat.h"

#define LOG_RING_SIZE   4096 /* a power of two; seconds of a busy worker */
#define LOG_MEMBER_MAX  320  /* "POOL/MEMBER", cut there */
#define LOG_SERVICE_MAX 16

struct log_record {
	int64_t begun_ns, ended_ns; /* monotonic */
	uint64_t octets_in, octets_out;
	struct addr client, vip, at; /* @at absent: it had no member */
	uint16_t client_port, vip_port, at_port;
	uint8_t proto;  /* enum proto */
	uint8_t reason; /* enum close_reason */
	char service[LOG_SERVICE_MAX];
	char member[LOG_MEMBER_MAX];
};

struct log_ring;

/* NULL without memory. */
struct log_ring *log_ring_new(void);
void log_ring_free(struct log_ring **pr);

/* The worker's.  False: full, the record is lost. */
bool log_ring_push(struct log_ring *r, const struct log_record *record);
/* The writer's: the @i-th of those that wait, or NULL; and done with the first @n. */
const struct log_record *log_ring_at(const struct log_ring *r, size_t i);
void log_ring_drop(struct log_ring *r, size_t n);
/* Anybody's: how many wait. */
size_t log_ring_waiting(const struct log_ring *r);

#endif
