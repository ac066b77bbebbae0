/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * board - the file behind a board, its writer and its reader.
 *
 * The file is written aside and renamed, so that a reader that can open it sees a whole
 * one.  It is never truncated or reshaped after that: a mapping stays good for as long
 * as somebody holds it.
 */
#include <edge/board.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/program.h>

#define BOARD_MAGIC UINT64_C(0x6564676562726431) /* "edgebrd1" */
#define BOOT_ID_LEN 40

struct board_header {
	/* constants */
	uint64_t magic;
	uint32_t abi, words;
	uint64_t rows;
	uint64_t size; /* of the file */
	char name[16];
	char boot_id[BOOT_ID_LEN]; /* CLOCK_BOOTTIME values count within one boot */
	uint64_t started_ns;       /* this writer, CLOCK_BOOTTIME */
	uint64_t discontinuity_ns; /* counters grow since then */
	/* atomics */
	_Atomic uint64_t conf_hash;
	_Atomic uint64_t heartbeat_ns;
	_Atomic uint64_t retired;
};

/* A row is kind, id, then spec->words words. */
#define ROW_KIND  0
#define ROW_ID    1
#define ROW_WORDS 2

struct board_map {
	struct board_header *header;
	_Atomic uint64_t *rows;
	size_t size;
	size_t stride; /* words per row, kind and id included */
};

struct board {
	struct board_map map;
	struct board_spec spec;
	char dir[PROGRAM_PATH_MAX];
};

struct board_reader {
	struct board_map map; /* header NULL while there is no usable board */
	struct board_spec spec;
	char path[PROGRAM_PATH_MAX];
};

static void
boot_id_read(char ret[BOOT_ID_LEN])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	memset(ret, 0, BOOT_ID_LEN);
	if (fd >= 0) {
		n = read(fd, ret, BOOT_ID_LEN - 1);
		close(fd);
	}
	if (n <= 0)
		memcpy(ret, "-", 2); /* no /proc: one boot is as good as another */
}

static uint64_t
row_load(const struct board_map *m, size_t row, unsigned word)
{
	return atomic_load_explicit(
	    &m->rows[row * m->stride + word], memory_order_acquire);
}

static size_t
map_find(const struct board_map *m, uint64_t id)
{
	size_t low = 0, high = m->header == NULL ? 0 : m->header->rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t at = row_load(m, middle, ROW_ID);

		if (at == id)
			return middle;
		if (at < id)
			low = middle + 1;
		else
			high = middle;
	}
	return BOARD_NO_ROW;
}

static size_t
file_size(const struct board_spec *spec, size_t n_rows)
{
	return sizeof(struct board_header) +
	       n_rows * (spec->words + ROW_WORDS) * sizeof(uint64_t);
}

static void
map_set(struct board_map *m, void *memory, size_t size, const struct board_spec *spec)
{
	m->header = memory;
	m->rows =
	    (_Atomic uint64_t *)(void *)((char *)memory + sizeof(struct board_header));
	m->size = size;
	m->stride = spec->words + ROW_WORDS;
}

static void
map_unset(struct board_map *m)
{
	if (m->header != NULL)
		munmap(m->header, m->size);
	*m = (struct board_map){0};
}

