/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe - time that this process lost goes to no phase's account, and a flood of
 * datagrams does not stop the loop.
 */
#include "unit.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/probe.h"

struct asked {
	struct pulse pulse;
	struct probe_run probe;
	struct probe_question question;
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

/* A socket on the loopback address, and the question that goes to it. */
static int
ask(struct asked *a, enum probe kind, int type)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof at;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
	*a = (struct asked){.question = {.kind = kind, .port = ntohs(at.sin_port)}};
	assert_true(addr_parse("127.0.0.1", &a->question.addr));
	pulse_start(&a->pulse, ev_loop_new(EVFLAG_AUTO));
	probe_init(&a->probe, &a->pulse, on_done);
	return fd;
}

static void
end(struct asked *a, int fd)
{
	probe_stop(&a->probe);
	pulse_stop(&a->pulse);
	ev_loop_destroy(a->pulse.loop);
	close(fd);
}

/* The first SYN finds no room; that room is made only when the time to connect has been
 * used up and given back.  What was given back must still be there for the answer. */
static void
time_given_back_outlives_the_connection(void **state)
{
	struct asked a;
	int fd = ask(&a, PROBE_XMPP, SOCK_STREAM), filler, taken = -1;
	struct sockaddr_in at;
	socklen_t length = sizeof at;

	(void)state;
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
	filler = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(filler, (struct sockaddr *)&at, length), 0);

	a.question.connect_timeout_ns = 300 * NS_PER_MS;
	a.question.timeout_ns = 1300 * NS_PER_MS;
	probe_start(&a.probe, &a.question);
	a.pulse.lag.total_ns += 1200 * NS_PER_MS;
	while (!a.done) {
		ev_run(a.pulse.loop, EVRUN_ONCE);
		/* Long before the second SYN, which comes after a second. */
		if (taken < 0 && clock_mono_ns() - a.probe.started > 400 * NS_PER_MS)
			taken = accept(fd, NULL, NULL);
	}
	assert_int_equal(a.outcome.reason, REASON_ANSWER_TIMEOUT);
	assert_true(a.outcome.latency_ns >= 2400 * NS_PER_MS);
	close(taken);
	close(filler);
	end(&a, fd);
}

/* As much noise as a socket holds: the loop turns many times over it. */
static void
a_flood_is_taken_in_slices(void **state)
{
	struct asked a;
	int fd = ask(&a, PROBE_TURN_UDP, SOCK_DGRAM), sent = 0, turns = 0;
	struct sockaddr_in from;
	socklen_t length = sizeof from;
	char octets[64];

	(void)state;
	a.question.connect_timeout_ns = a.question.timeout_ns = 10 * NS_PER_S;
	probe_start(&a.probe, &a.question);
	while (
	    recvfrom(fd, octets, sizeof octets, 0, (struct sockaddr *)&from, &length) < 0)
		ev_run(a.pulse.loop, EVRUN_ONCE);
	for (; sent < 128; sent++)
		sendto(fd, "noise", 5, 0, (struct sockaddr *)&from, length);
	while (recv(a.probe.fd, octets, sizeof octets, MSG_PEEK | MSG_DONTWAIT) > 0 &&
	       turns++ <= sent)
		ev_run(a.pulse.loop, EVRUN_ONCE);
	assert_in_range(turns, 4, sent);
	assert_true(a.probe.noise);
	assert_true(probe_running(&a.probe));
	end(&a, fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(time_given_back_outlives_the_connection),
	    cmocka_unit_test(a_flood_is_taken_in_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
