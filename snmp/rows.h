/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_ROWS_H
#define EDGE_SNMP_ROWS_H

/*
 * rows - a snapshot of the model and of all boards, sorted as SNMP wants it.
 *
 * Immutable once built: every GET between two looks is answered from one snapshot, and
 * answering never touches a board.  A row whose board is gone keeps the words it had in
 * the snapshot before: stale data stay in force, their age says so.
 *
 * Reads boards and nothing else; "now" is an argument.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/boards.h>
#include <edge/model.h>
#include <edge/state.h>

enum table {
#define TABLE(id, number, name, indices) TABLE_##id,
#include "mib_tbl.h"
	TABLES
};

#define ROW_INDICES_MAX 3

/* The boards, in the order of EdgePoolBoard. */
enum board_kind { BOARD_HEALTH, BOARD_LB, BOARD_DNS, BOARDS };
extern const struct board_spec *const snapshot_boards[BOARDS];

struct row {
	uint32_t index[ROW_INDICES_MAX];
	unsigned n_index;
	union {
		const struct pool *pool;
		const struct member *member;
		const struct listener *listener;
		const struct endpoint *endpoint;
		enum board_kind board;
	} of; /* by table; nothing for the scalars */
	bool in_health, in_lb, in_dns;
	bool told;         /* watch.c: a notification of trouble has been made */
	uint64_t raised;   /* watch.c: the conditions of which it has been told */
	uint64_t counted;  /* watch.c: transitions up to here have been told */
	bool has_sessions; /* pool, member: the sum below means something */
	uint64_t sessions;
	uint64_t health[HEALTH_FIELDS];
	uint64_t lb[LB_FIELDS];
};

struct board_look {
	bool present; /* now or in an earlier snapshot */
	bool stale;
	int64_t age_ns;
	uint64_t conf_hash, started_ns, discontinuity_ns;
};

/* What became of notifications, for the scalars. */
struct notify_stats {
	uint32_t last;
	uint64_t sent, suppressed;
	uint64_t queued;
};

struct snapshot {
	const struct model *model; /* borrowed: outlives the snapshot */
	int64_t boot_ns;
	struct notify_stats notify;
	struct board_look boards[BOARDS];
	uint64_t dns[DNS_FIELDS]; /* of the process row */
	struct row *rows[TABLES]; /* sorted by index */
	size_t n[TABLES];
};

/* @before is the snapshot before or NULL; its model may be another one.
 * 0, or -ENOMEM with *ret untouched. */
int snapshot_new(const struct model *m, struct board_reader *const readers[BOARDS],
    const struct snapshot *before, const struct notify_stats *notify, int64_t boot_ns,
    struct snapshot **ret);
void snapshot_free(struct snapshot **ps);

/* The first row of @t whose index is greater than @index (not less, when @inclusive);
 * the number of rows when there is none. */
size_t snapshot_seek(const struct snapshot *s, enum table t, const uint32_t *index,
    size_t n, bool inclusive);
/* The row with exactly this index, or NULL. */
const struct row *
snapshot_find(const struct snapshot *s, enum table t, const uint32_t *index, size_t n);

#endif
