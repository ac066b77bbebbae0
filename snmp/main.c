/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main - edge-snmp: start, one select loop, stop.
 *
 * The loop may stand still in net-snmp for parts of a second, longer while the master
 * agent is stopped: nothing else runs in this process, and nobody waits for it.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/log.h>
#include <systemd.h>

#include "publisher.h"

enum { FD_SIGNAL, FD_NOTICE, FD_CTL, FDS };

static int
signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
say(const struct diags *diags)
{
	struct sbuf text;

	sbuf_init(&text, DIAGS_MAX * (size_t)DIAG_TEXT_MAX);
	diags_text(diags, DIAG_NOTE, &text);
	log_verbatim(sbuf_text(&text));
	sbuf_fini(&text);
}

static void
on_hangup(struct publisher *p)
{
	struct diags diags;

	systemd_reloading();
	diags_init(&diags);
	if (publisher_reload(p, &diags))
		log_info("reloaded, configuration %016llx",
		    (unsigned long long)p->model->hash);
	else
		log_error("the configuration is bad, the old one stays");
	say(&diags);
	diags_fini(&diags);
	systemd_ready();
}

static void
on_signal(struct publisher *p, int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGHUP)
			on_hangup(p);
		else
			p->stop = true;
	}
}

static void
run(struct publisher *p, int signal_fd)
{
	const int fds[FDS] = {[FD_SIGNAL] = signal_fd,
	    [FD_NOTICE] = p->notice_fd,
	    [FD_CTL] = ctl_fd(p->ctl)};
	int64_t now = clock_mono_ns();
	bool ready[FDS];

	while (!p->stop && !p->restart) {
		agent_wait(p->agent, fds, ready, FDS, publisher_wait_ms(p, now));
		now = clock_mono_ns();
		if (ready[FD_SIGNAL])
			on_signal(p, signal_fd);
		ctl_dispatch(p->ctl);
		publisher_look(p, now);
		publisher_send(p, now);
		systemd_watchdog();
	}
}

static struct model *
model_load(const char *path)
{
	struct model *m = NULL;
	struct diags diags;
	bool ok;

	diags_init(&diags);
	ok = conf_load(path, &m, &diags);
	if (!ok)
		say(&diags);
	diags_fini(&diags);
	return ok ? m : NULL;
}

int
main(int argc, char **argv)
{
	struct program program = {.name = "edge-snmp"};
	struct publisher publisher;
	struct model *m;
	int signal_fd;

	program_start(&program, argc, argv,
	    "publish members, their states and counters to a master SNMP agent");
	m = model_load(program.conf_file);
	if (m == NULL)
		return 2;
	signal_fd = signals_open();
	if (signal_fd < 0) {
		model_free(&m);
		return 2;
	}
	if (publisher_open(&publisher, &program, &m) != 0) {
		publisher_close(&publisher);
		close(signal_fd);
		return 2;
	}
	systemd_ready();
	run(&publisher, signal_fd);
	systemd_stopping();
	publisher_close(&publisher);
	close(signal_fd);
	if (publisher.restart) {
		execv("/proc/self/exe", argv);
		log_error("cannot start anew");
		return 2;
	}
	return 0;
}
