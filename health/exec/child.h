/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_EXEC_CHILD_H
#define EDGE_EXEC_CHILD_H

/*
 * child - one program being run, in a process group of its own.
 *
 * It gets standard input and error from nowhere, a clean environment, no descriptor but
 * its output, no right that this process has not, and dies with it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CHILD_LINE_MAX 256

struct child {
	pid_t pid;  /* 0: none */
	int output; /* read end, non-blocking; -1: at its end */
	char line[CHILD_LINE_MAX];
	size_t n;      /* of line */
	bool has_line; /* it is whole, or as long as we look at */
};

/* 0, or -errno: it could not be executed, and there is nothing to end.  @argv and @env
 * end with NULL; argv[0] is the program's path. */
int child_start(struct child *c, const char *const *argv, const char *const *env);
/* Reads what it wrote, a bounded piece.  False: there was nothing more for now. */
bool child_hear(struct child *c);
/* Kills the whole group; the leader is to be reaped by who waits for it. */
void child_kill(const struct child *c);
/* Its leader was reaped. */
void child_fini(struct child *c);

#endif
