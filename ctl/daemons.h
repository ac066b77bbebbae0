/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_DAEMONS_H
#define CTL_DAEMONS_H

/*
 * daemons - what the run directory says about each daemon, without asking any of them.
 *
 * A connection to a control socket is tried and closed at once: the kernel completes it
 * for a daemon that is stopped or stuck as well, so this never waits.
 */
#include "picture.h"

/* "health": the stem of a daemon's socket, notice and board. */
const char *daemon_stem(enum daemon d);
/* Fills @looks, which has DAEMONS entries. */
void daemons_look(const char *run_dir, struct daemon_look *looks);

#endif
