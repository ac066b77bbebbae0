/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-health-exec - runs the programs that edge-health wants to probe with, so that the
 * prober never forks.
 */
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/log.h>
#include <edge/program.h>

#include "server.h"
#include "systemd.h"

struct exec {
	struct server server;
	ev_signal terminate, interrupt, hangup;
	ev_timer beat;
};

static void
on_terminate(EV_P_ ev_signal *w, int revents)
{
	(void)w;
	(void)revents;
	ev_break(EV_A_ EVBREAK_ALL);
}

static void
on_hangup(EV_P_ ev_signal *w, int revents)
{
	struct exec *x = container_of(w, struct exec, hangup);

	(void)EV_A;
	(void)revents;
	systemd_reloading();
	server_reload(&x->server);
	systemd_ready();
}

static void
on_beat(EV_P_ ev_timer *w, int revents)
{
	(void)EV_A;
	(void)w;
	(void)revents;
	systemd_watchdog();
}

static void
watch(struct exec *x, struct ev_loop *loop)
{
	ev_signal_init(&x->terminate, on_terminate, SIGTERM);
	ev_signal_start(loop, &x->terminate);
	ev_signal_init(&x->interrupt, on_terminate, SIGINT);
	ev_signal_start(loop, &x->interrupt);
	ev_signal_init(&x->hangup, on_hangup, SIGHUP);
	ev_signal_start(loop, &x->hangup);
	ev_timer_init(&x->beat, on_beat, 1.0, 1.0);
	ev_timer_start(loop, &x->beat);
}

/* Descriptors 0 to 2 are ours to give away in children: they must be taken. */
static void
fill_standard_descriptors(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd <= 2)
		fd = dup(fd);
	if (fd > 2)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct program program = {.name = "edge-health-exec"};
	static struct exec x;
	struct ev_loop *loop;
	int err;

	fill_standard_descriptors();
	program_start(&program, argc, argv, "runs the programs edge-health probes with");
	loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (loop == NULL) {
		log_error("no event loop");
		return 2;
	}
	err = server_open(&x.server, loop, program.conf_file, program.run_dir);
	if (err == 0) {
		watch(&x, loop);
		log_info("ready");
		systemd_ready();
		ev_run(loop, 0);
		systemd_stopping();
		log_info("stopped");
	}
	server_close(&x.server);
	ev_loop_destroy(loop);
	return err == 0 ? 0 : 2;
}
