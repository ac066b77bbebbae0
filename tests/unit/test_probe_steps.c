/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe - who looks over its shoulder is told every step, in order, with the octets.
 */
#include "unit.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/probe.h"

#define ANSWER "<stream:stream>"

struct watched {
	struct pulse pulse;
	struct probe_run probe;
	struct probe_question question;
	char steps[16]; /* a letter each */
	size_t sent, received;
	int listener;
	bool done;
};

static void
on_done(struct probe_run *p, const struct outcome *outcome)
{
	struct watched *w = container_of(p, struct watched, probe);

	assert_true(outcome->ok);
	w->done = true;
}

static void
on_step(struct probe_run *p, enum probe_step step, const void *octets, size_t n)
{
	struct watched *w = container_of(p, struct watched, probe);
	size_t at = strlen(w->steps);

	assert_true(at + 1 < sizeof w->steps);
	w->steps[at] = "OCTSRH"[step];
	if (step == STEP_SENT)
		w->sent += n;
	if (step == STEP_RECEIVED) {
		assert_memory_equal(octets, ANSWER, n);
		w->received += n;
	}
}

static void
every_step_is_told(void **state)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct watched w = {.question = {.kind = PROBE_XMPP,
				.connect_timeout_ns = 20 * NS_PER_S,
				.timeout_ns = 20 * NS_PER_S}};
	socklen_t length = sizeof at;
	int fd;

	(void)state;
	w.listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(w.listener, (struct sockaddr *)&at, length), 0);
	assert_int_equal(getsockname(w.listener, (struct sockaddr *)&at, &length), 0);
	assert_int_equal(listen(w.listener, 1), 0);
	w.question.port = ntohs(at.sin_port);
	assert_true(addr_parse("127.0.0.1", &w.question.addr));
	pulse_start(&w.pulse, ev_loop_new(EVFLAG_AUTO));
	probe_init(&w.probe, &w.pulse, on_done);
	w.probe.on_step = on_step;
	probe_start(&w.probe, &w.question);
	fd = accept(w.listener, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(send(fd, ANSWER, strlen(ANSWER), 0), strlen(ANSWER));
	while (!w.done)
		ev_run(w.pulse.loop, EVRUN_ONCE);
	assert_string_equal(w.steps, "OCSR");
	assert_int_equal(w.sent, w.probe.n_out);
	assert_int_equal(w.received, strlen(ANSWER));
	pulse_stop(&w.pulse);
	ev_loop_destroy(w.pulse.loop);
	close(fd);
	close(w.listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_step_is_told)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
