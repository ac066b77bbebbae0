/* SPDX-License-Identifier: BSD-2-Clause */
/* board, notice: what crosses process borders. */
#include "unit.h"

#include <edge/board.h>
#include <edge/clock.h>
#include <edge/notice.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct board_spec spec = {"test", 1, 3};
static const struct board_row_spec rows[] = {{30, 2}, {10, 1}, {20, 2}};

struct place {
	char dir[32], file[48];
};

static int
place_set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	strcpy(p->dir, "/tmp/edge-board-XXXXXX");
	if (mkdtemp(p->dir) == NULL)
		return -1;
	snprintf(p->file, sizeof p->file, "%s/test.board", p->dir);
	*state = p;
	return 0;
}

static int
place_tear_down(void **state)
{
	struct place *p = *state;
	char path[64];

	unlink(p->file);
	snprintf(path, sizeof path, "%s/x.notice", p->dir);
	unlink(path);
	rmdir(p->dir);
	free(p);
	return 0;
}

static void
writer_and_reader_meet_by_id(void **state)
{
	struct place *p = *state;
	struct board_reader *r = NULL;
	struct board *b = NULL;
	struct stat st;

	assert_int_equal(board_reader_new(p->dir, &spec, &r), 0);
	assert_false(board_reader_refresh(r));
	assert_false(board_reader_present(r));
	assert_true(board_reader_age_ns(r) == INT64_MAX);
	assert_int_equal(board_reader_rows(r), 0);

	assert_int_equal(board_create(p->dir, &spec, rows, 3, 77, &b), 0);
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	board_store(b, board_find(b, 20), 2, 4711);
	board_add(b, board_find(b, 20), 2, 1);
	assert_true(board_reader_refresh(r));
	assert_false(board_reader_refresh(r));
	assert_int_equal(board_reader_load(r, board_reader_find(r, 20), 2), 4712);
	assert_int_equal(board_reader_kind(r, board_reader_find(r, 10)), 1);
	assert_true(board_reader_find(r, 15) == BOARD_NO_ROW);
	assert_int_equal(board_reader_conf_hash(r), 77);
	assert_true(board_reader_age_ns(r) < BOARD_STALE_NS);
	board_close(&b);
	/* the writer is gone: the last truth stays */
	assert_int_equal(board_reader_load(r, board_reader_find(r, 20), 2), 4712);
	board_reader_free(&r);
}

static void
words_outlive_growth_and_restart(void **state)
{
	static const struct board_row_spec more[] = {{5, 1}, {10, 1}, {20, 9}, {30, 2}};
	struct place *p = *state;
	struct board_reader *r = NULL;
	struct board *b = NULL;
	uint64_t discontinuity;

	assert_int_equal(board_create(p->dir, &spec, rows, 3, 1, &b), 0);
	for (uint64_t id = 10; id <= 30; id += 10)
		board_store(b, board_find(b, id), 0, id);
	assert_int_equal(board_reader_new(p->dir, &spec, &r), 0);
	assert_true(board_reader_refresh(r));
	discontinuity = board_reader_discontinuity_ns(r);

	assert_int_equal(board_replace(&b, more, 4, 2), 0);
	assert_true(board_reader_refresh(r)); /* retired: reopened at once */
	assert_int_equal(board_reader_rows(r), 4);
	assert_int_equal(board_reader_conf_hash(r), 2);
	assert_int_equal(board_reader_load(r, board_reader_find(r, 10), 0), 10);
	assert_int_equal(board_reader_load(r, board_reader_find(r, 30), 0), 30);
	assert_int_equal(board_reader_load(r, board_reader_find(r, 5), 0), 0);
	/* same id, other kind: not the same thing */
	assert_int_equal(board_reader_load(r, board_reader_find(r, 20), 0), 0);
	board_close(&b);

	assert_int_equal(board_create(p->dir, &spec, more, 4, 3, &b), 0);
	assert_int_equal(board_load(b, board_find(b, 30), 0), 30);
	board_close(&b);
	board_reader_free(&r);
	assert_int_equal(board_reader_new(p->dir, &spec, &r), 0);
	assert_true(board_reader_refresh(r));
	assert_int_equal(board_reader_discontinuity_ns(r), discontinuity);
	board_reader_free(&r);
}

static void
two_rows_with_one_id_are_refused(void **state)
{
	static const struct board_row_spec twice[] = {{1, 1}, {2, 1}, {1, 2}};
	struct place *p = *state;
	struct board *b = NULL;

	assert_int_equal(board_create(p->dir, &spec, twice, 3, 0, &b), -EEXIST);
	assert_null(b);
	assert_int_equal(access(p->file, F_OK), -1);
}

