/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server - who asks, in every way one can ask wrongly, and that nothing stays behind:
 * no descriptor, no process.
 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <edge/clock.h>

#include "server.h"
#include "wire.h"

#define MANY (SERVER_PROGRAMS + 8)

struct bench {
	char dir[32], conf[64];
	struct ev_loop *loop;
	struct server server;
	uint64_t endpoint; /* probed by a program */
};

static void
write_conf(const struct bench *b, const char *script)
{
	FILE *f = fopen(b->conf, "w");

	assert_non_null(f);
	fprintf(f,
	    "lab = true; health = { timeout = 30; };\n"
	    "pools = ( { fqdn = \"edge.contoso.net\"; product = \"lync-2013\";\n"
	    "  sip_domains = [ \"contoso.com\" ];\n"
	    "  external = { balancing = \"dns\"; access = { fqdn = \"sip.contoso.com\";\n"
	    "    probe = \"exec\"; exec = [ \"/bin/sh\", \"-c\", \"%s\" ]; };\n"
	    "    webconf = { enabled = false; }; av = { enabled = false; }; };\n"
	    "  internal = { balancing = \"dns\"; };\n"
	    "  members = ( { name = \"edge1\"; fqdn = \"edge1.contoso.net\";\n"
	    "    internal = [ \"172.25.33.10\" ]; access = [ \"131.107.155.10\" ]; } ); "
	    "} );\n",
	    script);
	fclose(f);
}

static void
set_up(struct bench *b, const char *script)
{
	*b = (struct bench){.dir = "/tmp/edge-exec.XXXXXX"};
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->conf, sizeof b->conf, "%s/conf", b->dir);
	write_conf(b, script);
	b->loop = ev_loop_new(EVFLAG_AUTO);
	assert_int_equal(server_open(&b->server, b->loop, b->conf, b->dir), 0);
	for (size_t i = 0; i < b->server.model->pools[0].n_endpoints; i++)
		if (b->server.model->pools[0].endpoints[i].service->probe == PROBE_EXEC)
			b->endpoint = b->server.model->pools[0].endpoints[i].id;
}

static void
tear_down(struct bench *b)
{
	server_close(&b->server);
	ev_loop_destroy(b->loop);
	unlink(b->conf);
	assert_int_equal(rmdir(b->dir), 0); /* the socket is gone as well */
	/* Orphans of the killed are left to us: all of them end, or this never does. */
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(errno, ECHILD);
}

static int
call(const struct bench *b)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(un.sun_path, b->server.path, sizeof un.sun_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof un), 0);
	return fd;
}

static int
ask(const struct bench *b, uint64_t endpoint, uint64_t hash)
{
	const struct wire_request r = {.endpoint = endpoint, .conf_hash = hash};
	uint8_t octets[WIRE_REQUEST];
	int fd = call(b);

	wire_request_write(octets, &r);
	assert_int_equal(send(fd, octets, sizeof octets, 0), sizeof octets);
	return fd;
}

static void
on_deadline(EV_P_ ev_timer *w, int revents)
{
	(void)EV_A;
	(void)w;
	(void)revents;
	fail_msg("the server did not answer");
}

/* Turns the loop until @fd has something to say; its octets, 0 at its end. */
static ssize_t
hear(const struct bench *b, int fd, uint8_t *octets, size_t size)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ev_timer deadline;

	ev_timer_init(&deadline, on_deadline, 20.0, 0.0);
	ev_timer_start(b->loop, &deadline);
	while (poll(&p, 1, 0) == 0)
		ev_run(b->loop, EVRUN_ONCE);
	ev_timer_stop(b->loop, &deadline);
	return recv(fd, octets, size, 0);
}

static struct wire_answer
answer_of(const struct bench *b, int fd)
{
	uint8_t octets[WIRE_ANSWER + 1];
	struct wire_answer a = {0};

	assert_int_equal(
	    wire_answer_read(octets, (size_t)hear(b, fd, octets, sizeof octets), &a), 0);
	assert_int_equal(hear(b, fd, octets, sizeof octets), 0);
	close(fd);
	return a;
}

static size_t
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static unsigned
taken(const struct bench *b)
{
	unsigned n = 0;

	for (size_t i = 0; i < SERVER_SEATS; i++)
		n += b->server.seats[i].taken;
	return n;
}

static void
a_program_is_run_and_nothing_stays(void **state)
{
	struct bench b;
	size_t before;

	(void)state;
	set_up(&b, "echo $EDGE_MEMBER $EDGE_PORT; exit 7");
	before = descriptors();
	for (int i = 0; i < 20; i++) {
		struct wire_answer a =
		    answer_of(&b, ask(&b, b.endpoint, b.server.model->hash));

		assert_int_equal(a.end, WIRE_EXITED);
		assert_int_equal(a.code, 7);
		assert_string_equal(a.said, "edge1 443");
	}
	assert_int_equal(taken(&b), 0);
	assert_int_equal(descriptors(), before);
	tear_down(&b);
}

