/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SYSTEMD_H
#define EDGE_SYSTEMD_H

/*
 * systemd - what a daemon tells its supervisor: ready, reloading, stopping, alive.
 *
 * Everything is a no-op when the process was not started by systemd, and when the build
 * has no libsystemd (systemd_none.c): callers never ask which.  Call from the main
 * thread only, and only from programs.
 *
 * The watchdog message is worth something only when it comes from the loop that does the
 * work: call systemd_watchdog() from that loop's own timer, never from a thread beside it.
 */
#include <stdint.h>

/* Once everything that can fail at the start has been done. */
void systemd_ready(void);
/* Before a reload; systemd_ready() ends it, whether the reload succeeded or not. */
void systemd_reloading(void);
/* When an orderly stop begins. */
void systemd_stopping(void);
/* "Alive".  About once a second is always often enough: our units wait 10 s and more. */
void systemd_watchdog(void);
/* How often the supervisor wants that at the latest (half of WatchdogSec); 0: it does
 * not watch. */
int64_t systemd_watchdog_ns(void);

#endif
