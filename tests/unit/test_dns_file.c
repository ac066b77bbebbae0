/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The atomic file and the commands of a target, when things go wrong: after every failure
 * the old content stands, byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <edge/clock.h>

#include "command.h"
#include "publish_file.h"

struct place {
	char dir[64];
	struct publish_file f;
};

static int
place_setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	char path[128];

	strcpy(p->dir, "/tmp/edge-file-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(path, sizeof path, "%s/dns/external/contoso.com.zone", p->dir);
	assert_int_equal(publish_file_init(&p->f, path), 0);
	assert_int_equal(publish_file_make_dirs(&p->f, p->dir), 0);
	*state = p;
	return 0;
}

static int
place_teardown(void **state)
{
	struct place *p = *state;
	char command[128];

	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	publish_file_fini(&p->f);
	if (system(command) != 0)
		return -1;
	free(p);
	return 0;
}

static int
write_text(const struct publish_file *f, const char *text)
{
	int err = publish_file_stage(f, text, strlen(text));

	return err != 0 ? err : publish_file_commit(f);
}

static bool
holds(const struct publish_file *f, const char *expected)
{
	char *text = NULL;
	size_t n = 0;
	bool same = publish_file_read(f, 1 << 20, &text, &n) == 0 &&
		    n == strlen(expected) && strcmp(text, expected) == 0;

	free(text);
	return same;
}

static void
assert_holds(const struct publish_file *f, const char *expected)
{
	assert_true(holds(f, expected));
}

static void
test_write_and_read(void **state)
{
	struct place *p = *state;
	struct stat a, b;
	char *text = NULL;
	size_t n = 0;

	assert_int_equal(publish_file_read(&p->f, 100, &text, &n), -ENOENT);
	assert_int_equal(write_text(&p->f, "old\n"), 0);
	assert_holds(&p->f, "old\n");
	assert_int_equal(chmod(p->f.path, 0600), 0);
	assert_int_equal(stat(p->f.path, &a), 0);
	assert_int_equal(write_text(&p->f, "new\n"), 0);
	assert_holds(&p->f, "new\n");
	assert_int_equal(stat(p->f.path, &b), 0);
	assert_true(a.st_ino != b.st_ino);
	assert_int_equal(b.st_mode & 0777, 0600);
	assert_int_equal(access(p->f.staged, F_OK), -1);
	assert_int_equal(publish_file_read(&p->f, 3, &text, &n), -EFBIG);
	assert_null(text);
}

static void
test_paths(void **state)
{
	struct publish_file f;

	(void)state;
	assert_int_equal(publish_file_init(&f, ""), -EINVAL);
	assert_int_equal(publish_file_init(&f, "/tmp/"), -EINVAL);
	assert_int_equal(publish_file_init(&f, "a.zone"), 0);
	assert_string_equal(f.staged, ".a.zone.new");
	publish_file_fini(&f);
	assert_int_equal(publish_file_init(&f, "/etc/bind/a.zone"), 0);
	assert_string_equal(f.staged, "/etc/bind/.a.zone.new");
	publish_file_fini(&f);
}

static void
test_what_is_no_file_is_not_read(void **state)
{
	struct place *p = *state;
	char *text = NULL;
	size_t n = 0;

	assert_int_equal(mkfifo(p->f.path, 0600), 0);
	assert_int_equal(publish_file_read(&p->f, 100, &text, &n), -EINVAL);
	assert_int_equal(unlink(p->f.path), 0);
	assert_int_equal(publish_file_stage(&p->f, "a\0b\n", 4), 0);
	assert_int_equal(publish_file_commit(&p->f), 0);
	assert_int_equal(publish_file_read(&p->f, 100, &text, &n), -EINVAL);
	assert_null(text);
}

