/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <edge/clock.h>
#include <edge/ctl.h>
#include <edge/program.h>
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

struct place {
	char dir[32];
	struct ctl_server *server;
	pthread_t thread;
	atomic_bool stop;
	int calls;
};

static void
verb_echo(void *owner, struct ctl_request *req)
{
	struct place *p = owner;

	p->calls++;
	for (int i = 1; i < req->argc; i++)
		sbuf_addf(req->out, "%s\n", req->argv[i]);
}

static void
verb_fail(void *owner, struct ctl_request *req)
{
	(void)owner;
	sbuf_addf(req->out, "half an answer\n");
	ctl_fail(req, "no member '%s', there are edge1 and edge2", req->argv[1]);
}

static void
verb_large(void *owner, struct ctl_request *req)
{
	(void)owner;
	for (int i = 0; i < 100000; i++)
		sbuf_addf(req->out, "line %06d\n", i);
}

static const struct ctl_verb verbs[] = {
    {"echo", CTL_READ, 0, 3, verb_echo, "echo [WORD...]"},
    {"fail", CTL_OPERATE, 1, 1, verb_fail, "fail MEMBER"},
    {"large", CTL_READ, 0, 0, verb_large, "large"},
};

static void *
serve(void *arg)
{
	struct place *p = arg;

	while (!atomic_load(&p->stop)) {
		struct pollfd fd = {.fd = ctl_fd(p->server), .events = POLLIN};

		poll(&fd, 1, 20);
		ctl_dispatch(p->server);
	}
	return NULL;
}

static int
place_set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	strcpy(p->dir, "/tmp/edge-ctl-XXXXXX");
	if (mkdtemp(p->dir) == NULL ||
	    ctl_open(p->dir, "t", verbs, countof(verbs), p, &p->server) != 0)
		return -1;
	*state = p;
	return pthread_create(&p->thread, NULL, serve, p);
}

static int
place_tear_down(void **state)
{
	struct place *p = *state;

	atomic_store(&p->stop, true);
	pthread_join(p->thread, NULL);
	ctl_close(&p->server);
	if (rmdir(p->dir) != 0) /* the socket was removed */
		return -1;
	free(p);
	return 0;
}

static void
expect(struct place *p, const char *request, int code, const char *text)
{
	struct sbuf answer;

	sbuf_init(&answer, 1 << 22);
	assert_int_equal(ctl_call(p->dir, "t", request, 5000, &answer), code);
	assert_string_equal(sbuf_text(&answer), text);
	sbuf_fini(&answer);
}

static void
verbs_answer_or_say_why_not(void **state)
{
	struct place *p = *state;

	expect(p, "echo a  b\tc", 0, "a\nb\nc\n");
	expect(p, "echo", 0, "");
	expect(p, "echo \033[31mred", 0, "?[31mred\n");
	expect(p, "echo 1 2 3 4", -EREMOTEIO, "usage: echo [WORD...]\n");
	expect(p, "fail edge9", -EREMOTEIO,
	    "no member 'edge9', there are edge1 and edge2\nhalf an answer\n");
	expect(
	    p, "nonsense", -EREMOTEIO, "there is no verb 'nonsense' here: try 'help'\n");
	expect(p, "", -EREMOTEIO, "no verb, or too many words: try 'help'\n");
	expect(p, "help", 0, "echo [WORD...]\nfail MEMBER\nlarge\n");
}

static void
large_answers_arrive_whole(void **state)
{
	struct place *p = *state;
	struct sbuf answer;

	sbuf_init(&answer, 1 << 22);
	assert_int_equal(ctl_call(p->dir, "t", "large", 5000, &answer), 0);
	assert_int_equal(answer.length, 100000 * 12);
	sbuf_fini(&answer);
	/* a client that wants less says so and gets an error, not a part */
	sbuf_init(&answer, 100);
	assert_int_equal(ctl_call(p->dir, "t", "large", 5000, &answer), -EMSGSIZE);
	sbuf_fini(&answer);
}

static int
dial(struct place *p)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(program_path(un.sun_path, p->dir, "t", ".ctl"));
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof un), 0);
	return fd;
}

static void
hostile_peers_cost_a_slot_and_no_more(void **state)
{
	struct place *p = *state;
	char long_line[3000], got[256] = "";
	int fds[12], fd;

	/* silent ones do not stop others */
	for (size_t i = 0; i < countof(fds); i++)
		fds[i] = dial(p);
	expect(p, "echo still", 0, "still\n");
	for (size_t i = 0; i < countof(fds); i++)
		close(fds[i]);
	/* a line without end is refused */
	memset(long_line, 'x', sizeof long_line);
	fd = dial(p);
	(void)send(fd, long_line, sizeof long_line, MSG_NOSIGNAL);
	assert_true(recv(fd, got, sizeof got - 1, 0) > 0);
	assert_non_null(strstr(got, "error: a request is one line"));
	close(fd);
	/* so is one with a NUL in it */
	fd = dial(p);
	assert_int_equal(send(fd, "ec\0ho\n", 6, MSG_NOSIGNAL), 6);
	memset(got, 0, sizeof got);
	assert_true(recv(fd, got, sizeof got - 1, 0) > 0);
	assert_non_null(strstr(got, "error: a request is one line"));
	close(fd);
	expect(p, "echo alive", 0, "alive\n");
}

