/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_SOURCES_H
#define LB_SOURCES_H

/*
 * sources - how many sessions a client's address has at a listener, and how fast it opens
 * new ones.
 *
 * Bounded: an address without sessions is forgotten when its rate has recovered, and when
 * the table is full the one that was left longest ago makes room.  So a flood of
 * addresses costs others at most what was known of their rate, never a count of sessions.
 *
 * Pure: now is an argument.  Belongs to the worker that owns the client (steer.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>

#include "link.h"
#include "rate.h"

struct sources;

struct source_entry {
	struct source_entry *chain;
	struct link idle; /* on the ring of those without sessions, oldest first */
	uint64_t listener;
	struct addr addr;
	uint32_t sessions;
	int64_t word; /* of its rate */
};

struct source_limits {
	uint32_t sessions; /* 0: no limit */
	struct rate rate;
};

/* @secret makes the table's order unknown to clients.  NULL without memory. */
struct sources *sources_new(size_t maximum, uint64_t secret);
void sources_free(struct sources **ps);
size_t sources_count(const struct sources *s);

/* A session of @addr begins at @listener; false: it is over a limit.  *ret holds its
 * place until sources_give(); it is NULL where there are no limits, or no memory to keep
 * them. */
bool sources_take(struct sources *s, uint64_t listener, const struct addr *addr,
    const struct source_limits *limits, int64_t now_ns, struct source_entry **ret);
/* What sources_take() would say, which is not asked yet. */
bool sources_let(struct sources *s, uint64_t listener, const struct addr *addr,
    const struct source_limits *limits, int64_t now_ns);
/* A session that was counted before an upgrade; NULL without memory. */
struct source_entry *
sources_rejoin(struct sources *s, uint64_t listener, const struct addr *addr);
/* @pe may point to NULL and does so afterwards. */
void sources_give(struct sources *s, struct source_entry **pe);

#endif
