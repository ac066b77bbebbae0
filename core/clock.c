/* SPDX-License-Identifier: BSD-2-Clause */
#include <edge/clock.h>

#include <time.h>

static int64_t
clock_read(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts); /* cannot fail for the clocks used here */
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t
clock_mono_ns(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

int64_t
clock_boot_ns(void)
{
	return clock_read(CLOCK_BOOTTIME);
}

int64_t
clock_wall_s(void)
{
	return clock_read(CLOCK_REALTIME) / NS_PER_S;
}
