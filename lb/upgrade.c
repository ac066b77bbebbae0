/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upgrade - see upgrade.h.
 *
 * The new program is run twice.  First as a child with --takeover-check and a copy of
 * the state: whatever is wrong with it (no program, a library missing, another state,
 * a configuration it refuses, a crash) shows there.  Then in our place.  Between the two
 * neither the program nor the configuration may change.
 */
#include "upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/diag.h>
#include <edge/log.h>

#include "lb.h"
#include "upgrade_state.h"

#define CHECK_FD    3 /* where the child finds the state */
#define CHECK_LIMIT 30.
#define PARK_NS     NS_PER_S
#define LOG_REST_NS (200 * NS_PER_MS)
#define EXTRA_ARGS  2

static const char *const stage_words[] = {
    [UPGRADE_IDLE] = "none",
    [UPGRADE_CHECKING] = "checking",
    [UPGRADE_REFUSED] = "refused",
    [UPGRADE_DONE] = "done",
};

const char *
upgrade_stage_word(enum upgrade_stage stage)
{
	return stage_words[stage];
}

/* --- start and end -------------------------------------------------------------------
 */

/* The path we were started with, so that a package which puts a new file there, or turns
 * a link to it, is followed; else what runs. */
static char *
program_path_of(const char *name)
{
	char text[4096];
	ssize_t n;

	if (strchr(name, '/') != NULL)
		return strdup(name);
	n = readlink("/proc/self/exe", text, sizeof text - 1);
	if (n <= 0)
		return NULL;
	text[n] = '\0';
	return strdup(text);
}

int
upgrade_init(struct lb *lb, int argc, char **argv)
{
	struct upgrade *u = &lb->upgrade;

	u->argv = argv;
	u->argc = argc;
	u->output_fd = -1;
	u->program = program_path_of(argv[0]);
	return u->program == NULL ? -ENOMEM : 0;
}

static void
check_close(struct lb *lb)
{
	struct upgrade *u = &lb->upgrade;

	ev_child_stop(lb->loop, &u->child);
	ev_timer_stop(lb->loop, &u->limit);
	if (u->output_fd < 0)
		return;
	ev_io_stop(lb->loop, &u->output_io);
	close(u->output_fd);
	u->output_fd = -1;
}

void
upgrade_fini(struct lb *lb)
{
	struct upgrade *u = &lb->upgrade;

	if (u->stage == UPGRADE_CHECKING) {
		kill(u->child.pid, SIGKILL);
		check_close(lb);
	}
	free(u->program);
	u->program = NULL;
}

static void
refuse(struct lb *lb, const char *text)
{
	struct upgrade *u = &lb->upgrade;

	u->stage = UPGRADE_REFUSED;
	snprintf(u->text, sizeof u->text, "%s", text);
	log_error("not upgraded, everything goes on: %s", u->text);
}

/* --- the second run: in our place ------------------------------------------------------
 */

/* @extra begins with an option and its value; NULL-terminated, to be freed. */
static char **
arguments(const struct upgrade *u, char *option, char *value)
{
	char **argv = calloc((size_t)u->argc + EXTRA_ARGS + 1, sizeof *argv);

	if (argv == NULL)
		return NULL;
	for (int i = 0; i < u->argc; i++)
		argv[i] = u->argv[i];
	argv[u->argc] = option;
	argv[u->argc + 1] = value;
	return argv;
}

/* Signals that come while nobody handles them wait for the next program. */
static void
hold_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(how, &set, NULL);
}

/* execve() with these descriptors; returns only when it failed. */
static int
replace(struct lb *lb, int state_fd, const struct saved *s, struct sbuf *why)
{
	struct upgrade *u = &lb->upgrade;
	char option[] = "--takeover", value[16];
	char **argv = arguments(u, option, value);
	size_t n;
	int *fds = saved_descriptors(s, &n), err = -ENOMEM;

	snprintf(value, sizeof value, "%d", state_fd);
	if (argv != NULL && fds != NULL) {
		hold_signals(SIG_BLOCK);
		descriptors_keep(fds, n);
		descriptors_keep(&state_fd, 1);
		execve(u->program, argv, environ);
		err = -errno;
		descriptors_close_on_exec(fds, n);
		hold_signals(SIG_UNBLOCK);
	}
	sbuf_addf(why, "%s: %s", u->program, strerror(-err));
	free(fds);
	free(argv);
	return err;
}

/* The state as it is at this moment, in a file; @ret_saved points into @ret_codec.
 * -errno with a sentence in @why. */
static int
take_state(struct lb *lb, int64_t parked_ns, struct codec *c, struct saved *ret_saved,
    struct sbuf *why)
{
	int fd, err = upgrade_state_collect(lb, parked_ns, c, why);

