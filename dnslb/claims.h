/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_CLAIMS_H
#define DNSLB_CLAIMS_H

/*
 * claims - which records a configuration wants, before health decides.
 *
 * A claim is one record that could be published: an address under a name because of one
 * endpoint, or an SRV record.  Several claims may want the same record (an address that
 * serves access and federation); answer.c merges them and decides.
 *
 * Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/arena.h>
#include <edge/model.h>
#include <edge/state.h>
#include <edge/words.h>

#define RECORD_WORDS(X) X(RECORD_A, "A") X(RECORD_AAAA, "AAAA") X(RECORD_SRV, "SRV")
WORDS_DECLARE(record_type, RECORD_TYPES, RECORD_WORDS);

struct record {
	const char *owner; /* lower case, no final dot */
	enum record_type type;
	uint32_t ttl;
	struct addr addr; /* A, AAAA */
	uint16_t priority, weight, port;
	const char *target; /* SRV */
};

/* By owner, type and content; the TTL does not count. */
int record_compare(const struct record *a, const struct record *b);

struct claim {
	size_t view; /* index in dns.views */
	const char *zone;
	struct record record;
	bool fixed;   /* host and SRV records: health never removes them */
	bool all_new; /* everything behind it takes new sessions */
	bool any_new; /* something behind it does */
	bool proven;  /* something behind it does, and not because of a panic */
	bool cold;    /* something behind it has no verdict yet */
	enum admin admin;
};

struct claims {
	struct claim *list;
	size_t n, capacity;
};

/* Collects the claims of every DNS-mode pool in every view.  @states is parallel to the
 * pools' endpoints, one pool after the other; NULL: nothing is known, all enabled.  Names
 * that have to be built come from @arena.  0, -ENOMEM, or -ENAMETOOLONG when an SRV
 * record's name does not fit a DNS name. */
int claims_collect(struct claims *c, const struct model *m, const struct state *states,
    struct arena *arena);
void claims_fini(struct claims *c);

#endif
