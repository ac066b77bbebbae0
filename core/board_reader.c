/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * board_reader - the reader's side: when to look again, and what to keep.
 */
#include <edge/board.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <edge/clock.h>
#include <edge/program.h>

#include "board_map.h"

struct board_reader {
	struct board_map map; /* header NULL while there is no usable board */
	struct board_spec spec;
	char path[PROGRAM_PATH_MAX];
};

int
board_reader_new(
    const char *dir, const struct board_spec *spec, struct board_reader **ret)
{
	struct board_reader *r = calloc(1, sizeof *r);

	if (r == NULL)
		return -ENOMEM;
	r->spec = *spec;
	if (!program_path(r->path, dir, spec->name, ".board")) {
		free(r);
		return -ENAMETOOLONG;
	}
	*ret = r;
	return 0;
}

void
board_reader_free(struct board_reader **pr)
{
	struct board_reader *r = *pr;

	*pr = NULL;
	if (r == NULL)
		return;
	board_map_unset(&r->map);
	free(r);
}

/* Retired, or renamed over by a writer that restarted; and for a file system that does
 * not tell, a heartbeat that is late. */
static bool
reader_must_look(const struct board_reader *r)
{
	return r->map.header == NULL || board_map_fate(&r->map) != MAP_CURRENT ||
	       atomic_load_explicit(&r->map.header->retired, memory_order_acquire) != 0 ||
	       board_reader_age_ns(r) > BOARD_STALE_NS / 2;
}

bool
board_reader_refresh(struct board_reader *r)
{
	bool cut = r->map.header != NULL && board_map_fate(&r->map) == MAP_CUT;
	struct board_map map;

	if (cut)
		board_map_unset(&r->map);
	if (!reader_must_look(r) || board_map_open(r->path, &r->spec, &map) != 0)
		return cut; /* nothing better: what we knew stays */
	if (r->map.header != NULL && board_map_same_file(&map, &r->map)) {
		board_map_unset(&map);
		return false;
	}
	board_map_unset(&r->map);
	r->map = map;
	return true;
}

bool
board_reader_present(const struct board_reader *r)
{
	return r->map.header != NULL;
}

int64_t
board_reader_age_ns(const struct board_reader *r)
{
	int64_t age;

	if (r->map.header == NULL)
		return INT64_MAX;
	age = clock_boot_ns() - (int64_t)atomic_load_explicit(
				    &r->map.header->heartbeat_ns, memory_order_acquire);
	return age < 0 ? 0 : age;
}

uint64_t
board_reader_conf_hash(const struct board_reader *r)
{
	return r->map.header == NULL ? 0 : atomic_load(&r->map.header->conf_hash);
}

uint64_t
board_reader_discontinuity_ns(const struct board_reader *r)
{
	return r->map.header == NULL ? 0 : r->map.header->discontinuity_ns;
}

uint64_t
board_reader_started_ns(const struct board_reader *r)
{
	return r->map.header == NULL ? 0 : r->map.header->started_ns;
}

size_t
board_reader_rows(const struct board_reader *r)
{
	return r->map.n_rows;
}

size_t
board_reader_find(const struct board_reader *r, uint64_t id)
{
	return board_map_find(&r->map, id);
}

static uint64_t
reader_word(const struct board_reader *r, size_t row, unsigned word)
{
	assert(row < board_reader_rows(r));
	return board_map_load(&r->map, row, word);
}

uint64_t
board_reader_id(const struct board_reader *r, size_t row)
{
	return reader_word(r, row, BOARD_ROW_ID);
}

uint32_t
board_reader_kind(const struct board_reader *r, size_t row)
{
	return (uint32_t)reader_word(r, row, BOARD_ROW_KIND);
}

uint64_t
board_reader_load(const struct board_reader *r, size_t row, unsigned word)
{
	assert(word < r->spec.words);
	return reader_word(r, row, BOARD_ROW_WORDS + word);
}
