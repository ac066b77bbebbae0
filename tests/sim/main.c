/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-sim: one member of an Edge pool, as far as the network can tell.
 *
 * A test program, never installed.  One process is one member, so that a test can kill
 * a member by killing a process.  Says "ready" on standard output when every port is
 * open; ends with 0 on SIGTERM and SIGINT, with 2 when it cannot start.
 */
#include "control.h"
#include "options.h"

#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static void
on_signal(EV_P_ ev_signal *w, int revents)
{
	(void)w;
	(void)revents;
	ev_break(EV_A_ EVBREAK_ALL);
}

/* Thousands of connections need as many descriptors. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int
fail(const char *what, const char *why)
{
	fprintf(stderr, "edge-sim: %s%s%s\n", what, what[0] != '\0' ? ": " : "", why);
	return 2;
}

static int
start_endpoints(struct options *o, struct control *c, char *why, size_t why_len)
{
	for (size_t i = 0; i < o->n_endpoints; i++) {
		struct endpoint *e = &o->endpoints[i];

		e->member = &o->member;
		e->loop = c->loop;
		if (endpoint_start(e, why, why_len) != 0)
			return -1;
	}
	for (size_t i = 0; i < o->n_illnesses; i++) {
		struct octets answer = {0};

		control_do(c, o->illnesses[i], &answer);
		bool ok = memcmp(answer.bytes, "ok", 2) == 0;
		if (!ok)
			snprintf(why, why_len, "--sick %s: %.*s", o->illnesses[i],
			    (int)answer.len - 1, (const char *)answer.bytes);
		octets_fini(&answer);
		if (!ok)
			return -1;
	}
	return 0;
}

static int
run(struct options *o, struct ev_loop *loop)
{
	struct control control = {.loop = loop,
	    .name = o->member.manner.name,
	    .path = o->control,
	    .endpoints = o->endpoints,
	    .n_endpoints = o->n_endpoints};
	ev_signal term, interrupt;
	char why[1024];
	int ret = 0;
	int err = journal_open(&o->member.journal, o->log, o->log_lines, control.name);

	if (err != 0)
		return fail(o->log, strerror(-err));
	ev_signal_init(&term, on_signal, SIGTERM);
	ev_signal_start(loop, &term);
	ev_signal_init(&interrupt, on_signal, SIGINT);
	ev_signal_start(loop, &interrupt);
	err = control_start(&control);
	if (err != 0) {
		ret = fail(o->control, strerror(-err));
	} else if (start_endpoints(o, &control, why, sizeof why) != 0) {
		ret = fail("", why);
	} else {
		printf("ready\n");
		fflush(stdout);
		ev_run(loop, 0);
	}
	control_stop(&control);
	for (size_t i = 0; i < o->n_endpoints; i++) {
		if (o->endpoints[i].loop != NULL)
			endpoint_stop(&o->endpoints[i]);
	}
	journal_close(&o->member.journal);
	return ret;
}

int
main(int argc, char **argv)
{
	static struct options options;
	char why[512];
	int parsed = options_parse(&options, argc, argv, why, sizeof why);

	if (parsed < 0)
		return fail("", why);
	if (parsed > 0) {
		options_help(argv[0]);
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	if (loop == NULL)
		return fail("event loop", "cannot be made");
	int ret = run(&options, loop);
	ev_loop_destroy(loop);
	return ret;
}
