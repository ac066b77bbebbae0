/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_AFFINITY_H
#define LB_AFFINITY_H

/*
 * affinity - which member a client's address met last, on which side of which pool.
 *
 * All services of a side share it, so that a client's access, A/V over TCP and A/V over
 * UDP meet the same member.  An entry lives while sessions hold it, and for the timeout
 * after the last one ended.  What is remembered without a session is bounded; what
 * sessions hold is bounded by their number.  So whoever was never answered, and is
 * dropped, costs nobody else his member.
 *
 * A source that nobody vouches for (UDP: a member answers invented sources too) is
 * remembered, but makes room before one that is genuine (TCP: it answered a handshake).
 *
 * Pure: now is an argument.  Belongs to the worker that owns the client (steer.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>

#include "link.h"

struct affinity;

struct affinity_entry {
	struct affinity_entry *chain;
	struct link idle; /* on a ring of entries that nobody holds, oldest first */
	int64_t ended_ns; /* when the last holder let go */
	uint64_t domain, member;
	struct addr source;
	uint32_t sessions; /* holders */
	bool genuine;      /* the source, and the member answered it: a holder sets it */
};

/* @maximum: entries that nobody holds.  @secret makes the table's order unknown to
 * clients.  NULL without memory. */
struct affinity *affinity_new(size_t maximum, int64_t timeout_ns, uint64_t secret);
void affinity_free(struct affinity **pa);
void affinity_set_timeout(struct affinity *a, int64_t timeout_ns);
size_t affinity_count(const struct affinity *a);

/* The member's id; 0 when nothing is remembered.  @source is cut to the mask already. */
uint64_t affinity_member(
    struct affinity *a, uint64_t domain, const struct addr *source, int64_t now_ns);
/* A session of this source begins at @member, which is remembered from now on.  NULL when
 * it cannot be (timeout 0, no memory): that is no error. */
struct affinity_entry *affinity_hold(struct affinity *a, uint64_t domain,
    const struct addr *source, uint64_t member, int64_t now_ns);
/* The session ended.  @pe may point to NULL and does so afterwards. */
void affinity_release(struct affinity *a, struct affinity_entry **pe, int64_t now_ns);
/* The session ended and its member never answered: unless others hold it, only what was
 * known of a genuine source before is remembered. */
void affinity_drop(struct affinity *a, struct affinity_entry **pe);

/* An upgrade: every entry in turn, those that nobody holds first and in their order. */
void affinity_each(const struct affinity *a,
    void (*visit)(void *arg, const struct affinity_entry *e), void *arg);
/* Puts back an entry that nobody holds yet, in that order: as genuine, and without making
 * room.  0, -ENOMEM, or -EEXIST. */
int affinity_restore(struct affinity *a, const struct affinity_entry *e);
/* One more session holds the entry of this source again; NULL when there is none. */
struct affinity_entry *
affinity_rejoin(struct affinity *a, uint64_t domain, const struct addr *source);

#endif
