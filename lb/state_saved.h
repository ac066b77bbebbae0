/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_STATE_SAVED_H
#define LB_STATE_SAVED_H

/*
 * state_saved - a whole state, read and found consistent: every name in it is known,
 * every descriptor belongs to one owner, nothing is missing and nothing unknown.
 *
 * Pure; the octets may say anything.
 */
#include <stddef.h>

#include <edge/sbuf.h>

#include "state_records.h"

struct saved {
	struct saved_process process;
	struct saved_listener *listeners;
	struct saved_endpoint *endpoints;
	struct saved_affinity *affinities;
	struct saved_session *sessions;
	struct saved_assoc *assocs;
	struct saved_end n; /* of each */
};

/* 0, or -errno with a sentence in @why.  Sessions point into @octets. */
int saved_read(struct saved *s, const uint8_t *octets, size_t n, struct sbuf *why);
void saved_fini(struct saved *s);

/* Every descriptor in it, @ret_n of them, to be freed; NULL without memory. */
int *saved_descriptors(const struct saved *s, size_t *ret_n);

#endif
