/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_COMMAND_H
#define DNSLB_COMMAND_H

/*
 * command - runs a target's check or reload program: no shell, a deadline, its output
 * kept for the log.
 *
 * Blocks until the program has ended; the caller's @tick runs about twice a second
 * meanwhile, so that its board stays alive.  At the deadline the program and all it
 * started in its process group are killed.
 */
#include <stdbool.h>
#include <stdint.h>

#define COMMAND_OUTPUT_MAX 512

struct command_result {
	int status; /* as of waitpid(2) */
	bool timed_out;
	char output[COMMAND_OUTPUT_MAX]; /* its beginning, one line */
};

/* @argv ends with NULL; "%s" inside an argument becomes @file.  argv[0] is an absolute
 * path or is looked up in PATH.  0 when the program ended with success, -ETIME at the
 * deadline, -ECHILD when it ended otherwise (see @ret), or another -errno when it could
 * not be started. */
int command_run(const char *const *argv, const char *file, int64_t timeout_ns,
    void (*tick)(void *owner), void *owner, struct command_result *ret);
/* True when an argument refers to the file. */
bool command_wants_file(const char *const *argv);
/* "exit 1: text", "signal 9", "no end in time", into COMMAND_OUTPUT_MAX + 64 octets. */
void command_explain(const struct command_result *r, int err, char *ret);

#endif
