/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A board whose file somebody damaged: a reader must neither crash nor loop, whatever it
 * then believes.  Input: a length (2 octets), then (offset: 2 octets, value: 1 octet) for
 * each octet to change in a sound board of three rows; a length of 0 leaves the size.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/board.h>

#include "fuzz.h"

static const struct board_spec spec = {.name = "fuzz", .abi = 1, .words = 4};

static void
damage(const char *path, const uint8_t *octets, size_t n)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	size_t length = n >= 2 ? (size_t)octets[0] << 8 | octets[1] : 0;

	assert(fd >= 0);
	if (length > 0 && ftruncate(fd, (off_t)length) != 0)
		abort();
	for (size_t at = 2; at + 3 <= n; at += 3) {
		off_t offset = (off_t)octets[at] << 8 | octets[at + 1];

		if (pwrite(fd, octets + at + 2, 1, offset) != 1)
			abort();
	}
	close(fd);
}

static void
read_all(const char *dir)
{
	struct board_reader *r = NULL;

	if (board_reader_new(dir, &spec, &r) != 0)
		abort();
	board_reader_refresh(r);
	board_reader_age_ns(r);
	board_reader_conf_hash(r);
	for (size_t row = 0; row < board_reader_rows(r); row++) {
		board_reader_find(r, board_reader_id(r, row));
		board_reader_kind(r, row);
		for (unsigned word = 0; word < spec.words; word++)
			board_reader_load(r, row, word);
	}
	board_reader_refresh(r);
	board_reader_free(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const struct board_row_spec rows[] = {{10, 1}, {20, 2}, {30, 3}};
	char dir[] = "/tmp/edge-fuzz.XXXXXX", path[64];
	struct board *b = NULL;

	if (mkdtemp(dir) == NULL || board_create(dir, &spec, rows, 3, 7, &b) != 0)
		abort();
	board_close(&b);
	snprintf(path, sizeof path, "%s/fuzz.board", dir);
	damage(path, octets, n);
	read_all(dir);
	unlink(path);
	rmdir(dir);
	return 0;
}