static void
foreign_files_are_not_boards(void **state)
{
	struct place *p = *state;
	struct board_spec other = spec;
	struct board_reader *r = NULL;
	struct board *b = NULL;
	char junk[4096];
	int fd;

	memset(junk, 0xff, sizeof junk);
	fd = open(p->file, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
	close(fd);
	assert_int_equal(board_reader_new(p->dir, &spec, &r), 0);
	assert_false(board_reader_refresh(r));
	/* a writer replaces it */
	assert_int_equal(board_create(p->dir, &spec, rows, 3, 0, &b), 0);
	assert_true(board_reader_refresh(r));
	board_close(&b);
	board_reader_free(&r);
	/* another layout is not ours */
	other.words = 4;
	assert_int_equal(board_reader_new(p->dir, &other, &r), 0);
	assert_false(board_reader_refresh(r));
	board_reader_free(&r);
	/* nor is one cut short */
	assert_int_equal(truncate(p->file, 100), 0);
	assert_int_equal(board_reader_new(p->dir, &spec, &r), 0);
	assert_false(board_reader_refresh(r));
	board_reader_free(&r);
}

/* Writers are other users: what one does to its file afterwards must not end a reader. */
static void
a_file_changed_under_a_reader_does_no_harm(void **state)
{
	const uint64_t many = UINT64_MAX / 2;
	struct place *p = *state;
	struct board_reader *r = NULL;
	struct board *b = NULL;
	int fd;

	assert_int_equal(board_create(p->dir, &spec, rows, 3, 7, &b), 0);
	assert_int_equal(board_reader_new(p->dir, &spec, &r), 0);
	assert_true(board_reader_refresh(r));
	fd = open(p->file, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	/* a header that claims more rows than there are */
	assert_int_equal(pwrite(fd, &many, sizeof many, 16), sizeof many);
	assert_int_equal(board_reader_rows(r), 3);
	assert_int_equal(board_reader_find(r, UINT64_MAX), BOARD_NO_ROW);
	assert_int_equal(board_find(b, UINT64_MAX), BOARD_NO_ROW);
	/* a file cut to nothing: there are no rows any more, until there is a board */
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	assert_true(board_reader_refresh(r));
	assert_false(board_reader_present(r));
	assert_int_equal(board_reader_find(r, 10), BOARD_NO_ROW);
	assert_false(board_reader_refresh(r));
	board_close(&b);
	assert_int_equal(board_create(p->dir, &spec, rows, 3, 8, &b), 0);
	assert_true(board_reader_refresh(r));
	assert_int_equal(board_reader_conf_hash(r), 8);
	board_close(&b);
	board_reader_free(&r);
}

static int
open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* However often a writer comes and goes, a reader follows and holds one descriptor. */
static void
a_reader_follows_and_leaks_nothing(void **state)
{
	struct place *p = *state;
	struct board_reader *r = NULL;
	struct board *b = NULL;
	int before = open_descriptors();

	assert_int_equal(board_reader_new(p->dir, &spec, &r), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(board_create(p->dir, &spec, rows, 3, 7, &b), 0);
		assert_int_equal(board_replace(&b, rows, 3, 8), 0);
		assert_true(board_reader_refresh(r)); /* at once */
		assert_int_equal(board_reader_conf_hash(r), 8);
		assert_int_equal(board_replace(&b, rows, 2, 9), 0);
		assert_true(board_reader_refresh(r));
		assert_false(board_reader_refresh(r));
		board_close(&b);
	}
	assert_int_equal(open_descriptors(), before + 1);
	board_reader_free(&r);
	assert_int_equal(open_descriptors(), before);
}

static void
notices_are_drained_at_once(void **state)
{
	struct place *p = *state;
	int to = notice_open(p->dir, "x"), from = notice_sender_open();

	assert_true(to >= 0 && from >= 0);
	assert_false(notice_drain(to));
	assert_true(notice_send(from, p->dir, "x", NOTICE_STATE, 1, 2));
	assert_true(notice_send(from, p->dir, "x", NOTICE_BOARD, 1, 2));
	assert_true(notice_drain(to));
	assert_false(notice_drain(to));
	close(to);
	close(from);
}

static void
notices_are_whole_or_nothing(void **state)
{
	struct place *p = *state;
	struct notice n;
	int in = notice_open(p->dir, "x"), out = notice_sender_open();

	assert_true(in >= 0 && out >= 0);
	assert_false(notice_receive(in, &n));
	assert_false(notice_send(out, p->dir, "nobody", NOTICE_STATE, 1, 2));
	assert_true(notice_send(out, p->dir, "x", NOTICE_EVIDENCE, 42, 7));
	assert_true(notice_receive(in, &n));
	assert_int_equal(n.kind, NOTICE_EVIDENCE);
	assert_int_equal(n.id, 42);
	assert_int_equal(n.word, 7);
	assert_false(notice_receive(in, &n));
	/* what is not a notice is skipped, and what follows it arrives */
	assert_true(notice_send(out, p->dir, "x", (enum notice_kind)99, 1, 1));
	assert_true(notice_send(out, p->dir, "x", NOTICE_STATE, 43, 8));
	assert_true(notice_receive(in, &n));
	assert_int_equal(n.id, 43);
	/* a full queue drops and does not block */
	for (int i = 0; i < 100000; i++)
		if (!notice_send(out, p->dir, "x", NOTICE_STATE, 1, 1))
			break;
	assert_false(notice_send(out, p->dir, "x", NOTICE_STATE, 1, 1));
	close(in);
	close(out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, place_set_up, place_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(writer_and_reader_meet_by_id),
	    TEST(words_outlive_growth_and_restart),
	    TEST(two_rows_with_one_id_are_refused),
	    TEST(foreign_files_are_not_boards),
	    TEST(a_file_changed_under_a_reader_does_no_harm),
	    TEST(a_reader_follows_and_leaks_nothing),
	    TEST(notices_are_drained_at_once),
	    TEST(notices_are_whole_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
