/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resumption, tls, probe_secure - which handshakes are resumed, and what a server that
 * cannot do it is taken for.
 */
#include "tls_peer.h"

#include <stdlib.h>

#include "probe.h"

#define EVERY (600 * NS_PER_S)
#define START (INT64_C(987654321) * NS_PER_MS)

/* --- the rules, in simulated time --------------------------------------------------- */

static void
one_in_full_each_interval(void **state)
{
	unsigned tenths[11] = {0}; /* the last: noticed a step later */

	(void)state;
	for (uint64_t seed = 1; seed <= 500; seed++) {
		struct resumption r;
		int64_t last = START, now = START, fulls = 0;

		resumption_init(&r, EVERY, seed * UINT64_C(0x9e3779b97f4a7c15));
		assert_false(resumption_allowed(&r, now));
		resumption_full(&r, now);
		for (; now < START + 10 * EVERY; now += 2 * NS_PER_S) {
			if (resumption_allowed(&r, now))
				continue;
			assert_true(now - last < EVERY + 2 * NS_PER_S);
			if (fulls == 0)
				tenths[(now - START) * 10 / EVERY]++;
			resumption_full(&r, now);
			last = now;
			fulls++;
		}
		assert_in_range(fulls, 9, 10);
	}
	/* All began at once; their second ones are spread. */
	for (size_t i = 0; i < 10; i++)
		assert_in_range(tenths[i], 25, 80); /* 50 each */
}

static void
zero_is_never(void **state)
{
	struct resumption r;

	(void)state;
	resumption_init(&r, 0, 77);
	resumption_full(&r, START);
	assert_false(resumption_allowed(&r, START));
}

static void
a_fault_of_resumption_bars_it(void **state)
{
	struct resumption r;
	int64_t now = START;

	(void)state;
	resumption_init(&r, EVERY, 0);
	resumption_full(&r, now);
	assert_true(resumption_allowed(&r, now));
	/* Resumed: bad. In full: good. Then it is resumption's. */
	resumption_failed(&r, true);
	resumption_full(&r, ++now);
	assert_false(resumption_allowed(&r, ++now));
	resumption_full(&r, ++now);
	assert_false(resumption_allowed(&r, ++now));
	/* One interval on the server gets another chance. */
	now += EVERY;
	resumption_full(&r, now);
	assert_true(resumption_allowed(&r, now));
	/* Both bad: the server was. */
	resumption_failed(&r, true);
	resumption_failed(&r, false);
	resumption_full(&r, now);
	assert_true(resumption_allowed(&r, now));
}

/* --- with a real library on both sides ------------------------------------------------
 */

struct asked {
	struct pulse pulse;
	struct probe_run probe;
	struct probe_question question;
	struct tls_context *tls;
	struct tls_memory memory;
	struct tls_peer peer;
	struct outcome outcome;
	bool done;
};

static void
on_done(struct probe_run *p, const struct outcome *outcome)
{
	struct asked *a = container_of(p, struct asked, probe);

	a->outcome = *outcome;
	a->done = true;
}

static struct asked *
begin(int version)
{
	static const struct tls_conf conf;
	struct asked *a = calloc(1, sizeof *a);
	char why[256];

	assert_non_null(a);
	pulse_start(&a->pulse, ev_loop_new(EVFLAG_AUTO));
	assert_int_equal(tls_context_new(&conf, &a->tls, why, sizeof why), 0);
	tls_memory_init(&a->memory, EVERY, (uint64_t)(a->pulse.now + EVERY / 2));
	tls_peer_open(&a->peer, a->pulse.loop, version);
	probe_init(&a->probe, &a->pulse, on_done);
	a->question = (struct probe_question){.kind = PROBE_TLS,
	    .port = a->peer.port,
	    .timeout_ns = 20 * NS_PER_S,
	    .connect_timeout_ns = 10 * NS_PER_S,
	    .tls = a->tls,
	    .memory = &a->memory};
	assert_true(addr_parse("127.0.0.1", &a->question.addr));
	return a;
}

static void
end(struct asked *a)
{
	probe_stop(&a->probe);
	tls_memory_fini(&a->memory);
	tls_context_free(&a->tls);
	tls_peer_close(&a->peer);
	pulse_stop(&a->pulse);
	ev_loop_destroy(a->pulse.loop);
	free(a);
}

static const struct outcome *
ask(struct asked *a)
{
	a->done = false;
	probe_start(&a->probe, &a->question);
	while (!a->done)
		ev_run(a->pulse.loop, EVRUN_ONCE);
	return &a->outcome;
}