	if (err != 0)
		return err;
	err = saved_read(ret_saved, c->octets, c->n, why);
	if (err == 0) {
		fd = upgrade_state_file(c);
		if (fd >= 0)
			return fd;
		err = fd;
		sbuf_addf(why, "a memory file for the state: %s", strerror(-err));
		saved_fini(ret_saved);
	}
	codec_fini(c);
	return err;
}

static int
park(struct lb *lb, struct sbuf *why)
{
	int err = worker_park(lb->workers, lb->n_workers, ++lb->upgrade.parks, PARK_NS);

	if (err != 0)
		sbuf_addf(why, "a worker did not come to rest within a second");
	return err;
}

/* execve() would wait for a writer that the disk holds, and all sessions with it. */
static int
rest_log(struct lb *lb, struct sbuf *why)
{
	if (session_log_rest(lb->log, LOG_REST_NS))
		return 0;
	sbuf_addf(why, "the writer of the session log hangs: %s",
	    lb->model->lb.log_sessions != NULL ? lb->model->lb.log_sessions
					       : "in the file before");
	return -EBUSY;
}

/* Parked and at rest: state, execve().  Returns only when it failed. */
static void
hand_over_parked(struct lb *lb, int64_t parked_ns, struct sbuf *why)
{
	struct codec c;
	struct saved s;
	int fd;

	lb_stats_write(lb);
	fd = take_state(lb, parked_ns, &c, &s, why);
	if (fd < 0)
		return;
	replace(lb, fd, &s, why);
	close(fd);
	saved_fini(&s);
	codec_fini(&c);
}

/* Returns only when it failed. */
static void
hand_over(struct lb *lb)
{
	int64_t parked_ns;
	struct sbuf why;

	sbuf_init(&why, UPGRADE_TEXT);
	/* Once before the pause, which is short then: what waits is written, and a writer
	 * that hangs costs nobody anything. */
	if (rest_log(lb, &why) == 0) {
		session_log_resume(lb->log);
		parked_ns = clock_mono_ns();
		if (park(lb, &why) == 0) {
			if (rest_log(lb, &why) == 0)
				hand_over_parked(lb, parked_ns, &why);
			session_log_resume(lb->log);
			worker_resume(lb->workers, lb->n_workers);
		}
	}
	refuse(lb, sbuf_text(&why));
	sbuf_fini(&why);
}

/* --- the first run: a check ------------------------------------------------------------
 */

