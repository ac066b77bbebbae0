/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_LOG_OUTPUT_H
#define LB_LOG_OUTPUT_H

/*
 * log_output - the file or pipe that the lines of sessions go to.
 *
 * Belongs to the writer's thread: it may wait for the disk in any of these functions.
 */
#include <stdbool.h>
#include <stdint.h>

#include "log_ring.h"

struct log_output {
	char *path; /* NULL: none */
	int fd;
	bool cut;  /* the file ends in the middle of a line */
	bool full; /* a pipe, until poll() says otherwise */
	int told;  /* the error that was logged last */
	int64_t not_before_ns;
};

/* Lines go to @path from now on, which becomes ours; NULL: nowhere.  Opened at once, so
 * that what is wrong with it is told before a session has ended. */
void log_output_use(struct log_output *o, char *path);
/* What waits now, at most a ring's worth of each; stops where it would wait. */
void
log_output_write(struct log_output *o, struct log_ring *const *rings, unsigned n_rings);
void log_output_fini(struct log_output *o);

#endif
