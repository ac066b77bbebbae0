/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * board_map - opening, checking and searching the file of a board.
 */
#include "board_map.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void
board_boot_id(char ret[BOOT_ID_LEN])
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

uint64_t
board_map_load(const struct board_map *m, size_t row, unsigned word)
{
	return atomic_load_explicit(
	    &m->rows[row * m->stride + word], memory_order_acquire);
}

size_t
board_map_find(const struct board_map *m, uint64_t id)
{
	size_t low = 0, high = m->n_rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t at = board_map_load(m, middle, BOARD_ROW_ID);

		if (at == id)
			return middle;
		if (at < id)
			low = middle + 1;
		else
			high = middle;
	}
	return BOARD_NO_ROW;
}

size_t
board_file_size(const struct board_spec *spec, size_t n_rows)
{
	return sizeof(struct board_header) +
	       n_rows * (spec->words + BOARD_ROW_WORDS) * sizeof(uint64_t);
}

void
board_map_set(
    struct board_map *m, void *memory, size_t n_rows, const struct board_spec *spec)
{
	m->header = memory;
	m->rows =
	    (_Atomic uint64_t *)(void *)((char *)memory + sizeof(struct board_header));
	m->n_rows = n_rows;
	m->size = board_file_size(spec, n_rows);
	m->stride = spec->words + BOARD_ROW_WORDS;
	m->fd = -1;
}

void
board_map_unset(struct board_map *m)
{
	if (m->header != NULL) {
		munmap(m->header, m->size);
		if (m->fd >= 0)
			close(m->fd);
	}
	*m = (struct board_map){.fd = -1};
}

/* True when a file of @size octets that begins with @h is a whole board of this spec and
 * of this boot. */
static bool
header_fits(const struct board_header *h, const struct board_spec *spec, uint64_t size)
{
	char boot_id[BOOT_ID_LEN];

	board_boot_id(boot_id);
	return h->magic == BOARD_MAGIC && h->abi == spec->abi &&
	       h->words == spec->words && h->rows <= size && h->size == size &&
	       size == board_file_size(spec, h->rows) &&
	       strncmp(h->name, spec->name, sizeof h->name) == 0 &&
	       memcmp(h->boot_id, boot_id, BOOT_ID_LEN) == 0;
}

/* Maps a board file and keeps its descriptor in the map. */
int
board_map_open(const char *path, const struct board_spec *spec, struct board_map *ret)
{
	struct board_header h;
	struct stat st;
	void *memory;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > 1 << 28 ||
	    pread(fd, &h, sizeof h, 0) != (ssize_t)sizeof h ||
	    !header_fits(&h, spec, (uint64_t)st.st_size)) {
		close(fd);
		return -EPROTO;
	}
	memory = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		int err = -errno;

		close(fd);
		return err;
	}
	board_map_set(ret, memory, h.rows, spec);
	ret->fd = fd;
	return 0;
}

enum board_map_fate
board_map_fate(const struct board_map *m)
{
	struct stat st;

	if (fstat(m->fd, &st) != 0 || (uint64_t)st.st_size < m->size)
		return MAP_CUT;
	return st.st_nlink == 0 ? MAP_REPLACED : MAP_CURRENT;
}

bool
board_map_same_file(const struct board_map *a, const struct board_map *b)
{
	struct stat sa, sb;

	return fstat(a->fd, &sa) == 0 && fstat(b->fd, &sb) == 0 &&
	       sa.st_ino == sb.st_ino && sa.st_dev == sb.st_dev;
}
