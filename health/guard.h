/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_GUARD_H
#define EDGE_HEALTH_GUARD_H

/*
 * guard - what the pool as a whole makes of its endpoints' health.  Pure.
 *
 * Endpoints are compared within a group: one service in one address family.
 *
 *   member out  all external access endpoints of a member are down: it leaves every
 *               service, because nothing works for a client without the Access Edge
 *   held        fewer than the minimum of members take new sessions: those lost last are
 *               used all the same - unless they refused, which is no matter of opinion.
 *               Nobody is taken back in the place of another that is used still
 *   panic       no member is up: all that are not administratively down are used.  With
 *               panic_percent: already when fewer are up than that share of those in
 *               service, until they are 10 points more; then without those that refuse
 *   waiting     a removal follows the one before too soon: used until removal_interval
 *               has passed - unless it refused
 *   slow start  begins where an endpoint comes back after a real outage, never because
 *               the prober began
 *
 * Panic waits until every endpoint that may take sessions was found down: as long as one
 * is unknown nobody knows that all is lost.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/model.h>
#include <edge/state.h>

struct guard_endpoint {
	/* given */
	unsigned member; /* 0.. n_members-1 */
	unsigned group;  /* 0.. n_groups-1 */
	bool access;     /* carries external access: decides about its member */
	bool assumed;    /* while unknown it counts as up */
	enum health health;
	enum admin admin;
	enum reason reason;
	int64_t lost; /* when it went down, for the order; any clock */
	bool was_out; /* it took nothing when last looked at: kept by the caller */
	/* found */
	uint8_t flags;   /* enum state_flag */
	bool leaves;     /* it is removed now, by its own health */
	bool slow_start; /* begins now */
};

struct guard_group {
	/* given */
	unsigned minimum; /* members that keep the service, down or not */
	int panic_percent;
	int64_t removal_ns;
	/* found, and looked at the next time */
	bool panic;
	int64_t last_removal; /* GUARD_NEVER before the first */
	/* found */
	unsigned members; /* endpoints in it */
	unsigned usable;  /* that take new sessions by their own health */
	unsigned lost;    /* in service and known not to */
	unsigned held;
	unsigned waiting;
	int64_t look_again; /* when the first of them may go; INT64_MAX */
};

#define GUARD_NEVER INT64_MIN

/* Fills what is found of @e and @groups, and @out per member: it has left every service.
 */
void guard_decide(struct guard_endpoint *e, size_t n, struct guard_group *groups,
    size_t n_groups, bool *out, size_t n_members, int64_t now);

#endif
