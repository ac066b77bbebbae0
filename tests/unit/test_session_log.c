/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <edge/clock.h>

#include "log_line.h"
#include "session_log.h"

#define PATIENCE_NS (20 * NS_PER_S)

static struct log_record
record_of(uint64_t n)
{
	struct log_record r = {.begun_ns = 5 * NS_PER_S,
	    .ended_ns = 7 * NS_PER_S + 250 * NS_PER_MS,
	    .octets_in = n,
	    .octets_out = 12345678901234,
	    .client_port = 40000,
	    .vip_port = 443,
	    .at_port = 443,
	    .proto = PROTO_TCP,
	    .reason = CLOSE_MEMBER_DOWN,
	    .service = "access",
	    .member = "edge.contoso.net/edge1"};

	assert_true(addr_parse("198.51.100.7", &r.client));
	assert_true(addr_parse("2001:db8::110", &r.vip));
	assert_true(addr_parse("131.107.155.10", &r.at));
	return r;
}

/* --- lines ---------------------------------------------------------------------------
 */

static void
a_line_says_all(void **state)
{
	struct log_record r = record_of(9);
	char buf[LOG_LINE_MAX];
	size_t n;

	(void)state;
	n = log_line(&r, INT64_C(1700000000) * NS_PER_S, buf);
	assert_string_equal(buf,
	    "time=2023-11-14T22:13:27.250Z proto=tcp service=access "
	    "client=198.51.100.7:40000 vip=[2001:db8::110]:443 "
	    "member=edge.contoso.net/edge1 at=131.107.155.10:443 in=9 out=12345678901234 "
	    "seconds=2.250 end=member-down\n");
	assert_int_equal(n, strlen(buf));
	r.member[0] = r.service[0] = '\0';
	r.at = (struct addr){0};
	r.proto = PROTO_UDP;
	log_line(&r, 0, buf);
	assert_non_null(strstr(buf, "proto=udp service=- "));
	assert_non_null(strstr(buf, " member=- at=- in=9 "));
}

static void
the_longest_line_fits(void **state)
{
	struct log_record r = record_of(UINT64_MAX);
	char buf[LOG_LINE_MAX];

	(void)state;
	memset(r.member, 'x', sizeof r.member - 1);
	memset(r.service, 'y', sizeof r.service - 1);
	memset(r.client.bytes, 0xfe, sizeof r.client.bytes);
	r.client.family = r.vip.family;
	r.vip = r.at = r.client;
	r.begun_ns = 0;
	r.ended_ns = INT64_MAX / 2;
	r.octets_out = UINT64_MAX;
	assert_true(log_line(&r, INT64_MAX / 2, buf) < LOG_LINE_MAX - 256);
}

/* --- the ring ------------------------------------------------------------------------
 */

static void
a_full_ring_takes_no_more(void **state)
{
	struct log_ring *ring = log_ring_new();
	struct log_record r = record_of(0);

	(void)state;
	assert_null(log_ring_at(ring, 0));
	for (uint64_t i = 0; i < LOG_RING_SIZE; i++) {
		r.octets_in = i;
		assert_true(log_ring_push(ring, &r));
	}
	assert_false(log_ring_push(ring, &r));
	assert_int_equal(log_ring_waiting(ring), LOG_RING_SIZE);
	assert_int_equal(log_ring_at(ring, 3)->octets_in, 3);
	assert_null(log_ring_at(ring, LOG_RING_SIZE));
	log_ring_drop(ring, 2);
	r.octets_in = 77;
	assert_true(log_ring_push(ring, &r));
	assert_true(log_ring_push(ring, &r));
	assert_false(log_ring_push(ring, &r));
	assert_int_equal(log_ring_at(ring, 0)->octets_in, 2);
	assert_int_equal(log_ring_at(ring, LOG_RING_SIZE - 1)->octets_in, 77);
	log_ring_free(&ring);
}

#define RECORDS 200000

static void *
produce(void *arg)
{
	struct log_ring *ring = arg;
	struct log_record r = record_of(0);

	for (uint64_t i = 0; i < RECORDS; i += log_ring_push(ring, &r)) {
		r.octets_in = i;
		r.octets_out = ~i;
	}
	return NULL;
}

static void
one_thread_reads_what_another_wrote(void **state)
{
	struct log_ring *ring = log_ring_new();
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, produce, ring), 0);
	for (uint64_t i = 0; i < RECORDS;) {
		const struct log_record *r = log_ring_at(ring, 0);

		if (r == NULL)
			continue;
		assert_int_equal(r->octets_in, i);
		assert_int_equal(r->octets_out, ~i);
		log_ring_drop(ring, 1);
		i++;
	}
	pthread_join(thread, NULL);
	log_ring_free(&ring);
}

/* --- the writer ----------------------------------------------------------------------
 */

struct place {
	char dir[64], file[96], other[96];
	struct session_log *log;
	struct log_ring *ring;
};

