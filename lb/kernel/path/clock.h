/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_CLOCK_H
#define PATH_CLOCK_H

/*
 * clock - ticks (maps.h): a coarse clock, since a packet needs no better one.
 *
 * It is read once a jiffy, when it moves; until then clock_known says what it was: the
 * tick below the jiffy's last 32 bits, in one word.  Counting jiffies is a load, asking
 * the clock a call.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../maps.h"

static volatile __u64 clock_known;

static __noinline __u32
clock_read(__u32 jiffy)
{
	__u32 tick = (__u32)(bpf_ktime_get_coarse_ns() >> KM_TICK_BITS);

	clock_known = tick | (__u64)jiffy << 32;
	return tick;
}

static __always_inline __u32
clock_tick(void)
{
	__u32 jiffy = (__u32)bpf_jiffies64();
	__u64 clock = clock_known;

	return clock != 0 && clock >> 32 == jiffy ? (__u32)clock : clock_read(jiffy);
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
