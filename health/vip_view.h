/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_VIP_VIEW_H
#define EDGE_HEALTH_VIP_VIEW_H

/*
 * vip_view - how one listener looks through its VIP, and whether that agrees with what is
 * seen directly.  Pure.
 *
 *   directly \ through the VIP   good        bad
 *   a member is up               agree       disagree: the balancer, or the way to it
 *   none is up                   disagree    agree
 *   being found out              says nothing
 *
 * A disagreement is `fall` outcomes in a row, its end `rise`.  It is only ever reported.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/boards.h>
#include <edge/state.h>

enum vip_direct {
	DIRECT_UNSETTLED,
	DIRECT_UP,
	DIRECT_DOWN,
};

struct vip_view {
	enum vip seen;
	enum reason reason; /* of the last outcome */
	uint64_t detail;
	bool run_ok; /* the run is of good outcomes */
	int run;
	bool apart_now; /* the row below is of disagreements */
	int row;
	bool disagrees;
	int faults; /* of our own, since the last outcome that was none */
};

void vip_view_init(struct vip_view *v);
/* An outcome that is no fault of our own. */
void vip_view_feed(struct vip_view *v, bool ok, enum reason reason, uint64_t detail,
    enum vip_direct direct, int rise, int fall);
/* An outcome that is.  True: there were only such for so long that nothing is known. */
bool vip_view_fault(struct vip_view *v, int fall);
/* It cannot be measured now: nothing is known. */
void vip_view_lose(struct vip_view *v);

#endif