/* The directory vanished, or became a file: nothing to stage into. */
static void
test_no_directory(void **state)
{
	struct place *p = *state;
	char moved[128], dir[128];

	assert_int_equal(write_text(&p->f, "old\n"), 0);
	snprintf(dir, sizeof dir, "%s/dns/external", p->dir);
	snprintf(moved, sizeof moved, "%s/dns/moved", p->dir);
	assert_int_equal(rename(dir, moved), 0);
	assert_int_equal(write_text(&p->f, "new\n"), -ENOENT);
	assert_int_equal(rename(moved, dir), 0);
	assert_holds(&p->f, "old\n");
}

/* As an ordinary user: root may write anywhere. */
static void
test_unwritable_directory(void **state)
{
	struct place *p = *state;
	char dir[128];
	int status;
	pid_t pid;

	assert_int_equal(write_text(&p->f, "old\n"), 0);
	snprintf(dir, sizeof dir, "%s/dns/external", p->dir);
	assert_int_equal(chmod(dir, 0555), 0);
	assert_int_equal(chmod(p->dir, 0755), 0);
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(100);
		_exit(-write_text(&p->f, "new\n"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EACCES);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_holds(&p->f, "old\n");
}

/* What was replaced was replaced, even if its directory cannot be opened to sync it. */
static void
test_unreadable_directory(void **state)
{
	struct place *p = *state;
	char dir[128];
	int status;
	pid_t pid;

	assert_int_equal(write_text(&p->f, "old\n"), 0);
	snprintf(dir, sizeof dir, "%s/dns/external", p->dir);
	assert_int_equal(chmod(dir, 0333), 0);
	assert_int_equal(chmod(p->dir, 0755), 0);
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(100);
		_exit(-write_text(&p->f, "new\n"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_holds(&p->f, "new\n");
}

/* A write that ends in the middle: the limit of a file's size stands for any reason. */
static void
test_short_write(void **state)
{
	struct place *p = *state;
	int status;
	pid_t pid;

	assert_int_equal(write_text(&p->f, "old\n"), 0);
	pid = fork();
	if (pid == 0) {
		struct rlimit limit = {.rlim_cur = 5, .rlim_max = 5};

		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(100);
		_exit(-write_text(&p->f, "a longer text\n"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EFBIG);
	assert_holds(&p->f, "old\n");
	assert_int_equal(access(p->f.staged, F_OK), -1);
}

static int
fill_a_small_disk(const char *dir, const struct publish_file *f, const char *large)
{
	int err;

	if (unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", dir, "tmpfs", 0, "size=16k") != 0)
		return 101;
	if (publish_file_make_dirs(f, dir) != 0 || write_text(f, "old\n") != 0)
		return 102;
	err = -write_text(f, large);
	if (!holds(f, "old\n") || access(f->staged, F_OK) == 0)
		return 103;
	return write_text(f, "small\n") != 0 || !holds(f, "small\n") ? 104 : err;
}

static void
test_disk_full(void **state)
{
	struct place *p = *state;
	char *large = malloc(64 * 1024);
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		free(large);
		skip();
	}
	memset(large, 'x', 64 * 1024 - 1);
	large[64 * 1024 - 1] = '\0';
	pid = fork();
	if (pid == 0)
		_exit(fill_a_small_disk(p->dir, &p->f, large));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	free(large);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 101)
		skip(); /* root without the right to mount */
	assert_int_equal(WEXITSTATUS(status), ENOSPC);
}

/* The process ends after staging: old content, and the next write is not disturbed. */
static void
test_crash_before_rename(void **state)
{
	struct place *p = *state;
	int status;
	pid_t pid;

	assert_int_equal(write_text(&p->f, "old\n"), 0);
	pid = fork();
	if (pid == 0) {
		(void)publish_file_stage(&p->f, "half", 4);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(access(p->f.staged, F_OK), 0);
	assert_holds(&p->f, "old\n");
	assert_int_equal(write_text(&p->f, "new\n"), 0);
	assert_holds(&p->f, "new\n");
	assert_int_equal(access(p->f.staged, F_OK), -1);
}

/* Somebody's link in place of the temporary file is removed, never followed. */
static void
test_a_planted_link_is_not_followed(void **state)
{
	struct place *p = *state;
	char victim[128];
	struct publish_file v;

	snprintf(victim, sizeof victim, "%s/victim", p->dir);
	assert_int_equal(publish_file_init(&v, victim), 0);
	assert_int_equal(write_text(&v, "precious\n"), 0);
	assert_int_equal(symlink(victim, p->f.staged), 0);
	assert_int_equal(write_text(&p->f, "new\n"), 0);
	assert_holds(&v, "precious\n");
	assert_holds(&p->f, "new\n");
	publish_file_fini(&v);
}

static void
count_tick(void *owner)
{
	(*(int *)owner)++;
}

static void
test_commands(void **state)
{
	static const struct {
		const char *sentence;
		const char *argv[4];
		int err;
		const char *output;
	} rows[] = {
	    {"success", {"true", NULL}, 0, ""},
	    {"failure", {"false", NULL}, -ECHILD, ""},
	    {"its words", {"sh", "-c", "echo one; echo two >&2; exit 3", NULL}, -ECHILD,
		"one two"},
	    {"the file", {"echo", "check %s!", NULL}, 0, "check /tmp/a b.zone!"},
	    {"no shell", {"echo", "$HOME;`id`", NULL}, 0, "$HOME;`id`"},
	    {"no such program", {"/nonexistent/program", NULL}, -ENOENT, ""},
	    {"much to say", {"sh", "-c", "yes | head -c 300000; exit 1", NULL}, -ECHILD,
		NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct command_result r;
		int err = command_run(
		    rows[i].argv, "/tmp/a b.zone", 30 * NS_PER_S, NULL, NULL, &r);

		if (err != rows[i].err)
			fail_msg("%s: %d", rows[i].sentence, err);
		if (rows[i].output != NULL)
			assert_string_equal(r.output, rows[i].output);
	}
}

/* Gone, or a zombie that nobody has asked for. */
static bool
ended(pid_t pid)
{
	char path[64], state = 'Z';
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f == NULL)
		return true;
	if (fscanf(f, "%*d %*s %c", &state) != 1)
		state = 'Z';
	fclose(f);
	return state == 'Z' || state == 'X';
}

static bool
ended_within(pid_t pid, int64_t ns)
{
	int64_t deadline = clock_mono_ns() + ns;

	assert_true(pid > 1);
	while (!ended(pid)) {
		if (clock_mono_ns() > deadline)
			return false;
		sched_yield();
	}
	return true;
}

static void
test_a_command_that_hangs_is_killed_with_its_children(void **state)
{
	static const char *const argv[] = {
	    "sh", "-c", "cat /dev/zero >/dev/null & echo $!; wait", NULL};
	struct command_result r;
	char text[COMMAND_OUTPUT_MAX + 64];
	int ticks = 0;

	(void)state;
	assert_int_equal(
	    command_run(argv, NULL, 2500 * NS_PER_MS, count_tick, &ticks, &r), -ETIME);
	assert_true(r.timed_out);
	assert_in_range(ticks, 1, 8);
	assert_true(ended_within(atoi(r.output), 10 * NS_PER_S));
	command_explain(&r, -ETIME, text);
	assert_string_equal(text, "no end in time, killed");
}

#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PLACE_TEST(test_write_and_read),
	    cmocka_unit_test(test_paths),
	    PLACE_TEST(test_what_is_no_file_is_not_read),
	    PLACE_TEST(test_no_directory),
	    PLACE_TEST(test_unwritable_directory),
	    PLACE_TEST(test_unreadable_directory),
	    PLACE_TEST(test_short_write),
	    PLACE_TEST(test_disk_full),
	    PLACE_TEST(test_crash_before_rename),
	    PLACE_TEST(test_a_planted_link_is_not_followed),
	    cmocka_unit_test(test_commands),
	    cmocka_unit_test(test_a_command_that_hangs_is_killed_with_its_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
