/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * systemd_none - a build without libsystemd: nobody is told anything.
 */
#include "systemd.h"

void
systemd_ready(void)
{
}

void
systemd_reloading(void)
{
}

void
systemd_stopping(void)
{
}

void
systemd_watchdog(void)
{
}

int64_t
systemd_watchdog_ns(void)
{
	return 0;
}
