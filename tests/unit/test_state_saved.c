/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of an upgrade: what is written is read again, and nothing else is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "state_saved.h"

#include "unit.h"

#include "state_fixture.h"
#include "upgrade_state.h"

/* Whether the state of @f is read; the reason in @why. */
static int
read_fixture(struct state_fixture *f, struct saved *s, struct codec *c, struct sbuf *why)
{
	sbuf_init(why, 512);
	state_fixture_write(f, c);
	assert_false(c->failed);
	return saved_read(s, c->octets, c->n, why);
}

static void
refused(struct state_fixture f, const char *says)
{
	struct codec c;
	struct saved s;
	struct sbuf why;

	assert_int_not_equal(read_fixture(&f, &s, &c, &why), 0);
	assert_non_null(strstr(sbuf_text(&why), says));
	assert_null(s.sessions);
	sbuf_fini(&why);
	codec_fini(&c);
}

static void
what_is_written_is_read(void **state)
{
	struct state_fixture f = state_fixture();
	struct codec c;
	struct saved s;
	struct sbuf why;
	size_t n;
	int *fds;

	(void)state;
	assert_int_equal(read_fixture(&f, &s, &c, &why), 0);
	assert_string_equal(sbuf_text(&why), "");
	assert_memory_equal(&s.process, &f.process, sizeof f.process);
	assert_memory_equal(&s.listeners[0], &f.tcp, sizeof f.tcp);
	assert_memory_equal(&s.endpoints[1], &f.at_udp, sizeof f.at_udp);
	assert_int_equal(s.affinities[0].ended_ns, 12345);
	assert_int_equal(s.sessions[0].client.n_held, f.session.client.n_held);
	assert_memory_equal(
	    s.sessions[0].client.held, f.session.client.held, f.session.client.n_held);
	assert_int_equal(s.sessions[0].stage, STAGE_ENDING);
	assert_true(s.sessions[0].busy && !s.assocs[0].busy);
	assert_true(s.sessions[0].member.shut && !s.sessions[0].client.shut);
	assert_int_equal(s.assocs[0].scope, 2);
	assert_true(addr_equal(&s.assocs[0].seat.affine_source, &f.affinity.source));
	fds = saved_descriptors(&s, &n);
	assert_int_equal(n, 9);
	free(fds);
	saved_fini(&s);
	sbuf_fini(&why);
	codec_fini(&c);
}

static void
what_does_not_fit_together_is_refused(void **state)
{
	struct state_fixture f;

	(void)state;
#define WITH(change)                                                                     \
	do {                                                                             \
		f = state_fixture();                                                     \
		change;                                                                  \
		refused(f, "damaged");                                                   \
	} while (0)
	WITH(f.session.seat.listener = 2); /* of UDP */
	WITH(f.session.seat.listener = 9); /* of nobody */
	WITH(f.session.seat.endpoint = 4);
	WITH(f.session.seat.worker = 2);
	WITH(f.assoc.seat.endpoint = 0);
	WITH(f.affinity.worker = 2);
	WITH(f.session.member.fd = 20); /* twice */
	WITH(f.assoc.fd = 10);
	WITH(f.session.client.fd = 2); /* standard error */
	WITH(f.process.watched[1].fd = 21);
	WITH(f.udp.id = 1);
	WITH(f.at_udp.id = 3);
	WITH(f.udp.n_fds = 1);    /* not one per worker */
	WITH(f.udp.n_fds = 0);    /* closed, with an association */
	WITH(f.end.sessions = 2); /* one is missing */
#undef WITH
}

static void
every_cut_and_every_growth_is_refused(void **state)
{
	struct state_fixture f = state_fixture();
	struct codec c;
	struct saved s;

	(void)state;
	state_fixture_write(&f, &c);
	for (size_t n = 0; n < c.n; n++) {
		uint8_t *cut = malloc(n + 1); /* so that reading beyond is seen */
		struct sbuf why;

		assert_non_null(cut);
		memcpy(cut, c.octets, n);
		sbuf_init(&why, 256);
		assert_int_not_equal(saved_read(&s, cut, n, &why), 0);
		assert_true(why.length > 0);
		sbuf_fini(&why);
		free(cut);
	}
	codec_begin(&c, RECORD_PROCESS);
	record_process(&c, &f.process);
	codec_end(&c);
	{
		struct sbuf why;

		sbuf_init(&why, 256);
		assert_int_not_equal(saved_read(&s, c.octets, c.n, &why), 0);
		sbuf_fini(&why);
	}
	codec_fini(&c);
}

