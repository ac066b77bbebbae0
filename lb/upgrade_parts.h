/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_UPGRADE_PARTS_H
#define LB_UPGRADE_PARTS_H

/*
 * upgrade_parts - what upgrade.c, upgrade_check.c and upgrade_replace.c have of each
 * other.  Everybody else has upgrade.h.
 */
#include "upgrade.h"
#include "upgrade_state.h"

/* upgrade.c: what we were started with, then @option and @value.  NULL-terminated, to be
 * freed; NULL without memory. */
char **upgrade_arguments(const struct upgrade *u, char *option, char *value);
/* The check has ended; @why is empty when it said yes. */
void upgrade_checked(struct lb *lb, struct sbuf *why);

/* upgrade_check.c: begins; the end is told by upgrade_checked().  0, or -errno with a
 * sentence in @why. */
int upgrade_check_start(struct lb *lb, int state_fd, struct sbuf *why);
void upgrade_check_close(struct lb *lb);

/* upgrade_replace.c: the workers come to rest, until worker_resume().  0, or -errno with
 * a sentence in @why. */
int upgrade_park(struct lb *lb, struct sbuf *why);
/* The state as it is at this moment, in a file.  -errno with a sentence in @why; @ret is
 * to be finished all the same. */
int upgrade_take_state(
    struct lb *lb, int64_t parked_ns, struct upgrade_state *ret, struct sbuf *why);
/* Returns only when it failed, with a sentence in @why and everything as before. */
void upgrade_replace(struct lb *lb, struct sbuf *why);

#endif
