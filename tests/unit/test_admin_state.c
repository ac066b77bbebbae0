/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * admin_list, admin_store - what an operator said survives, whatever lies in the file.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin_store.h"

#define FIRST "edgepool admin states 1\n"

static const struct row {
	const char *text;
	const char *why; /* NULL: fine */
} rows[] = {
    {FIRST, NULL},
    {FIRST "draining p/a\ndisabled p/b\n", NULL},
    {"", "line 0: empty"},
    {"draining p/a\n", "line 1: not a file of admin states"},
    {FIRST "draining p/a", "line 2: cut off"},
    {FIRST "draining\n", "line 2: not STATE POOL/MEMBER"},
    {FIRST "enabled p/a\n", "line 2: the state is neither draining nor disabled"},
    {FIRST "on p/a\n", "line 2: the state is neither draining nor disabled"},
    {FIRST "draining p\n", "line 2: the name is not POOL/MEMBER"},
    {FIRST "draining p/a/b\n", "line 2: the name is not POOL/MEMBER"},
    {FIRST "draining /a\n", "line 2: the name is not POOL/MEMBER"},
    {FIRST "draining p/\n", "line 2: the name is not POOL/MEMBER"},
    {FIRST "draining p/a b\n", "line 2: the name is not POOL/MEMBER"},
    {FIRST "draining p/\xc3\xa4\n", "line 2: the name is not POOL/MEMBER"},
    {FIRST "draining p/a\ndisabled p/a\n", "line 3: the member is there twice"},
};

static void
texts_are_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct admin_list l;
		char why[128] = "";
		int err = admin_list_parse(
		    &l, rows[i].text, strlen(rows[i].text), why, sizeof why);

		if (rows[i].why == NULL) {
			assert_int_equal(err, 0);
		} else {
			assert_int_equal(err, -EBADMSG);
			assert_string_equal(why, rows[i].why);
			assert_int_equal(l.n, 0);
		}
		admin_list_fini(&l);
	}
}

static void
long_lines_and_nuls_are_refused(void **state)
{
	struct admin_list l;
	char why[128], text[2000];

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(
	    admin_list_parse(&l, text, sizeof text, why, sizeof why), -EBADMSG);
	assert_string_equal(why, "line 1: cut off");
	text[1500] = '\n';
	assert_int_equal(
	    admin_list_parse(&l, text, sizeof text, why, sizeof why), -EBADMSG);
	assert_string_equal(why, "line 1: too long");
	assert_int_equal(admin_list_parse(&l, FIRST "drai\0ning p/a\n", sizeof FIRST + 14,
			     why, sizeof why),
	    -EBADMSG);
	assert_string_equal(why, "line 2: a NUL");
}

static void
what_is_written_is_read(void **state)
{
	struct admin_list l = {0}, again;
	struct sbuf text;
	char why[128];

	(void)state;
	assert_int_equal(admin_list_set(&l, "p/a", ADMIN_DRAINING), 0);
	assert_int_equal(admin_list_set(&l, "p/b", ADMIN_DISABLED), 0);
	assert_int_equal(admin_list_set(&l, "p/c", ADMIN_DRAINING), 0);
	assert_int_equal(admin_list_set(&l, "p/a", ADMIN_ENABLED), 0);
	assert_int_equal(admin_list_set(&l, "p/never", ADMIN_ENABLED), 0);
	assert_int_equal(l.n, 2);
	sbuf_init(&text, 4096);
	admin_list_write(&l, &text);
	assert_int_equal(
	    admin_list_parse(&again, sbuf_text(&text), text.length, why, sizeof why), 0);
	assert_int_equal(admin_list_get(&again, "p/a"), ADMIN_ENABLED);
	assert_int_equal(admin_list_get(&again, "p/b"), ADMIN_DISABLED);
	assert_int_equal(admin_list_get(&again, "p/c"), ADMIN_DRAINING);
	sbuf_fini(&text);
	admin_list_fini(&l);
	admin_list_fini(&again);
}

static void
the_list_is_bounded(void **state)
{
	struct admin_list l = {0};
	char name[32];

	(void)state;
	for (int i = 0; i < ADMIN_LIST_MAX; i++) {
		snprintf(name, sizeof name, "p/m%d", i);
		assert_int_equal(admin_list_set(&l, name, ADMIN_DISABLED), 0);
	}
	assert_int_equal(admin_list_set(&l, "p/one-more", ADMIN_DISABLED), -ENOSPC);
	assert_int_equal(admin_list_set(&l, "p/m0", ADMIN_DRAINING), 0);
	admin_list_fini(&l);
}

