/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_VANTAGE_SERVE_H
#define EDGE_VANTAGE_SERVE_H

/*
 * serve - hands out sockets, one for each question, to those who may ask.
 *
 * Never waits: a client that does not take its answers is sent away.
 */
#include <poll.h>

#include <edge/program.h>

#include "room.h"

#define SERVE_CLIENTS 4

struct serve {
	const struct room *room;
	char path[PROGRAM_PATH_MAX];
	int listening;
	int clients[SERVE_CLIENTS]; /* -1: free */
};

/* 0, or -errno: -EADDRINUSE when another one answers there. */
int serve_open(struct serve *s, const char *dir, const struct room *room);
void serve_close(struct serve *s);

/* What to poll for: the listening socket, then a place for each client. */
#define SERVE_POLLS (1 + SERVE_CLIENTS)
void serve_polls(const struct serve *s, struct pollfd polls[SERVE_POLLS]);
void serve_turn(struct serve *s, const struct pollfd polls[SERVE_POLLS]);

#endif
