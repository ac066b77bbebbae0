/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_UPGRADE_STATE_H
#define LB_UPGRADE_STATE_H

/*
 * upgrade_state - everything that the next program must know, as octets, and in a file
 * without a name that both can see.
 */
#include <stdint.h>

#include "state_saved.h"

struct lb;

struct upgrade_state {
	struct codec codec;
	int *fds; /* what it names, to be kept by execve() */
	size_t n_fds, room;
};

/* The workers must be parked.  0, or -errno with a sentence in @why: something cannot be
 * carried.  Finish it in both cases. */
int upgrade_state_collect(
    struct lb *lb, int64_t parked_ns, struct upgrade_state *ret, struct sbuf *why);
void upgrade_state_fini(struct upgrade_state *s);
/* A sealed memory file with these octets, closed on exec; or -errno. */
int upgrade_state_file(const struct codec *c);
/* Maps such a file; NULL with errno.  */
const uint8_t *upgrade_state_map(int fd, size_t *ret_n);

/* Whether execve() keeps these descriptors. */
void descriptors_keep(const int *fds, size_t n);
void descriptors_close_on_exec(const int *fds, size_t n);

/* What the calling thread may do now. */
uint64_t capabilities_now(void);

#endif
