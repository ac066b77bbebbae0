/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-dnslb - publishes the healthy members of DNS-mode pools as records.
 *
 * One thread, one poll(2) loop: signals, notices from edge-health, the control socket,
 * and at least once a second a turn of the publisher.  A turn may block (fsync, a
 * target's commands); nobody waits for this process.  At the end the records are left as
 * they are.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/boards.h>
#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/ctl.h>
#include <edge/log.h>
#include <edge/notice.h>
#include <edge/program.h>
#include <edge/sbuf.h>

#include "dns_ctl.h"
#include "publisher.h"
#include "systemd.h"

#define WHY_MAX    512
#define ANSWER_MAX ((size_t)1 << 20)

struct dnslb {
	struct program program;
	struct publisher *publisher;
	struct board *board;
	struct board_reader *health;
	struct dns_ctl verbs;
	struct ctl_server *ctl;
	int notice_fd, signal_fd;
	bool stopping;
};

static bool
prepare(const struct dnslb *d, struct publisher **ret, struct sbuf *answer)
{
	struct model *m = NULL;
	char why[WHY_MAX];

	if (!conf_load_said(d->program.conf_file, DIAG_NOTE, &m, answer))
		return false;
	if (publisher_new(&m, d->program.state_dir, why, sizeof why, ret))
		return true;
	sbuf_addf(answer, "%s\n", why);
	model_free(&m);
	return false;
}

static void
stay_alive(void *owner)
{
	struct dnslb *d = owner;

	board_beat(d->board);
	systemd_watchdog();
}

/* 0 or -errno; the board is new, or has this publisher's rows. */
static int
board_for(struct dnslb *d, struct publisher *p)
{
	size_t n = 0;
	struct board_row_spec *rows = publisher_rows(p, &n);
	uint64_t hash = publisher_model(p)->hash;
	int err;

	if (rows == NULL)
		return -ENOMEM;
	if (d->board == NULL)
		err = board_create(
		    d->program.run_dir, &dns_board_spec, rows, n, hash, &d->board);
	else
		err = board_replace(&d->board, rows, n, hash);
	free(rows);
	if (err == 0)
		publisher_attach(p, d->board, stay_alive, d);
	return err;
}

static void
take_turn(struct dnslb *d, int64_t *ret_due)
{
	*ret_due = publisher_turn(d->publisher, d->health, clock_mono_ns());
	stay_alive(d);
}

/* Everything that can fail comes first; then the new one takes over. */
static bool
reload(void *owner, struct sbuf *answer)
{
	struct dnslb *d = owner;
	struct publisher *p = NULL;
	int64_t due;
	int err;

	systemd_reloading();
	if (!prepare(d, &p, answer)) {
		log_error("reload refused: the configuration before stays in effect");
		systemd_ready();
		return false;
	}
	publisher_adopt(p, d->publisher);
	err = board_for(d, p);
	if (err != 0) {
		sbuf_addf(answer, "dns.board: %s\n", strerror(-err));
		log_error("reload refused: dns.board: %s", strerror(-err));
		publisher_free(&p);
		systemd_ready();
		return false;
	}
	publisher_free(&d->publisher);
	d->publisher = d->verbs.publisher = p;
	take_turn(d, &due);
	log_info("configuration loaded anew");
	systemd_ready();
	return true;
}

static void
on_signal(struct dnslb *d)
{
	struct signalfd_siginfo info;

	while (read(d->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
		struct sbuf answer;

		if (info.ssi_signo != SIGHUP) {
			d->stopping = true;
			continue;
		}
		sbuf_init(&answer, ANSWER_MAX);
		if (!reload(d, &answer))
			log_verbatim(sbuf_text(&answer));
		sbuf_fini(&answer);
	}
}

static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Poll's timeout until @due, at most a second: the board is looked at that often even
 * when every notice was lost. */
static int
wait_ms(int64_t due)
{
	int64_t ns = due == INT64_MAX ? NS_PER_S : due - clock_mono_ns();

	if (ns > NS_PER_S)
		ns = NS_PER_S;
	return ns <= 0 ? 0 : (int)((ns + NS_PER_MS - 1) / NS_PER_MS);
}

static void
run(struct dnslb *d)
{
	int64_t due;

	take_turn(d, &due);
	systemd_ready();
	while (!d->stopping) {
		struct pollfd fds[] = {{.fd = d->signal_fd, .events = POLLIN},
		    {.fd = d->notice_fd, .events = POLLIN},
		    {.fd = ctl_fd(d->ctl), .events = POLLIN}};

		if (poll(fds, countof(fds), wait_ms(due)) < 0 && errno != EINTR)
			break;
		on_signal(d);
		(void)notice_drain(
		    d->notice_fd); /* whatever it says: look at the board */
		ctl_dispatch(d->ctl);
		take_turn(d, &due);
	}
	systemd_stopping();
}

/* 0, or a negative errno after what failed was logged. */
static int
open_all(struct dnslb *d)
{
	const char *run_dir = d->program.run_dir;
	int err;

	d->verbs =
	    (struct dns_ctl){.publisher = d->publisher, .reload = reload, .owner = d};
	d->signal_fd = open_signals();
	err =
	    ctl_open(run_dir, "dnslb", dns_ctl_verbs, dns_ctl_count, &d->verbs, &d->ctl);
	if (err != 0) {
		log_error("control socket %s/dnslb.ctl: %s", run_dir, ctl_open_text(err));
		return err;
	}
	err = board_for(d, d->publisher);
	if (err == 0)
		err = board_reader_new(run_dir, &health_board_spec, &d->health);
	if (err != 0) {
		log_error("boards in %s: %s", run_dir, strerror(-err));
		return err;
	}
	d->notice_fd = notice_open(run_dir, "dnslb");
	if (d->notice_fd < 0)
		log_error("notices in %s: %s", run_dir, strerror(-d->notice_fd));
	return d->notice_fd < 0 ? d->notice_fd : 0;
}

static void
close_all(struct dnslb *d)
{
	if (d->notice_fd >= 0)
		close(d->notice_fd);
	if (d->signal_fd >= 0)
		close(d->signal_fd);
	ctl_close(&d->ctl);
	board_reader_free(&d->health);
	board_close(&d->board);
	publisher_free(&d->publisher);
}

int
main(int argc, char **argv)
{
	struct dnslb d = {
	    .program = {.name = "edge-dnslb"}, .notice_fd = -1, .signal_fd = -1};
	struct sbuf answer;
	bool good;

	program_start(&d.program, argc, argv,
	    "Publishes the healthy members of Edge pools in DNS mode as zone files.");
	sbuf_init(&answer, ANSWER_MAX);
	good = prepare(&d, &d.publisher, &answer);
	log_verbatim(sbuf_text(&answer));
	sbuf_fini(&answer);
	if (good)
		good = open_all(&d) == 0;
	if (good)
		run(&d);
	close_all(&d);
	return good ? 0 : 2;
}
