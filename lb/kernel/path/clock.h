/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_CLOCK_H
#define PATH_CLOCK_H

/* clock - ticks (maps.h): a coarse clock, since a packet needs no better one. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../maps.h"

static __always_inline __u32
clock_tick(void)
{
	return (__u32)(bpf_ktime_get_coarse_ns() >> KM_TICK_BITS);
}

#define CLOCK_AHEAD 1024u

/* Whether @seen is more than @patience ago.  Another CPU may have written a tick that is
 * a little later than the one this packet began with; what seems to be far ahead was left
 * behind when ticks came round: nobody sweeps what is in LRU maps. */
static __always_inline int
clock_past(__u32 tick, __u32 seen, __u32 patience)
{
	__u32 age = tick - seen;

	return age > patience && age <= ~CLOCK_AHEAD;
}

#endif
