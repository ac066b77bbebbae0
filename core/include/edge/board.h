/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_BOARD_H
#define EDGE_BOARD_H

/*
 * board - one writer's published truth, readable by every other process.
 *
 * A board is a file in the run directory, mapped by exactly one writer and any number of
 * readers.  Readers map read-only: they never block the writer and cannot damage it.
 * After the constants of the header every field is one C11 atomic word; what must be
 * consistent shares a word.
 *
 *   header   magic, abi, sizes, name, boot id | conf hash, heartbeat, retired, ...
 *   row[]    kind | id | words[]              sorted by id
 *
 * A board never changes its shape: board_replace() writes a new file beside it, carries
 * over the words of rows that stay, renames it into place and marks the old one retired.
 * Readers reopen when they see that, when the file they have was renamed over (a writer
 * that restarted), or when the heartbeat is old.
 *
 * Threading:  a writer handle belongs to one thread, a reader handle too.
 * Failure:    a writer that vanished leaves its last words; see board_reader_age_ns().
 *             A stale board never means "all down": readers keep what they knew.
 *             A file that was cut short is no board: the next look finds no rows.
 * Not here:   what the words mean (boards.h), who is told (notice.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_NO_ROW SIZE_MAX

struct board_spec {
	const char *name; /* file DIR/NAME.board; at most 15 octets */
	uint32_t abi;     /* raised when a word changes its meaning */
	uint32_t words;   /* per row, without kind and id */
};

struct board_row_spec {
	uint64_t id;
	uint32_t kind; /* enum board_row_kind */
};

struct board;        /* writer */
struct board_reader; /* reader */

/* Writes a new board with these rows and makes it the current one.  Rows that an earlier
 * board (of this writer, or of one that ended) had keep their words; if there was none,
 * or it cannot be used, the discontinuity time is now.  0 or -errno (-EEXIST: two rows
 * with one id); *ret untouched on failure. */
int board_create(const char *dir, const struct board_spec *spec,
    const struct board_row_spec *rows, size_t n_rows, uint64_t conf_hash,
    struct board **ret);
/* The same for a writer that has one: on success *pb is the new board, the old file is
 * retired and unmapped.  On failure *pb stands. */
int board_replace(struct board **pb, const struct board_row_spec *rows, size_t n_rows,
    uint64_t conf_hash);
/* Unmaps; the file stays, so that readers keep the last truth. */
void board_close(struct board **pb);

size_t board_find(const struct board *b, uint64_t id); /* BOARD_NO_ROW when absent */
uint64_t board_load(const struct board *b, size_t row, unsigned word);
void board_store(struct board *b, size_t row, unsigned word, uint64_t value);
void board_add(struct board *b, size_t row, unsigned word, uint64_t by);
void board_beat(struct board *b); /* heartbeat; call about once a second */

/* A reader never fails to exist: while there is no usable board it has no rows. */
int board_reader_new(
    const char *dir, const struct board_spec *spec, struct board_reader **ret);
void board_reader_free(struct board_reader **pr);
/* Opens or reopens where needed.  True when the mapping changed: row numbers found
 * before are void.  Call once per look, before finding rows. */
bool board_reader_refresh(struct board_reader *r);
bool board_reader_present(const struct board_reader *r);
/* Age of the heartbeat in ns; INT64_MAX without a board. */
int64_t board_reader_age_ns(const struct board_reader *r);
uint64_t board_reader_conf_hash(const struct board_reader *r);
uint64_t board_reader_discontinuity_ns(const struct board_reader *r); /* CLOCK_BOOTTIME */
uint64_t board_reader_started_ns(const struct board_reader *r);       /* CLOCK_BOOTTIME */
size_t board_reader_rows(const struct board_reader *r);
size_t board_reader_find(const struct board_reader *r, uint64_t id);
uint64_t board_reader_id(const struct board_reader *r, size_t row);
uint32_t board_reader_kind(const struct board_reader *r, size_t row);
uint64_t board_reader_load(const struct board_reader *r, size_t row, unsigned word);

/* After this much silence a reader calls a board stale: three missed heartbeats. */
#define BOARD_STALE_NS INT64_C(3500000000)

#endif
