/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * systemd_lib - the supervisor's messages, sent with libsystemd.
 *
 * Owns nothing; the library reads NOTIFY_SOCKET and WATCHDOG_USEC from the environment.
 * Results are ignored on purpose: a supervisor that does not listen is no reason for a
 * daemon to change what it does.
 */
#include <inttypes.h>

#include <systemd/sd-daemon.h>

#include <edge/clock.h>

#include "systemd.h"

void
systemd_ready(void)
{
	(void)sd_notify(0, "READY=1");
}

void
systemd_reloading(void)
{
	/* The time is what Type=notify-reload (systemd 253) asks for; others skip it. */
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    clock_mono_ns() / NS_PER_US);
}

void
systemd_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

void
systemd_watchdog(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

int64_t
systemd_watchdog_ns(void)
{
	uint64_t usec = 0;

	if (sd_watchdog_enabled(0, &usec) <= 0 || usec > (uint64_t)(INT64_MAX / NS_PER_US))
		return 0;
	return (int64_t)usec * NS_PER_US / 2;
}
