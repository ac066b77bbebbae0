/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_EXEC_SERVER_H
#define EDGE_EXEC_SERVER_H

/*
 * server - the socket, those who ask, and the programs that run for them.
 *
 *               request            program ended, or its time is up
 *   ASKED ---------------> RUNNING ---------------------------------> answer, closed
 *     |  not within 1 s      |  who asked is gone: killed
 *     +----------------------+--------> closed
 *
 * Who asks must be root, our own user or the prober's.  So many programs run at once;
 * who wants more is told "busy", which is no evidence against anybody.  There are more
 * seats than that, because one must be heard before he can be told: to close on what was
 * not read is a reset, and the answer would be lost.
 */
#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <edge/model.h>
#include <edge/program.h>

#include "child.h"

#define SERVER_PROGRAMS 64 /* at once */
#define SERVER_SEATS    128
#define SERVER_PROBER   "edgepool-health"

struct server;

struct seat {
	struct server *server;
	int fd;             /* who asked; -1: nobody, or answered already */
	struct child child; /* pid 0: none */
	bool taken;
	ev_io asked, output;
	ev_timer limit;
};

struct server {
	struct ev_loop *loop;
	const char *conf_file;
	struct model *model;
	int64_t loaded; /* when it was last tried, CLOCK_MONOTONIC */
	char path[PROGRAM_PATH_MAX];
	int fd;
	uid_t prober;
	ev_io accept;
	ev_signal ended;
	struct seat seats[SERVER_SEATS];
	int64_t warned; /* of a stranger; 0: never */
};

/* 0, or -errno after one clear line. */
int server_open(
    struct server *s, struct ev_loop *loop, const char *conf_file, const char *run_dir);
/* Reads the configuration anew; with errors it keeps what it has. */
void server_reload(struct server *s);
/* Kills what runs.  Accepts a server that was not, or only half, opened. */
void server_close(struct server *s);

#endif