static bool
is_same_file(const struct stat *a, const char *path)
{
	struct stat b;

	return stat(path, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino &&
	       a->st_size == b.st_size && a->st_mtim.tv_sec == b.st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

static bool
says_yes(const struct upgrade *u)
{
	const char *line = strstr(u->output, UPGRADE_YES);

	return line != NULL && (line == u->output || line[-1] == '\n');
}

static void
describe_end(struct upgrade *u, int status, struct sbuf *why)
{
	sbuf_addf(why, "%s cannot take over: ", u->program);
	if (WIFSIGNALED(status))
		sbuf_addf(why, "its check was ended by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == 0)
		sbuf_addf(why, "it did not answer the check: is it an edge-lb?");
	else
		sbuf_addf(why, "its check ended with %d", WEXITSTATUS(status));
	if (u->n_output > 0)
		sbuf_addf(why, "\n%s", u->output);
	while (why->length > 0 && why->text[why->length - 1] == '\n')
		why->text[--why->length] = '\0';
}

static void
read_output(struct upgrade *u)
{
	for (;;) {
		char more[256];
		ssize_t n = read(u->output_fd, more, sizeof more);
		size_t room = sizeof u->output - 1 - u->n_output;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		if ((size_t)n < room)
			room = (size_t)n;
		memcpy(u->output + u->n_output, more, room);
		u->n_output += room;
	}
}

static void
on_output(EV_P_ ev_io *io, int revents)
{
	struct upgrade *u = container_of(io, struct upgrade, output_io);
	size_t before = u->n_output;

	(void)revents;
	read_output(u);
	if (u->n_output == before)
		ev_io_stop(loop, io); /* its end, or more than anybody wants to read */
}

static void
on_checked(EV_P_ ev_child *child, int revents)
{
	struct upgrade *u = container_of(child, struct upgrade, child);
	struct lb *lb = container_of(u, struct lb, upgrade);
	int status = child->rstatus;
	struct sbuf why;

	(void)loop;
	(void)revents;
	read_output(u);
	check_close(lb);
	sbuf_init(&why, UPGRADE_TEXT);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !says_yes(u))
		describe_end(u, status, &why);
	else if (!is_same_file(&u->program_stat, u->program) ||
		 !is_same_file(&u->conf_stat, lb->program.conf_file))
		sbuf_addf(&why, "the program or the configuration changed while it was "
				"checked: try again");
	if (why.length == 0)
		hand_over(lb);
	else
		refuse(lb, sbuf_text(&why));
	sbuf_fini(&why);
}

static void
on_limit(EV_P_ ev_timer *timer, int revents)
{
	struct upgrade *u = container_of(timer, struct upgrade, limit);

	(void)loop;
	(void)revents;
	kill(u->child.pid, SIGKILL); /* on_checked() tells the rest */
}

/* Between its beginning and its exec the child has copies of all our descriptors, and a
 * socket that a worker closes meanwhile would stay in the worker's epoll set and speak of
 * a session that is freed.  So the workers are parked, and the child closes the copies
 * itself: exec would do that only after posix_spawn() has returned to us. */
static int
spawn(struct upgrade *u, int state_fd, int output_fd, pid_t *ret)
{
	char option[] = "--takeover-check", value[] = {'0' + CHECK_FD, '\0'};
	char **argv = arguments(u, option, value);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int err = ENOMEM;

	if (argv == NULL)
		return -ENOMEM;
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	if (posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) ==
		0 &&
	    posix_spawn_file_actions_adddup2(&actions, output_fd, 1) == 0 &&
	    posix_spawn_file_actions_adddup2(&actions, output_fd, 2) == 0 &&
	    posix_spawn_file_actions_adddup2(&actions, state_fd, CHECK_FD) == 0 &&
	    posix_spawn_file_actions_addclosefrom_np(&actions, CHECK_FD + 1) == 0)
		err = posix_spawn(ret, u->program, &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(argv);
	return -err;
}

static void
watch_child(struct lb *lb, pid_t pid, int output_fd)
{
	struct upgrade *u = &lb->upgrade;

	memset(u->output, 0, sizeof u->output);
	u->n_output = 0;
	u->output_fd = output_fd;
	ev_io_init(&u->output_io, on_output, output_fd, EV_READ);
	ev_io_start(lb->loop, &u->output_io);
	ev_child_init(&u->child, on_checked, pid, 0);
	ev_child_start(lb->loop, &u->child);
	ev_timer_init(&u->limit, on_limit, CHECK_LIMIT, 0.);
	ev_timer_start(lb->loop, &u->limit);
}

static int
start_check(struct lb *lb, int state_fd, struct sbuf *why)
{
	int out[2], err;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) != 0) {
		err = -errno;
		sbuf_addf(why, "a pipe for the check: %s", strerror(-err));
		return err;
	}
	err = spawn(&lb->upgrade, state_fd, out[1], &pid);
	close(out[1]);
	if (err == 0) {
		watch_child(lb, pid, out[0]);
		return 0;
	}
	close(out[0]);
	sbuf_addf(why, "%s cannot be run: %s", lb->upgrade.program, strerror(-err));
	return err;
}

/* The next program reads the file as it is; so it must be what is in effect. */
static int
check_configuration(struct lb *lb, struct sbuf *why)
{
	struct model *m = NULL;
	bool same;

	if (stat(lb->program.conf_file, &lb->upgrade.conf_stat) != 0 ||
	    !conf_load_said(lb->program.conf_file, DIAG_ERROR, &m, why)) {
		sbuf_addf(why, "the configuration file has errors: put it right first");
		return -EINVAL;
	}
	same = m->hash == lb->model->hash;
	model_free(&m);
	if (same)
		return 0;
	sbuf_addf(why, "the configuration file is not the one in effect: reload first");
	return -EINVAL;
}

int
upgrade_begin(struct lb *lb, struct sbuf *why)
{
	struct upgrade *u = &lb->upgrade;
	struct codec c;
	struct saved s;
	int fd, err;

	if (u->stage == UPGRADE_CHECKING) {
		sbuf_addf(why, "an upgrade is under way");
		return -EALREADY;
	}
	err = check_configuration(lb, why);
	if (err == 0 && stat(u->program, &u->program_stat) != 0) {
		err = -errno;
		sbuf_addf(why, "%s: %s", u->program, strerror(-err));
	}
	if (err == 0)
		err = park(lb, why);
	if (err != 0)
		return err;
	u->attempts++;
	fd = take_state(lb, 0, &c, &s, why);
	if (fd >= 0)
		err = start_check(lb, fd, why);
	worker_resume(lb->workers, lb->n_workers);
	if (fd < 0)
		return fd;
	saved_fini(&s);
	codec_fini(&c);
	close(fd);
	if (err == 0)
		u->stage = UPGRADE_CHECKING;
	return err;
}