static void
strangers_may_read_and_not_operate(void **state)
{
	struct place *p = *state;
	char path[64];

	if (geteuid() != 0)
		skip();
	snprintf(path, sizeof path, "%s/t.ctl", p->dir);
	assert_int_equal(chown(p->dir, 65534, 65534), 0);
	assert_int_equal(chown(path, 65534, 65534), 0);
	/* The bare system call changes this thread alone; the server stays root. */
	assert_int_equal(syscall(SYS_setresuid, -1, 65534, -1), 0);
	expect(p, "echo hello", 0, "hello\n");
	expect(p, "fail edge1", -EREMOTEIO,
	    "user 65534 may not 'fail': be root or a member of group "
	    "edgepool-operator\n");
	assert_int_equal(syscall(SYS_setresuid, -1, 0, -1), 0);
}

/* The group that is the peer's first one counts like its others. */
static void
operators_are_known_by_any_of_their_groups(void **state)
{
	const struct group *group = getgrnam("edgepool-operator");
	struct place *p = *state;
	char path[64];

	if (geteuid() != 0 || group == NULL)
		skip();
	snprintf(path, sizeof path, "%s/t.ctl", p->dir);
	assert_int_equal(chown(p->dir, 65534, 65534), 0);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(syscall(SYS_setresgid, -1, group->gr_gid, -1), 0);
	assert_int_equal(syscall(SYS_setresuid, -1, 65534, -1), 0);
	expect(p, "fail edge1", -EREMOTEIO,
	    "no member 'edge1', there are edge1 and edge2\nhalf an answer\n");
	assert_int_equal(syscall(SYS_setresuid, -1, 0, -1), 0);
	assert_int_equal(syscall(SYS_setresgid, -1, 0, -1), 0);
}

static void
serve_no_more(struct place *p)
{
	atomic_store(&p->stop, true);
	pthread_join(p->thread, NULL);
}

static void
serve_again(struct place *p)
{
	atomic_store(&p->stop, false);
	assert_int_equal(pthread_create(&p->thread, NULL, serve, p), 0);
}

/* More than there are slots for wait their turn instead of being turned away. */
static void
when_all_slots_are_taken_others_wait(void **state)
{
	struct place *p = *state;
	struct pollfd server, late = {.events = POLLIN};
	int fds[16];
	char got[16] = "";

	serve_no_more(p);
	for (size_t i = 0; i < countof(fds); i++)
		fds[i] = dial(p);
	late.fd = dial(p);
	assert_int_equal(send(late.fd, "echo late\n", 10, MSG_NOSIGNAL), 10);
	for (size_t i = 0; i < 2 * countof(fds); i++)
		ctl_dispatch(p->server);
	server = (struct pollfd){.fd = ctl_fd(p->server), .events = POLLIN};
	assert_int_equal(poll(&server, 1, 0), 0); /* nor does the loop spin */
	assert_int_equal(poll(&late, 1, 0), 0);
	serve_again(p);
	for (size_t i = 0; i < countof(fds); i++) {
		assert_int_equal(send(fds[i], "echo\n", 5, MSG_NOSIGNAL), 5);
		assert_int_equal(recv(fds[i], got, sizeof got - 1, 0), 3);
		close(fds[i]);
	}
	memset(got, 0, sizeof got);
	assert_true(recv(late.fd, got, sizeof got - 1, 0) > 0);
	assert_string_equal(got, "ok\nlate\n");
	close(late.fd);
}

/* Without a descriptor to accept with, the server's own descriptor falls silent, so that
 * its owner's loop does not spin; a second later it tries again. */
static void
without_descriptors_the_loop_rests(void **state)
{
	struct place *p = *state;
	struct pollfd fd = {.events = POLLIN};
	struct rlimit before, none;
	int waiting;

	serve_no_more(p);
	waiting = dial(p);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	ctl_dispatch(p->server);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	fd.fd = ctl_fd(p->server);
	assert_int_equal(poll(&fd, 1, 0), 0);
	serve_again(p);
	expect(p, "echo again", 0, "again\n");
	close(waiting);
}

static void
absent_daemons_and_second_ones_are_told(void **state)
{
	struct place *p = *state;
	struct ctl_server *second = NULL;
	struct sbuf answer;
	char path[64];

	sbuf_init(&answer, 100);
	assert_int_equal(ctl_call(p->dir, "absent", "echo", 1000, &answer), -ENOENT);
	sbuf_fini(&answer);
	assert_int_equal(ctl_open(p->dir, "t", verbs, 1, p, &second), -EADDRINUSE);
	expect(p, "echo first", 0, "first\n"); /* and its socket is still there */
	/* What is no socket of ours and cannot be taken away is left alone, too. */
	snprintf(path, sizeof path, "%s/d.ctl", p->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(ctl_open(p->dir, "d", verbs, 1, p, &second), -EADDRINUSE);
	assert_int_equal(rmdir(path), 0);
}

/* This process alone sees a machine with our groups.  Without the right to do that, the
 * play that needs them is skipped. */
static int
groups_set_up(void **state)
{
	char path[] = "/tmp/edge-group-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	if (dprintf(fd, "root:x:0:\nedgepool-operator:x:64321:\n") > 0 &&
	    fchmod(fd, 0644) == 0 && unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		(void)mount(path, "/etc/group", NULL, MS_BIND, NULL);
	close(fd);
	return unlink(path);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, place_set_up, place_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(verbs_answer_or_say_why_not),
	    TEST(large_answers_arrive_whole),
	    TEST(hostile_peers_cost_a_slot_and_no_more),
	    TEST(strangers_may_read_and_not_operate),
	    TEST(operators_are_known_by_any_of_their_groups),
	    TEST(when_all_slots_are_taken_others_wait),
	    TEST(without_descriptors_the_loop_rests),
	    TEST(absent_daemons_and_second_ones_are_told),
	};

	return cmocka_run_group_tests(tests, groups_set_up, NULL);
}