static void
place_open(struct place *p)
{
	snprintf(p->dir, sizeof p->dir, "%s", "/tmp/edge-log-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof p->file, "%s/sessions", p->dir);
	snprintf(p->other, sizeof p->other, "%s/other", p->dir);
	assert_int_equal(session_log_new(1, &p->log), 0);
}

static void
place_use(struct place *p, const char *path)
{
	assert_int_equal(session_log_use(p->log, path), 0);
	p->ring = session_log_ring(p->log, 0);
}

static void
place_close(struct place *p)
{
	session_log_free(&p->log, PATIENCE_NS);
	assert_null(p->log);
	unlink(p->file);
	unlink(p->other);
	assert_int_equal(rmdir(p->dir), 0);
}

static void
push(struct place *p, uint64_t first, uint64_t n)
{
	for (uint64_t i = first; i < first + n; i++) {
		struct log_record r = record_of(i);

		assert_true(log_ring_push(p->ring, &r));
	}
}

static void
until_written(struct place *p)
{
	int64_t end_ns = clock_mono_ns() + PATIENCE_NS;

	while (session_log_waiting(p->log) > 0) {
		assert_true(clock_mono_ns() < end_ns);
		poll(NULL, 0, 5);
	}
}

/* How many lines there are; each must be whole, and count up from @first. */
static uint64_t
lines_in(const char *path, uint64_t first)
{
	FILE *f = fopen(path, "r");
	char line[LOG_LINE_MAX], in[32];
	uint64_t n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		snprintf(in, sizeof in, " in=%llu ", (unsigned long long)(first + n++));
		assert_non_null(strstr(line, in));
		assert_memory_equal(line, "time=", 5);
		assert_non_null(strstr(line, " end=member-down\n"));
	}
	fclose(f);
	return n;
}

static void
lines_reach_the_file(void **state)
{
	struct place p = {0};
	struct stat st;

	(void)state;
	umask(0);
	place_open(&p);
	assert_true(session_log_rest(p.log, 0)); /* nobody is there to rest */
	place_use(&p, NULL);
	place_use(&p, p.file);
	push(&p, 0, 1000);
	until_written(&p);
	assert_int_equal(lines_in(p.file, 0), 1000);
	assert_int_equal(stat(p.file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	push(&p, 1000, LOG_RING_SIZE);
	assert_int_equal(session_log_free(&p.log, PATIENCE_NS), 0);
	assert_int_equal(lines_in(p.file, 0), 1000 + LOG_RING_SIZE);
	place_close(&p);
}

static void
a_renamed_file_is_left_and_a_path_can_change(void **state)
{
	struct place p = {0};

	(void)state;
	place_open(&p);
	place_use(&p, p.file);
	push(&p, 0, 3);
	until_written(&p);
	assert_int_equal(rename(p.file, p.other), 0);
	push(&p, 3, 1);
	until_written(&p);
	place_use(&p, p.file);
	push(&p, 4, 2);
	until_written(&p);
	assert_int_equal(lines_in(p.other, 0), 4);
	assert_int_equal(lines_in(p.file, 4), 2);
	unlink(p.other);
	place_use(&p, p.other);
	until_written(&p);
	assert_true(session_log_rest(p.log, PATIENCE_NS));
	push(&p, 0, 5);
	place_use(&p, NULL);
	assert_null(p.ring);
	session_log_resume(p.log); /* what is left goes to the file before */
	until_written(&p);
	assert_int_equal(lines_in(p.other, 0), 5);
	place_close(&p);
}

static void
a_link_a_directory_and_no_reader_are_no_file(void **state)
{
	struct place p = {0};

	(void)state;
	place_open(&p);
	assert_int_equal(symlink(p.other, p.file), 0);
	place_use(&p, p.file);
	push(&p, 0, 1);
	assert_true(session_log_rest(p.log, PATIENCE_NS)); /* it has tried */
	session_log_resume(p.log);
	assert_int_equal(session_log_waiting(p.log), 1);
	assert_int_equal(access(p.other, F_OK), -1);
	place_use(&p, p.dir);
	assert_true(session_log_rest(p.log, PATIENCE_NS));
	session_log_resume(p.log);
	assert_int_equal(session_log_waiting(p.log), 1);
	unlink(p.file);
	assert_int_equal(mkfifo(p.file, 0600), 0);
	place_use(&p, p.file);
	assert_true(session_log_rest(p.log, PATIENCE_NS));
	session_log_resume(p.log);
	assert_int_equal(session_log_waiting(p.log), 1);
	place_use(&p, p.other);
	until_written(&p);
	assert_int_equal(lines_in(p.other, 0), 1);
	place_close(&p);
}

static void
a_full_pipe_holds_nobody(void **state)
{
	struct place p = {0};
	char octets[65536];
	size_t left;
	int fd;

	(void)state;
	place_open(&p);
	assert_int_equal(mkfifo(p.file, 0600), 0);
	fd = open(p.file, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	place_use(&p, p.file);
	push(&p, 0, LOG_RING_SIZE);
	assert_true(session_log_rest(p.log, PATIENCE_NS));
	left = session_log_waiting(p.log);
	assert_in_range(left, 1, LOG_RING_SIZE - 1);
	session_log_resume(p.log);
	/* Goes on where it stopped. */
	while (session_log_waiting(p.log) == left)
		assert_true(read(fd, octets, sizeof octets) != 0);
	assert_true(session_log_rest(p.log, PATIENCE_NS));
	left = session_log_waiting(p.log);
	assert_true(left > 0);
	assert_int_equal(session_log_free(&p.log, PATIENCE_NS), left);
	close(fd);
	place_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_says_all),
	    cmocka_unit_test(the_longest_line_fits),
	    cmocka_unit_test(a_full_ring_takes_no_more),
	    cmocka_unit_test(one_thread_reads_what_another_wrote),
	    cmocka_unit_test(lines_reach_the_file),
	    cmocka_unit_test(a_renamed_file_is_left_and_a_path_can_change),
	    cmocka_unit_test(a_link_a_directory_and_no_reader_are_no_file),
	    cmocka_unit_test(a_full_pipe_holds_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
