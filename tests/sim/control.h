/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

/*
 * control - how a test makes the member fall ill and get well again.
 *
 *   KIND|all SICKNESS [SECONDS]   "ok" or "error: why"; seconds for slow
 *   drop KIND|all                 reset all connections; "ok"
 *   status                        one line of JSON
 */
#include "endpoint.h"
#include "octets.h"

#include <ev.h>

#define CONTROL_CLIENTS_MAX 16
#define CONTROL_LINE_MAX    256

struct control;

struct control_client {
	struct control *control;
	int fd; /* -1: free */
	ev_io io;
	char line[CONTROL_LINE_MAX];
	size_t len;
};

struct control {
	struct ev_loop *loop;
	const char *name;
	const char *path; /* NULL: there is no socket */
	struct endpoint *endpoints;
	size_t n_endpoints;
	int fd;
	ev_io io;
	struct control_client clients[CONTROL_CLIENTS_MAX];
};

/* loop, name, path and endpoints are set.  0 or -errno. */
int control_start(struct control *c);
void control_stop(struct control *c);

/* Carry out one line and append the answer. */
void control_do(struct control *c, const char *line, struct octets *answer);

#endif
