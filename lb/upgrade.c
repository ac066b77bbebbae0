/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upgrade - see upgrade.h.
 *
 * The new program is run twice: as a check (upgrade_check.c), then in our place
 * (upgrade_replace.c).  Between the two neither the program nor the configuration may
 * change.
 */
#include "upgrade.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/diag.h>
#include <edge/log.h>

#include "lb.h"
#include "upgrade_parts.h"
#include "upgrade_state.h"

#define EXTRA_ARGS 2

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

void
upgrade_fini(struct lb *lb)
{
	struct upgrade *u = &lb->upgrade;

	if (u->stage == UPGRADE_CHECKING) {
		if (u->output_fd >= 0)
			kill(u->child.pid, SIGKILL);
		upgrade_check_close(lb);
		ev_timer_stop(lb->loop, &u->turn);
		u->stage = UPGRADE_IDLE;
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

/* --- from the beginning to the end of one
 * --------------------------------------------
 */

char **
upgrade_arguments(const struct upgrade *u, char *option, char *value)
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

static bool
is_same_file(const struct stat *a, const char *path)
{
	struct stat b;

	return stat(path, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino &&
	       a->st_size == b.st_size && a->st_mtim.tv_sec == b.st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

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

static void
on_turn(EV_P_ ev_timer *timer, int revents)
{
	struct upgrade *u = container_of(timer, struct upgrade, turn);
	struct lb *lb = container_of(u, struct lb, upgrade);
	struct sbuf why;

	(void)loop;
	(void)revents;
	sbuf_init(&why, UPGRADE_TEXT);
	if (!is_same_file(&u->program_stat, u->program) ||
	    !is_same_file(&u->conf_stat, lb->program.conf_file))
		sbuf_addf(&why, "the program or the configuration changed while it was "
				"checked: try again");
	else
		upgrade_replace(lb, &why);
	hold_signals(SIG_UNBLOCK);
	refuse(lb, sbuf_text(&why));
	sbuf_fini(&why);
}

/* A signal that was caught and not yet dealt with would be lost by execve(), one that is
 * blocked waits for the next program.  So they are blocked one turn before: what was
 * caught comes first in that turn. */
void
upgrade_checked(struct lb *lb, struct sbuf *why)
{
	struct upgrade *u = &lb->upgrade;

	if (why->length != 0) {
		refuse(lb, sbuf_text(why));
		return;
	}
	hold_signals(SIG_BLOCK);
	ev_timer_init(&u->turn, on_turn, 0., 0.);
	ev_set_priority(&u->turn, EV_MINPRI);
	ev_timer_start(lb->loop, &u->turn);
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
	struct upgrade_state s;
	int64_t parked_ns;
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
	parked_ns = clock_mono_ns();
	if (err == 0)
		err = upgrade_park(lb, why);
	if (err != 0)
		return err;
	u->attempts++;
	fd = upgrade_take_state(lb, 0, &s, why);
	if (fd >= 0)
		err = upgrade_check_start(lb, fd, why);
	worker_resume(lb->workers, lb->n_workers);
	parked_ns = clock_mono_ns() - parked_ns;
	upgrade_state_fini(&s);
	if (fd < 0)
		return fd;
	close(fd);
	if (err != 0)
		return err;
	u->stage = UPGRADE_CHECKING;
	log_info("%s is checked with a copy of the state, which took %.1f ms of silence",
	    u->program, (double)parked_ns / NS_PER_MS);
	return 0;
}
