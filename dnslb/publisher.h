/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_PUBLISHER_H
#define DNSLB_PUBLISHER_H

/*
 * publisher - keeps every output equal to the plan, one turn at a time.
 *
 *   health.board --> states --> plan --> text --> settle --> file --> reload command
 *
 * A turn reads the board, plans anew when a state changed, looks at every file and writes
 * what is due.  It may block: fsync, and the commands of targets.
 *
 * Failure: the old file stands, the error is logged once and counted on dns.board, and
 * the step is tried again later.  A missing or stale health board, or members without a
 * first verdict, freeze a zone: its file stays as it is.  A zone without a file then gets
 * everything that is not disabled.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/board.h>
#include <edge/model.h>
#include <edge/sbuf.h>

struct publisher;

/* Owns @m on success (*pm is then NULL).  On failure *@why says why, for a person. */
bool publisher_new(struct model **pm, const char *state_dir, char *why, size_t size,
    struct publisher **ret);
void publisher_free(struct publisher **pp);
void publisher_adopt(struct publisher *p, const struct publisher *old);

const struct model *publisher_model(const struct publisher *p);
/* Rows of dns.board; malloc'ed, NULL without memory. */
struct board_row_spec *publisher_rows(const struct publisher *p, size_t *ret_n);
/* The board to report on; must outlive the publisher or its next attach.  @alive runs
 * about twice a second while a target's command is waited for: a turn may take longer
 * than a supervisor's patience, but never silently.  It may be NULL. */
void publisher_attach(
    struct publisher *p, struct board *board, void (*alive)(void *owner), void *owner);

/* Returns when the next turn is due at the latest, INT64_MAX: when something changes. */
int64_t publisher_turn(struct publisher *p, struct board_reader *health, int64_t now_ns);

/* Answers of the control socket. */
void publisher_status(const struct publisher *p, struct sbuf *to);
void publisher_plan(const struct publisher *p, struct sbuf *to);
/* Current texts; @name selects one output, NULL all.  False when there is none of it. */
bool publisher_show(const struct publisher *p, const char *name, struct sbuf *to);

#endif