static void
ask_well(struct asked *a, bool resumed)
{
	const struct outcome *o = ask(a);

	assert_true(o->ok);
	assert_int_equal(o->reason, REASON_OK);
	assert_int_equal(o->tls.resumed, resumed);
	assert_true(o->tls.has_certificate); /* also when it was not shown again */
	assert_true(o->tls.not_after_s > 0);
}

static void
sessions_are_resumed(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

	(void)state;
	for (size_t v = 0; v < countof(versions); v++) {
		struct asked *a = begin(versions[v]);

		ask_well(a, false);
		for (int i = 0; i < 5; i++)
			ask_well(a, true);
		assert_int_equal(a->outcome.tls.version, versions[v]);
		tls_peer_forget(&a->peer);
		ask_well(a, false);
		ask_well(a, true);
		/* In time for the next in full. */
		a->memory.resumption.full_ns -= EVERY;
		ask_well(a, false);
		ask_well(a, true);
		a->question.memory = NULL;
		ask_well(a, false);
		while (a->peer.goodbyes < a->peer.accepted)
			ev_run(a->pulse.loop, EVRUN_ONCE);
		assert_int_equal(a->peer.accepted, 11);
		end(a);
	}
}

/* TLS 1.3 without tickets: waited for twice, and then not before the next interval. */
static void
nothing_to_resume(void **state)
{
	struct asked *a = begin(TLS1_3_VERSION);

	(void)state;
	SSL_CTX_set_num_tickets(a->peer.ctx, 0);
	ask_well(a, false);
	assert_false(a->memory.resumption.barred);
	ask_well(a, false);
	assert_true(a->memory.resumption.barred);
	/* The wait is not the member's, and no reason to think that it began later. */
	assert_int_equal(a->outcome.started, a->probe.started);
	assert_true(a->outcome.latency_ns <=
		    clock_mono_ns() - a->probe.started - 200 * NS_PER_MS);
	ask_well(a, false);
	assert_true(a->memory.resumption.barred);
	end(a);
}

/* One session that came too late is no reason to do without for an interval. */
static void
late_once(void **state)
{
	struct asked *a = begin(TLS1_3_VERSION);

	(void)state;
	SSL_CTX_set_num_tickets(a->peer.ctx, 0);
	ask_well(a, false);
	SSL_CTX_set_num_tickets(a->peer.ctx, 2);
	ask_well(a, false);
	ask_well(a, true);
	assert_false(a->memory.resumption.missed);
	end(a);
}

static void
a_server_that_breaks_resumed_ones_is_well(void **state)
{
	struct asked *a = begin(TLS1_2_VERSION);

	(void)state;
	ask_well(a, false);
	a->peer.manner = PEER_BREAKS_RESUMED;
	ask_well(a, false); /* both inside one probe */
	assert_int_equal(a->peer.broken, 1);
	assert_int_equal(a->peer.accepted, 3);
	for (int i = 0; i < 3; i++)
		ask_well(a, false);
	assert_int_equal(a->peer.broken, 1);
	end(a);
}

static void
one_that_hangs_on_them_fails_once(void **state)
{
	struct asked *a = begin(TLS1_2_VERSION);

	(void)state;
	ask_well(a, false);
	a->peer.manner = PEER_HANGS_RESUMED;
	a->question.timeout_ns = 300 * NS_PER_MS;
	assert_int_equal(ask(a)->reason, REASON_TLS_TIMEOUT);
	a->question.timeout_ns = 20 * NS_PER_S;
	for (int i = 0; i < 3; i++)
		ask_well(a, false);
	end(a);
}

/* Broken for new clients: a resumed handshake would not see it. */
static void
after_a_failure_comes_a_full_one(void **state)
{
	struct asked *a = begin(TLS1_2_VERSION);

	(void)state;
	ask_well(a, false);
	ask_well(a, true);
	a->peer.manner = PEER_HANGS;
	a->question.timeout_ns = 300 * NS_PER_MS;
	for (int i = 0; i < 2; i++)
		assert_int_equal(ask(a)->reason, REASON_TLS_TIMEOUT);
	a->peer.manner = PEER_WELL;
	a->question.timeout_ns = 20 * NS_PER_S;
	ask_well(a, false);
	ask_well(a, true);
	end(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_in_full_each_interval),
	    cmocka_unit_test(zero_is_never),
	    cmocka_unit_test(a_fault_of_resumption_bars_it),
	    cmocka_unit_test(sessions_are_resumed),
	    cmocka_unit_test(nothing_to_resume),
	    cmocka_unit_test(late_once),
	    cmocka_unit_test(a_server_that_breaks_resumed_ones_is_well),
	    cmocka_unit_test(one_that_hangs_on_them_fails_once),
	    cmocka_unit_test(after_a_failure_comes_a_full_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
