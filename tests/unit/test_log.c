/* SPDX-License-Identifier: BSD-2-Clause */
/* log: lines that never block, never forge, and say when some were lost. */
#include "unit.h"

#include <edge/log.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 20000

struct sink {
	int saved, read_fd, write_fd;
};

static void
sink_open(struct sink *s, const int ends[2])
{
	s->read_fd = ends[0];
	s->write_fd = ends[1];
	s->saved = dup(STDERR_FILENO);
	assert_true(s->saved >= 0);
	assert_int_equal(fcntl(s->read_fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(dup2(s->write_fd, STDERR_FILENO), STDERR_FILENO);
}

static void
sink_close(struct sink *s)
{
	dup2(s->saved, STDERR_FILENO);
	close(s->saved);
	close(s->read_fd);
	close(s->write_fd);
}

/* What has arrived, and no more. */
static const char *
arrived(const struct sink *s)
{
	static char text[65536 * 4];
	size_t n = 0;
	ssize_t got;

	while ((got = read(s->read_fd, text + n, sizeof text - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	return text;
}

static void
lines_have_a_level_and_cannot_be_forged(void **state)
{
	struct sink s;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	sink_open(&s, ends);
	log_open("edge-test", LOG_LEVEL_INFO);
	log_info("hello %d", 7);
	log_warning("peer said \"a\nedge-test: error: b\"");
	log_debug("not asked for");
	assert_string_equal(arrived(&s),
	    "edge-test: hello 7\n"
	    "edge-test: warning: peer said \"a edge-test: error: b\"\n");
	sink_close(&s);
}

static void
a_full_sink_loses_lines_and_every_lost_one_is_told(void **state)
{
	struct sink s;
	uint64_t before, lost;
	char told[64];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	sink_open(&s, ends);
	log_open("edge-test", LOG_LEVEL_INFO);
	before = log_dropped();
	for (int i = 0; i < 2000; i++)
		log_info("%0500d", i);
	lost = log_dropped() - before;
	assert_true(lost > 100);
	(void)arrived(&s);
	log_info("again");
	snprintf(told, sizeof told, "edge-test: warning: %llu log lines were lost\n",
	    (unsigned long long)lost);
	assert_non_null(strstr(arrived(&s), told));
	log_info("and again");
	assert_string_equal(arrived(&s), "edge-test: and again\n");
	sink_close(&s);
}

struct filler {
	pthread_barrier_t begin;
	int fd;
	bool over;
};

/* Takes the last room in the pipe, a little sooner or later each time. */
static void *
fill_last(void *arg)
{
	static const char page[4096];
	struct filler *f = arg;

	for (unsigned round = 0;; round++) {
		pthread_barrier_wait(&f->begin);
		if (f->over)
			return NULL;
		for (volatile unsigned i = 0; i < round % 512 * 4; i++)
			continue;
		while (write(f->fd, page, sizeof page) > 0)
			continue;
		pthread_barrier_wait(&f->begin);
	}
}

/* There was room when it looked, and there is none when it writes. */
static void
nobody_waits_for_a_pipe_that_others_fill(void **state)
{
	struct filler f = {.over = false};
	pthread_t filler;
	struct sink s;
	int ends[2];
	char path[32];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
	sink_open(&s, ends);
	log_open("edge-test", LOG_LEVEL_INFO);
	snprintf(path, sizeof path, "/proc/self/fd/%d", ends[1]);
	f.fd = open(path, O_WRONLY | O_NONBLOCK);
	assert_true(f.fd >= 0);
	pthread_barrier_init(&f.begin, NULL, 2);
	assert_int_equal(pthread_create(&filler, NULL, fill_last, &f), 0);
	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&f.begin);
		log_info("x");
		pthread_barrier_wait(&f.begin);
		(void)arrived(&s);
	}
	f.over = true;
	pthread_barrier_wait(&f.begin);
	assert_int_equal(pthread_join(filler, NULL), 0);
	pthread_barrier_destroy(&f.begin);
	close(f.fd);
	sink_close(&s);
}

static void
only_the_journal_gets_its_own_prefix(void **state)
{
	struct sink s;
	struct stat st;
	char stream[64];
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	sink_open(&s, ends);
	/* inherited from somebody whose standard error was the journal */
	assert_int_equal(setenv("JOURNAL_STREAM", "8:123456789", 1), 0);
	log_open("edge-test", LOG_LEVEL_INFO);
	log_error("no");
	assert_string_equal(arrived(&s), "edge-test: error: no\n");
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	log_open("edge-test", LOG_LEVEL_INFO);
	log_error("yes");
	assert_string_equal(arrived(&s), "<3>yes\n");
	unsetenv("JOURNAL_STREAM");
	sink_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_have_a_level_and_cannot_be_forged),
	    cmocka_unit_test(a_full_sink_loses_lines_and_every_lost_one_is_told),
	    cmocka_unit_test(only_the_journal_gets_its_own_prefix),
	    /* Last, for it leaves losses to be told. */
	    cmocka_unit_test(nobody_waits_for_a_pipe_that_others_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