/* --- the file ------------------------------------------------------------------------
 */

static int
directory_new(void **state)
{
	char *dir = strdup("/tmp/edge-admin-XXXXXX");

	*state = mkdtemp(dir);
	return *state == NULL;
}

static int
directory_free(void **state)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
	free(*state);
	return system(command);
}

static void
put(const char *dir, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/admin.state", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static bool
exists(const char *dir, const char *name)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static void
states_survive(void **state)
{
	struct admin_store s;
	char why[256];

	assert_int_equal(admin_store_open(&s, *state, why, sizeof why), 0);
	assert_string_equal(why, "");
	assert_int_equal(admin_store_set(&s, "p/a", ADMIN_DRAINING), 0);
	assert_int_equal(admin_store_set(&s, "p/b", ADMIN_DISABLED), 0);
	assert_int_equal(admin_store_set(&s, "p/b", ADMIN_ENABLED), 0);
	admin_store_close(&s);
	assert_false(exists(*state, "admin.state.new"));
	assert_int_equal(admin_store_open(&s, *state, why, sizeof why), 0);
	assert_string_equal(why, "");
	assert_int_equal(admin_list_get(&s.list, "p/a"), ADMIN_DRAINING);
	assert_int_equal(admin_list_get(&s.list, "p/b"), ADMIN_ENABLED);
	/* Spelt anew in the configuration it is the same member. */
	assert_int_equal(admin_list_get(&s.list, "P/A"), ADMIN_DRAINING);
	assert_int_equal(admin_store_set(&s, "p/A", ADMIN_ENABLED), 0);
	assert_int_equal(s.list.n, 0);
	admin_store_close(&s);
}

static void
a_bad_file_is_moved_aside(void **state)
{
	struct admin_store s;
	char why[256];

	put(*state, FIRST "draining p/a\ngarbage\n");
	assert_int_equal(admin_store_open(&s, *state, why, sizeof why), 0);
	assert_non_null(
	    strstr(why, "/admin.state: line 3: not STATE POOL/MEMBER; moved to "
			"admin.state.bad, all members count as enabled"));
	assert_int_equal(s.list.n, 0);
	assert_true(exists(*state, "admin.state.bad"));
	assert_false(exists(*state, "admin.state"));
	assert_int_equal(admin_store_set(&s, "p/a", ADMIN_DRAINING), 0);
	assert_true(exists(*state, "admin.state"));
	admin_store_close(&s);
}

static void
a_directory_or_link_in_its_place_is_moved_aside(void **state)
{
	struct admin_store s;
	char path[128], why[256];

	snprintf(path, sizeof path, "%s/admin.state", (char *)*state);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(admin_store_open(&s, *state, why, sizeof why), 0);
	assert_non_null(strstr(why, "not a regular file"));
	admin_store_close(&s);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	snprintf(path, sizeof path, "%s/admin.state.bad", (char *)*state);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(admin_store_open(&s, *state, why, sizeof why), 0);
	assert_non_null(strstr(why, "a symbolic link"));
	admin_store_close(&s);
}

static void
what_cannot_be_written_is_not_set(void **state)
{
	struct admin_store s;
	char why[256], command[256];

	assert_int_equal(admin_store_open(&s, *state, why, sizeof why), 0);
	assert_int_equal(admin_store_set(&s, "p/a", ADMIN_DRAINING), 0);
	/* A directory in the way stops root too. */
	snprintf(
	    command, sizeof command, "mkdir -p '%s/admin.state.new/x'", (char *)*state);
	assert_int_equal(system(command), 0);
	assert_true(admin_store_set(&s, "p/a", ADMIN_ENABLED) < 0);
	assert_true(admin_store_set(&s, "p/b", ADMIN_DISABLED) < 0);
	assert_int_equal(admin_list_get(&s.list, "p/a"), ADMIN_DRAINING);
	assert_int_equal(admin_list_get(&s.list, "p/b"), ADMIN_ENABLED);
	admin_store_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_read_or_refused),
	    cmocka_unit_test(long_lines_and_nuls_are_refused),
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(the_list_is_bounded),
	    cmocka_unit_test_setup_teardown(
		states_survive, directory_new, directory_free),
	    cmocka_unit_test_setup_teardown(
		a_bad_file_is_moved_aside, directory_new, directory_free),
	    cmocka_unit_test_setup_teardown(
		a_directory_or_link_in_its_place_is_moved_aside, directory_new,
		directory_free),
	    cmocka_unit_test_setup_teardown(
		what_cannot_be_written_is_not_set, directory_new, directory_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
