/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_PUBLISH_H
#define EDGE_HEALTH_PUBLISH_H

/*
 * publish - states leave the process: one store on the board, then a notice to who reads.
 *
 * The notice may be lost and the reader may be dead; nobody here ever waits for either.
 */
#include <edge/board.h>
#include <edge/boards.h>
#include <edge/state.h>

struct publish {
	struct board *board;
	int notice_fd; /* to send from */
	const char *run_dir;
};

/* Writes a board for @model; rows that an earlier one had keep their words. */
int publish_open(struct publish *p, const char *run_dir, const struct model *model);
/* The same for another model, on the same board; on failure the old rows stand. */
int publish_replace(struct publish *p, const struct model *model);
void publish_close(struct publish *p);

/* The state of a member's or endpoint's row, to the board and to the readers. */
void publish_state(struct publish *p, size_t row, uint64_t id, const struct state *state);
struct state publish_last(const struct publish *p, size_t row);

#endif