/* Maps a board file that is whole, of this spec and of this boot. */
static int
map_open(const char *path, const struct board_spec *spec, struct board_map *ret)
{
	char boot_id[BOOT_ID_LEN];
	const struct board_header *h;
	struct stat st;
	void *memory;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > 1 << 28 ||
	    (size_t)st.st_size < sizeof *h) {
		close(fd);
		return -EPROTO;
	}
	memory = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (memory == MAP_FAILED)
		return -errno;
	h = memory;
	boot_id_read(boot_id);
	if (h->magic != BOARD_MAGIC || h->abi != spec->abi || h->words != spec->words ||
	    h->rows > (size_t)st.st_size || h->size != (size_t)st.st_size ||
	    h->size != file_size(spec, h->rows) ||
	    strncmp(h->name, spec->name, sizeof h->name) != 0 ||
	    memcmp(h->boot_id, boot_id, BOOT_ID_LEN) != 0) {
		munmap(memory, (size_t)st.st_size);
		return -EPROTO;
	}
	map_set(ret, memory, (size_t)st.st_size, spec);
	return 0;
}

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
		size_t before = map_find(old, sorted[i].id);

		atomic_init(&row[ROW_KIND], sorted[i].kind);
		atomic_init(&row[ROW_ID], sorted[i].id);
		if (before == BOARD_NO_ROW ||
		    row_load(old, before, ROW_KIND) != sorted[i].kind)
			continue;
		for (unsigned w = ROW_WORDS; w < m->stride; w++)
			atomic_init(&row[w], row_load(old, before, w));
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
	size_t size = file_size(&b->spec, n_rows);
	uint64_t now = (uint64_t)clock_boot_ns();
	struct board_row_spec *sorted;
	struct board_header *h;
	struct board_map map;
	void *memory;
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
	map_set(&map, memory, size, &b->spec);
	h = map.header;
	h->magic = BOARD_MAGIC;
	h->abi = b->spec.abi;
	h->words = b->spec.words;
	h->rows = n_rows;
	h->size = size;
	memcpy(h->name, b->spec.name, strlen(b->spec.name));
	boot_id_read(h->boot_id);
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
	struct board_map old = {0};
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
	(void)map_open(path, spec, &old); /* none, or not usable: a discontinuity */
	err = board_write(b, rows, n_rows, conf_hash, &old);
	map_unset(&old);
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
	map_unset(&old);
	return 0;
}

void
board_close(struct board **pb)
{
	struct board *b = *pb;

	*pb = NULL;
	if (b == NULL)
		return;
	map_unset(&b->map);
	free(b);
}

size_t
board_find(const struct board *b, uint64_t id)
{
	return map_find(&b->map, id);
}

static _Atomic uint64_t *
board_word(const struct board *b, size_t row, unsigned word)
{
	assert(row < b->map.header->rows && word < b->spec.words);
	return &b->map.rows[row * b->map.stride + ROW_WORDS + word];
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
	map_unset(&r->map);
	free(r);
}

/* A writer that restarted has renamed a new file into place without retiring the old
 * one, so a heartbeat that is late is also a reason to look again. */
static bool
reader_must_look(const struct board_reader *r)
{
	return r->map.header == NULL ||
	       atomic_load_explicit(&r->map.header->retired, memory_order_acquire) != 0 ||
	       board_reader_age_ns(r) > BOARD_STALE_NS / 2;
}

bool
board_reader_refresh(struct board_reader *r)
{
	struct board_map map;

	if (!reader_must_look(r) || map_open(r->path, &r->spec, &map) != 0)
		return false; /* nothing better: what we knew stays */
	if (r->map.header != NULL &&
	    map.header->started_ns == r->map.header->started_ns &&
	    atomic_load(&r->map.header->retired) == 0) {
		munmap(map.header, map.size); /* the same file */
		return false;
	}
	map_unset(&r->map);
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
	return r->map.header == NULL ? 0 : r->map.header->rows;
}

size_t
board_reader_find(const struct board_reader *r, uint64_t id)
{
	return map_find(&r->map, id);
}

static uint64_t
reader_word(const struct board_reader *r, size_t row, unsigned word)
{
	assert(row < board_reader_rows(r));
	return row_load(&r->map, row, word);
}

uint64_t
board_reader_id(const struct board_reader *r, size_t row)
{
	return reader_word(r, row, ROW_ID);
}

uint32_t
board_reader_kind(const struct board_reader *r, size_t row)
{
	return (uint32_t)reader_word(r, row, ROW_KIND);
}

uint64_t
board_reader_load(const struct board_reader *r, size_t row, unsigned word)
{
	assert(word < r->spec.words);
	return reader_word(r, row, ROW_WORDS + word);
}
