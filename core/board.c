/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * board - the writer's side.
 *
 * The file is written aside and renamed, so that a reader that can open it sees a whole
 * one.  It is never truncated or reshaped after that: a mapping stays good for as long
 * as somebody holds it.
 */
#include <edge/board.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/program.h>

#include "board_map.h"

struct board {
	struct board_map map;
	struct board_spec spec;
	char dir[PROGRAM_PATH_MAX];
};

static int
row_spec_compare(const void *pa, const void *pb)
{
	const struct board_row_spec *a = pa, *b = pb;

	return a->id < b->id ? -1 : a->id > b->id;
}

/* The rows sorted by id, malloc'ed; NULL with errno when two share an id. */
static struct board_row_spec *
rows_sorted(const struct board_row_spec *rows, size_t n)
{
	struct board_row_spec *sorted = calloc(n + 1, sizeof *sorted);

	if (sorted == NULL)
		return NULL;
	if (n > 0)
		memcpy(sorted, rows, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, row_spec_compare);
	for (size_t i = 1; i < n; i++) {
		if (sorted[i].id == sorted[i - 1].id) {
			free(sorted);
			errno = EEXIST;
			return NULL;
		}
	}
	return sorted;
}

/* Writes kinds and ids, and carries over the words of rows that @old had. */
static void
rows_fill(struct board_map *m, const struct board_row_spec *sorted, size_t n,
    const struct board_map *old)
{
	for (size_t i = 0; i < n; i++) {
		_Atomic uint64_t *row = &m->rows[i * m->stride];
		size_t before = board_map_find(old, sorted[i].id);

		atomic_init(&row[BOARD_ROW_KIND], sorted[i].kind);
		atomic_init(&row[BOARD_ROW_ID], sorted[i].id);
		if (before == BOARD_NO_ROW ||
		    board_map_load(old, before, BOARD_ROW_KIND) != sorted[i].kind)
			continue;
		for (unsigned w = BOARD_ROW_WORDS; w < m->stride; w++)
			atomic_init(&row[w], board_map_load(old, before, w));
	}
}

/* A new file of @size octets beside the board, mapped for writing; its name in @temp. */
static int
file_create(const char *dir, const char *name, size_t size, char *temp, void **ret)
{
	void *memory;
	int fd, err;

	if (!program_path(temp, dir, name, ".board.new"))
		return -ENAMETOOLONG;
	unlink(temp); /* of a writer that died here */
	fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -errno;
	/* posix_fallocate: a full disk is an error now, not SIGBUS later */
	err = posix_fallocate(fd, 0, (off_t)size);
	if (err != 0) {
		close(fd);
		unlink(temp);
		return -err;
	}
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	err = errno;
	close(fd);
	if (memory == MAP_FAILED) {
		unlink(temp);
		return -err;
	}
	*ret = memory;
	return 0;
}

/* Makes the file that @b will be the writer of; @old is what it carries on, if anything.
 */
static int
board_write(struct board *b, const struct board_row_spec *rows, size_t n_rows,
    uint64_t conf_hash, const struct board_map *old)
{
	char temp[PROGRAM_PATH_MAX], path[PROGRAM_PATH_MAX];
	size_t size = board_file_size(&b->spec, n_rows);
	uint64_t now = (uint64_t)clock_boot_ns();
	struct board_row_spec *sorted;
	struct board_header *h;
	struct board_map map;
	void *memory = NULL;
	int err;

	if (!program_path(path, b->dir, b->spec.name, ".board"))
		return -ENAMETOOLONG;
	errno = ENOMEM;
	sorted = rows_sorted(rows, n_rows);
	if (sorted == NULL)
		return -errno;
	err = file_create(b->dir, b->spec.name, size, temp, &memory);
	if (err != 0) {
		free(sorted);
		return err;
	}
	board_map_set(&map, memory, n_rows, &b->spec);
	h = map.header;
	h->magic = BOARD_MAGIC;
	h->abi = b->spec.abi;
	h->words = b->spec.words;
	h->rows = n_rows;
	h->size = size;
	memcpy(h->name, b->spec.name, strlen(b->spec.name));
	board_boot_id(h->boot_id);
	h->started_ns = b->map.header != NULL ? b->map.header->started_ns : now;
	h->discontinuity_ns = old->header != NULL ? old->header->discontinuity_ns : now;
	atomic_init(&h->conf_hash, conf_hash);
	atomic_init(&h->heartbeat_ns, now);
	atomic_init(&h->retired, 0);
	rows_fill(&map, sorted, n_rows, old);
	free(sorted);
	if (rename(temp, path) != 0) {
		err = -errno;
		unlink(temp);
		munmap(memory, size);
		return err;
	}
	b->map = map;
	return 0;
}

int
board_create(const char *dir, const struct board_spec *spec,
    const struct board_row_spec *rows, size_t n_rows, uint64_t conf_hash,
    struct board **ret)
{
	struct board_map old = {.fd = -1};
	char path[PROGRAM_PATH_MAX];
	struct board *b;
	int err;

	assert(strlen(spec->name) < sizeof((struct board_header *)NULL)->name);
	if (!program_path(path, dir, spec->name, ".board"))
		return -ENAMETOOLONG;
	b = calloc(1, sizeof *b);
	if (b == NULL)
		return -ENOMEM;
	b->spec = *spec;
	snprintf(b->dir, sizeof b->dir, "%s", dir);
	(void)board_map_open(path, spec, &old); /* none, or not usable: a discontinuity */
	err = board_write(b, rows, n_rows, conf_hash, &old);
	board_map_unset(&old);
	if (err != 0) {
		free(b);
		return err;
	}
	*ret = b;
	return 0;
}

int
board_replace(struct board **pb, const struct board_row_spec *rows, size_t n_rows,
    uint64_t conf_hash)
{
	struct board *b = *pb;
	struct board_map old = b->map;
	int err = board_write(b, rows, n_rows, conf_hash, &old);

	if (err != 0)
		return err;
	atomic_store_explicit(&old.header->retired, 1, memory_order_release);
	board_map_unset(&old);
	return 0;
}

void
board_close(struct board **pb)
{
	struct board *b = *pb;

	*pb = NULL;
	if (b == NULL)
		return;
	board_map_unset(&b->map);
	free(b);
}

size_t
board_find(const struct board *b, uint64_t id)
{
	return board_map_find(&b->map, id);
}

static _Atomic uint64_t *
board_word(const struct board *b, size_t row, unsigned word)
{
	assert(row < b->map.n_rows && word < b->spec.words);
	return &b->map.rows[row * b->map.stride + BOARD_ROW_WORDS + word];
}

uint64_t
board_load(const struct board *b, size_t row, unsigned word)
{
	return atomic_load_explicit(board_word(b, row, word), memory_order_relaxed);
}

void
board_store(struct board *b, size_t row, unsigned word, uint64_t value)
{
	atomic_store_explicit(board_word(b, row, word), value, memory_order_release);
}

void
board_add(struct board *b, size_t row, unsigned word, uint64_t by)
{
	board_store(b, row, word, board_load(b, row, word) + by); /* one writer */
}

void
board_beat(struct board *b)
{
	atomic_store_explicit(&b->map.header->heartbeat_ns, (uint64_t)clock_boot_ns(),
	    memory_order_release);
}
