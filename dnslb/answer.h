/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_ANSWER_H
#define DNSLB_ANSWER_H

/*
 * answer - from a model and its endpoints' states to the records of every zone.
 *
 * Pure and total: equal input, equal plan, whatever the order of members.  For every name
 * and address family the first of these groups that is not empty is published:
 *
 *   1  members of which everything behind the name takes new sessions
 *   2  members of which something behind the name does
 *   3  members not administratively disabled           fail open, said loudly
 *   4  every member                                    fail open, said loudly
 *
 * so that a set which the configuration asks for is never empty.  Host records (a
 * member's own name) and SRV records are always published: only names of a pool lose
 * addresses by themselves (rule R11).
 */
#include <stdbool.h>
#include <stddef.h>

#include <edge/model.h>
#include <edge/state.h>

#include "claims.h"

enum answer_mode {
	ANSWER_BY_HEALTH,
	ANSWER_UNPROVEN, /* health counts for nothing: all that is not disabled */
};

/* The records of one owner and type. */
struct rrset {
	const char *owner;
	enum record_type type;
	size_t published, withdrawn;
	bool fail_open;
};

struct zone {
	const char *view, *name;
	const struct record *records; /* sorted */
	size_t n_records;
	const struct record *withdrawn; /* sorted */
	size_t n_withdrawn;
	const struct rrset *sets; /* sorted */
	size_t n_sets;
	size_t n_fail_open;
	bool cold;     /* something in it has no verdict yet */
	bool unproven; /* made with ANSWER_UNPROVEN */
};

struct plan {
	struct arena *arena;
	struct zone *zones; /* by view as configured, then name */
	size_t n_zones;
};

/* @states is parallel to the pools' endpoints, one pool after the other; NULL: nothing is
 * known.  Names point into @m.  0, -ENOMEM or -ENAMETOOLONG; *ret untouched on failure.
 */
int answer_plan(const struct model *m, const struct state *states, enum answer_mode mode,
    struct plan **ret);
void plan_free(struct plan **pp);

#endif
