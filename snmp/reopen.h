/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_REOPEN_H
#define EDGE_SNMP_REOPEN_H

/*
 * reopen - one attempt to reconnect at a time.
 *
 * The library repeats an alarm until the master agent takes us.  A master that takes the
 * connection and drops it (or is killed while it hangs) makes it begin another one beside
 * those that run, and success ends only one of them.  With ten of them and a master that
 * hangs, the library would never come back from its alarms.
 */
#include <stdbool.h>

/* After the library ran, whenever the connection came or went.  Not from its callbacks.
 */
void reopen_tidy(bool connected);

#endif
