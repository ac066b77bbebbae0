/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_CERTIFICATE_WATCH_H
#define EDGE_HEALTH_CERTIFICATE_WATCH_H

/*
 * certificate_watch - the certificates of a pool: last seen, judged, told.
 *
 *   full handshake -> facts -> certificates.c -> conditions, words on the board
 *
 * Owns the facts, one set per target, into which its probes write.  What was seen stays
 * when the member goes: its certificate ends all the same.  Names and chain are judged
 * when facts come, dates and sameness as time goes by.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/certificates.h"

struct pool_watch;
struct target;

struct certificate_seen {
	struct certificate facts;
	/* Of the facts that were judged last; looked_s 0: of none. */
	int64_t looked_s;
	uint8_t sha256[CERTIFICATE_SHA256];
};

struct certificate_watch {
	struct certificate_seen *seen; /* per target of the pool */
	struct certificate_peer *peers;
	bool fresh; /* facts came, and were not compared yet */
	bool apart; /* some differ, and time makes it worse */
};

/* For a pool whose targets are made.  0 or -ENOMEM. */
int certificate_watch_init(struct pool_watch *w);
void certificate_watch_fini(struct pool_watch *w);
/* The same endpoint of the configuration before had these facts. */
void certificate_watch_inherit(struct target *to, struct target *from);

/* The rows are found: what is known is judged by what is configured now. */
void certificate_watch_attach(struct pool_watch *w);
/* A probe of @t has finished. */
void certificate_watch_outcome(struct pool_watch *w, const struct target *t);
/* Time has gone by. */
void certificate_watch_beat(struct pool_watch *w, int64_t wall_s);

/* What was seen of @t; known is false for one that never showed anything. */
const struct certificate *
certificate_watch_facts(const struct pool_watch *w, const struct target *t);

#endif
