/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_UPGRADE_H
#define LB_UPGRADE_H

/*
 * upgrade - the running program's part in being replaced by another one in place.
 *
 *   IDLE --begin--> CHECKING ----- the new program says no, or nothing ---> REFUSED
 *                      |                                                      ^
 *                      | it could take over (a copy of) the state            |
 *                      v                                                      |
 *                   workers parked, state written, execve() ---- fails ------+
 *                      |
 *                      v  takeover.h, in the new program
 *                    DONE
 *
 * Until execve() has succeeded nothing was given up: sessions go on, whatever the new
 * program did.  The check runs beside the traffic; only parking, writing the state,
 * execve() and taking over are a pause.
 *
 * Main thread only.
 */
#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <edge/sbuf.h>

#define UPGRADE_TEXT 1024

struct lb;

enum upgrade_stage {
	UPGRADE_IDLE,
	UPGRADE_CHECKING,
	UPGRADE_REFUSED,
	UPGRADE_DONE,
};

struct upgrade {
	char **argv; /* as started, without what a takeover added */
	int argc;
	char *program; /* the file to run: what is there when an upgrade begins */

	uint32_t attempts; /* in the life of the process */
	unsigned parks;    /* of this program */
	enum upgrade_stage stage;
	char text[UPGRADE_TEXT]; /* how the last one ended */

	/* While checking. */
	struct stat program_stat, conf_stat;
	ev_child child;
	ev_timer limit;
	bool late;     /* it was ended for taking too long */
	ev_timer turn; /* until the program is replaced */
	ev_io output_io;
	int output_fd;
	char output[UPGRADE_TEXT];
	size_t n_output;
};

/* What the new program's check prints when it can take over, before its release. */
#define UPGRADE_YES "takes over: edge-lb "

/* @argv must outlive it.  0 or -ENOMEM. */
int upgrade_init(struct lb *lb, int argc, char **argv);
void upgrade_fini(struct lb *lb);
/* Begins; how it ends is told by the log and by stage and text.  0, or -errno with a
 * sentence in @why and nothing begun. */
int upgrade_begin(struct lb *lb, struct sbuf *why);
const char *upgrade_stage_word(enum upgrade_stage stage);

#endif
