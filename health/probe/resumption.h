/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_RESUMPTION_H
#define EDGE_PROBE_RESUMPTION_H

/*
 * resumption - whether the next TLS handshake of an endpoint may be a resumed one.  Pure:
 * the clock is an argument.
 *
 *   - A resumed handshake shows no certificate, and may go on where new clients fail: one
 *     in full comes at least every @every_ns, at a point of the endpoint's own grid, so
 *     that the endpoints' full ones are spread.
 *   - After a failure the next one is in full; the caller has nothing to resume then.
 *   - A server that fails only when a session is resumed is well: our clients begin new
 *     ones.  Where a failed resumption is followed by a good full handshake, no other is
 *     tried until the next full one is due.
 */
#include <stdbool.h>
#include <stdint.h>

struct resumption {
	int64_t every_ns; /* 0: never resumed */
	int64_t phase_ns; /* of the grid */
	int64_t full_ns;  /* when the last one in full stood; INT64_MIN: none yet */
	bool suspect;     /* the last handshake failed, and it was to be resumed */
	bool missed;      /* the last session that could have come did not */
	bool barred;      /* until the next full one is due */
};

/* @seed: the endpoint's, gives the phase. */
void resumption_init(struct resumption *r, int64_t every_ns, uint64_t seed);
bool resumption_allowed(const struct resumption *r, int64_t now);
/* A handshake in full stood. */
void resumption_full(struct resumption *r, int64_t now);
/* A probe failed; @offered: it wanted to resume. */
void resumption_failed(struct resumption *r, bool offered);
/* The peer gave something that can be resumed.  Or it did not in time, which may have
 * been a busy moment: twice so, and it is left in peace until the next full handshake is
 * due anyway. */
void resumption_given(struct resumption *r);
void resumption_missed(struct resumption *r);

#endif