static void
who_asks_wrongly_is_not_answered(void **state)
{
	uint8_t octets[WIRE_REQUEST * 2] = {0};
	struct bench b;
	size_t before;

	(void)state;
	set_up(&b, "exit 0");
	before = descriptors();
	for (size_t n = 0; n <= sizeof octets; n++) {
		int fd = call(&b);

		assert_int_equal(send(fd, octets, n, 0), n);
		assert_int_equal(hear(&b, fd, octets, sizeof octets), 0);
		memset(octets, (int)n, sizeof octets);
		close(fd);
	}
	close(call(&b)); /* says nothing, and goes */
	assert_int_equal(answer_of(&b, ask(&b, b.endpoint + 1, 0)).end, WIRE_UNKNOWN);
	while (taken(&b) > 0)
		ev_run(b.loop, EVRUN_ONCE);
	assert_int_equal(descriptors(), before);
	tear_down(&b);
}

static void
too_many_are_told_and_those_who_go_take_their_programs_along(void **state)
{
	int fds[MANY];
	struct bench b;
	size_t before;
	unsigned busy = 0;

	(void)state;
	set_up(&b, "sleep 1000");
	before = descriptors();
	for (size_t i = 0; i < MANY; i++) {
		fds[i] = ask(&b, b.endpoint, b.server.model->hash);
		ev_run(b.loop, EVRUN_NOWAIT);
	}
	for (size_t i = SERVER_PROGRAMS; i < MANY; i++)
		busy += answer_of(&b, fds[i]).end == WIRE_BUSY;
	assert_int_equal(busy, MANY - SERVER_PROGRAMS);
	assert_int_equal(taken(&b), SERVER_PROGRAMS);
	for (size_t i = 0; i < SERVER_PROGRAMS; i++)
		close(fds[i]);
	while (taken(&b) > 0)
		ev_run(b.loop, EVRUN_ONCE);
	assert_int_equal(descriptors(), before);
	tear_down(&b);
}

static void
another_configuration_is_read_when_a_prober_has_it(void **state)
{
	struct bench b;
	uint64_t old;

	(void)state;
	set_up(&b, "exit 1");
	old = b.server.model->hash;
	write_conf(&b, "exit 2");
	assert_int_equal(answer_of(&b, ask(&b, b.endpoint, old)).code, 1);
	b.server.loaded -= NS_PER_S; /* not a second later than that */
	assert_int_equal(answer_of(&b, ask(&b, b.endpoint, old + 1)).code, 2);
	assert_true(b.server.model->hash != old);
	/* One that cannot be read changes nothing. */
	write_conf(&b, "\";");
	b.server.loaded -= NS_PER_S;
	assert_int_equal(answer_of(&b, ask(&b, b.endpoint, old + 2)).code, 2);
	tear_down(&b);
}

/* It ended in time, and this process was not let near a processor until long after. */
static void
our_own_slowness_is_not_the_program_s(void **state)
{
	struct bench b;
	struct seat *s = NULL;
	siginfo_t info;
	int fd;

	(void)state;
	set_up(&b, "exit 0");
	for (int i = 0; i < 20; i++) {
		fd = ask(&b, b.endpoint, b.server.model->hash);
		while (s == NULL || s->child.pid == 0) {
			ev_run(b.loop, EVRUN_ONCE);
			s = &b.server.seats[0];
		}
		s->limit.repeat = 0.001;
		ev_timer_again(b.loop, &s->limit);
		assert_int_equal(
		    waitid(P_PID, (id_t)s->child.pid, &info, WEXITED | WNOWAIT), 0);
		poll(NULL, 0, 5);
		assert_int_equal(answer_of(&b, fd).end, WIRE_EXITED);
	}
	tear_down(&b);
}

/* In a child: asks as somebody else; its exit status. */
static int
ask_as_stranger(const struct bench *b)
{
	struct pollfd p = {.events = POLLIN};
	uint8_t octets[WIRE_ANSWER];

	if (setgid(65534) != 0 || setuid(65534) != 0)
		return 77; /* root of a user namespace only */
	p.fd = ask(b, b->endpoint, b->server.model->hash);
	if (poll(&p, 1, 20000) != 1)
		return 1;
	return recv(p.fd, octets, sizeof octets, 0) > 0; /* told nothing */
}

static void
a_stranger_is_told_nothing(void **state)
{
	struct bench b;
	int status = 0;
	pid_t child;

	(void)state;
	if (geteuid() != 0)
		skip();
	set_up(&b, "exit 0");
	/* As if its directory kept nobody out. */
	assert_int_equal(chmod(b.dir, 0755), 0);
	assert_int_equal(chmod(b.server.path, 0666), 0);
	child = fork();
	if (child == 0)
		_exit(ask_as_stranger(&b));
	ev_signal_stop(b.loop, &b.server.ended); /* this child is ours to wait for */
	while (waitpid(child, &status, WNOHANG) == 0)
		ev_run(b.loop, EVRUN_NOWAIT);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
	assert_int_equal(taken(&b), 0);
	tear_down(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_program_is_run_and_nothing_stays),
	    cmocka_unit_test(who_asks_wrongly_is_not_answered),
	    cmocka_unit_test(
		too_many_are_told_and_those_who_go_take_their_programs_along),
	    cmocka_unit_test(our_own_slowness_is_not_the_program_s),
	    cmocka_unit_test(a_stranger_is_told_nothing),
	    cmocka_unit_test(another_configuration_is_read_when_a_prober_has_it),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