static void
versions_are_told_apart(void **state)
{
	struct state_fixture f = state_fixture();
	struct codec c;
	struct saved s;

	(void)state;
	f.session.seat.begun_ns = 5;
	f.assoc.seat.octets_out = 6;
	for (uint32_t version = 0; version < 6; version++) {
		struct sbuf why;
		int err;

		state_fixture_write_as(&f, version, &c);
		sbuf_init(&why, 256);
		err = saved_read(&s, c.octets, c.n, &why);
		if (version >= STATE_VERSION_OLDEST && version <= state_version) {
			assert_int_equal(err, 0);
			assert_int_equal(
			    s.sessions[0].seat.begun_ns, version >= 3 ? 5 : 0);
			assert_int_equal(
			    s.assocs[0].seat.octets_out, version >= 3 ? 6 : 0);
			assert_int_equal(s.sessions[0].busy, version >= 4);
			assert_int_equal(s.process.watched[1].fd, version >= 4 ? 15 : -1);
			saved_fini(&s);
		} else {
			assert_int_equal(err, -EPROTONOSUPPORT);
			assert_non_null(strstr(sbuf_text(&why), "the state has version"));
		}
		sbuf_fini(&why);
		codec_fini(&c);
	}
}

/* Has no member yet: neither its leg nor its endpoint. */
static void
a_session_that_waits_is_carried(void **state)
{
	struct state_fixture f = state_fixture();
	struct codec c;
	struct saved s;
	struct sbuf why;

	(void)state;
	f.session.stage = STAGE_WAITING;
	refused(f, "damaged"); /* with an endpoint */
	f.session.seat.endpoint = 0;
	f.session.seat.counted = true;
	assert_int_equal(read_fixture(&f, &s, &c, &why), 0);
	assert_int_equal(s.sessions[0].stage, STAGE_WAITING);
	assert_int_equal(s.sessions[0].member.fd, -1);
	assert_true(s.sessions[0].seat.counted);
	saved_fini(&s);
	sbuf_fini(&why);
	codec_fini(&c);
	f.session.stage = STAGE_RELAYING;
	refused(f, "damaged"); /* without one */
}

/* A newer program's record, and a newer program's longer record. */
static void
what_is_unknown_is_refused(void **state)
{
	struct state_fixture f = state_fixture();
	struct codec c;
	struct saved s;
	struct sbuf why;
	uint64_t more = 1;

	(void)state;
	codec_write(&c);
	codec_begin(&c, RECORD_PROCESS);
	record_process(&c, &f.process);
	codec_end(&c);
	codec_begin(&c, 77);
	codec_u64(&c, &more);
	codec_end(&c);
	sbuf_init(&why, 256);
	assert_int_equal(saved_read(&s, c.octets, c.n, &why), -EOPNOTSUPP);
	assert_non_null(strstr(sbuf_text(&why), "type 77"));
	sbuf_fini(&why);
	codec_fini(&c);

	codec_write(&c);
	codec_begin(&c, RECORD_PROCESS);
	record_process(&c, &f.process);
	codec_u64(&c, &more);
	codec_end(&c);
	sbuf_init(&why, 256);
	assert_int_equal(saved_read(&s, c.octets, c.n, &why), -EPROTO);
	sbuf_fini(&why);
	codec_fini(&c);
}

/* A writer refuses what no reader would take. */
static void
what_cannot_be_carried_is_not_written(void **state)
{
	struct state_fixture f = state_fixture();
	struct codec c;

	(void)state;
	f.session.stage = STAGES;
	state_fixture_write(&f, &c);
	assert_true(c.failed);
	codec_fini(&c);
	f = state_fixture();
	f.session.member.fd = -1;
	state_fixture_write(&f, &c);
	assert_true(c.failed);
	codec_fini(&c);
}

static void
only_a_sealed_memory_file_is_a_state(void **state)
{
	struct codec c = {.octets = (uint8_t *)"octets", .n = 6};
	FILE *file = tmpfile();
	const uint8_t *octets;
	int fd = upgrade_state_file(&c);
	size_t n;

	(void)state;
	octets = upgrade_state_map(fd, &n);
	assert_non_null(octets);
	assert_int_equal(n, 6);
	assert_memory_equal(octets, "octets", 6);
	munmap((void *)(uintptr_t)octets, n);
	close(fd);
	assert_non_null(file);
	assert_int_equal(fputs("octets", file), 1);
	assert_int_equal(fflush(file), 0);
	assert_null(upgrade_state_map(fileno(file), &n));
	assert_int_equal(errno, EPROTO);
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(what_does_not_fit_together_is_refused),
	    cmocka_unit_test(every_cut_and_every_growth_is_refused),
	    cmocka_unit_test(versions_are_told_apart),
	    cmocka_unit_test(a_session_that_waits_is_carried),
	    cmocka_unit_test(what_is_unknown_is_refused),
	    cmocka_unit_test(what_cannot_be_carried_is_not_written),
	    cmocka_unit_test(only_a_sealed_memory_file_is_a_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
