/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_BOARD_MAP_H
#define CORE_BOARD_MAP_H

/*
 * board_map - the file of a board and its mapping: what writer and reader share.
 *
 * Readers run as other users than the writer and do not trust it: the shape is taken
 * once, from a copy of the header, and a file that was cut short is given up at the next
 * look, before its missing pages would end the process.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/board.h>

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
#define BOARD_ROW_KIND  0
#define BOARD_ROW_ID    1
#define BOARD_ROW_WORDS 2

struct board_map {
	struct board_header *header;
	_Atomic uint64_t *rows;
	size_t size, n_rows;
	size_t stride; /* words per row, kind and id included */
	int fd;        /* of a file somebody else may change; of a writer -1 */
};

/* The kernel's name of this boot, padded with NUL. */
void board_boot_id(char ret[BOOT_ID_LEN]);
size_t board_file_size(const struct board_spec *spec, size_t n_rows);
/* Over memory that is a board of @n_rows. */
void board_map_set(
    struct board_map *m, void *memory, size_t n_rows, const struct board_spec *spec);
void board_map_unset(struct board_map *m);
/* Maps a board file that is whole, of this spec and of this boot, read-only; keeps its
 * descriptor in the map. */
int
board_map_open(const char *path, const struct board_spec *spec, struct board_map *ret);
/* BOARD_NO_ROW when absent. */
size_t board_map_find(const struct board_map *m, uint64_t id);
/* @word counts kind and id. */
uint64_t board_map_load(const struct board_map *m, size_t row, unsigned word);

enum board_map_fate {
	MAP_CURRENT,
	MAP_REPLACED, /* renamed over or removed: the words stay as they are */
	MAP_CUT,      /* shorter than the mapping: to touch it would be SIGBUS */
};

/* Of a map that board_map_open() made. */
enum board_map_fate board_map_fate(const struct board_map *m);
bool board_map_same_file(const struct board_map *a, const struct board_map *b);

#endif
