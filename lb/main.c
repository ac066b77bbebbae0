/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-lb - distributes sessions over the members of hardware-mode pools.
 *
 * This file owns signals and exit codes; lb.c owns everything else.
 */
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/log.h>

#include "systemd.h"

#include "lb.h"
#include "takeover.h"

#define REMARKS_MAX 65536

/* One log line per line of @text. */
static void
log_lines(void (*say)(const char *, ...), const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		if (n > 0)
			say("%.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void
on_hangup(EV_P_ ev_signal *signal, int revents)
{
	struct lb *lb = container_of(signal, struct lb, hangup);
	struct sbuf why;

	(void)loop;
	(void)revents;
	sbuf_init(&why, REMARKS_MAX);
	systemd_reloading();
	if (lb_reload(lb, &why) == 0) {
		log_lines(log_info, sbuf_text(&why));
		log_info("reloaded");
	} else {
		log_lines(log_error, sbuf_text(&why));
		log_error("not reloaded: the configuration before stays in effect");
	}
	systemd_ready();
	sbuf_fini(&why);
}

static void
on_replace(EV_P_ ev_signal *signal, int revents)
{
	struct lb *lb = container_of(signal, struct lb, replace);
	struct sbuf why;

	(void)loop;
	(void)revents;
	sbuf_init(&why, UPGRADE_TEXT);
	if (upgrade_begin(lb, &why) != 0)
		log_error("not upgraded, everything goes on: %s", sbuf_text(&why));
	sbuf_fini(&why);
}

static void
on_end(EV_P_ ev_signal *signal, int revents)
{
	(void)revents;
	upgrade_fini(signal->data); /* whoever is told to end begins nothing */
	ev_break(loop, EVBREAK_ALL);
}

static void
on_alive(EV_P_ ev_timer *timer, int revents)
{
	(void)loop;
	(void)timer;
	(void)revents;
	systemd_watchdog();
}

static void
signals_start(struct lb *lb)
{
	ev_signal_init(&lb->hangup, on_hangup, SIGHUP);
	ev_signal_start(lb->loop, &lb->hangup);
	ev_signal_init(&lb->terminate, on_end, SIGTERM);
	lb->terminate.data = lb;
	ev_signal_start(lb->loop, &lb->terminate);
	ev_signal_init(&lb->interrupt, on_end, SIGINT);
	lb->interrupt.data = lb;
	ev_signal_start(lb->loop, &lb->interrupt);
	ev_signal_init(&lb->replace, on_replace, SIGUSR2);
	ev_signal_start(lb->loop, &lb->replace);
	takeover_signals();
}

/* What upgrade.c adds to our arguments, at their end. */
struct role {
	enum { ROLE_START, ROLE_CHECK, ROLE_TAKE_OVER } role;
	int fd;
};

static struct role
role_of(int *argc, char **argv)
{
	struct role r = {ROLE_START, -1};

	if (*argc < 3)
		return r;
	if (strcmp(argv[*argc - 2], "--takeover-check") == 0)
		r.role = ROLE_CHECK;
	else if (strcmp(argv[*argc - 2], "--takeover") == 0)
		r.role = ROLE_TAKE_OVER;
	else
		return r;
	r.fd = atoi(argv[*argc - 1]);
	*argc -= 2;
	argv[*argc] = NULL;
	return r;
}

static int
check(const struct program *program, struct ev_loop *loop, int fd)
{
	struct sbuf why;
	int err;

	sbuf_init(&why, REMARKS_MAX);
	err = takeover_check(program, loop, fd, &why);
	log_lines(log_error, sbuf_text(&why));
	/* At once: what was built for the check belongs to nobody. */
	_exit(err == 0 ? 0 : 2);
}

static int
open_as(
    struct role role, struct lb *lb, const struct program *program, struct ev_loop *loop)
{
	struct sbuf why;
	int err;

	sbuf_init(&why, REMARKS_MAX);
	if (role.role == ROLE_TAKE_OVER)
		err = takeover(lb, program, loop, role.fd, &why);
	else
		err = lb_open(lb, program, loop, &why);
	log_lines(err == 0 ? log_warning : log_error, sbuf_text(&why));
	sbuf_fini(&why);
	return err;
}

int
main(int argc, char **argv)
{
	struct program program = {.name = "edge-lb"};
	struct ev_loop *loop;
	struct role role = role_of(&argc, argv);
	struct lb lb;
	ev_timer alive;
	int err;

	program_start(&program, argc, argv,
	    "distributes sessions over the members of Edge pools in hardware mode");
	loop = ev_default_loop(EVFLAG_AUTO | EVFLAG_NOENV);
	if (loop == NULL) {
		log_error("no event loop");
		return 2;
	}
	if (role.role == ROLE_CHECK)
		return check(&program, loop, role.fd);
	err = open_as(role, &lb, &program, loop);
	if (err == 0)
		err = upgrade_init(&lb, argc, argv);
	if (err != 0) {
		if (role.role == ROLE_START)
			lb_close(&lb);
		return 2;
	}
	signals_start(&lb);
	ev_timer_init(&alive, on_alive, 0., 1.);
	ev_timer_start(loop, &alive);
	log_info("%zu listeners, %u workers, at most %u sessions",
	    model_count_listeners(lb.model), lb.n_workers, lb.sessions_max);
	if (lb.view->n_all > lb.view->n_listeners)
		log_info("%zu of them in the kernel, at most %u sessions there",
		    lb.view->n_all - lb.view->n_listeners, kernel_flows_max(lb.kernel));
	systemd_ready();
	ev_run(loop, 0);
	systemd_stopping();
	lb_close(&lb);
	log_info("ended");
	return 0;
}
