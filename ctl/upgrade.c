/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upgrade - the verb: edge-lb is asked to let the installed program take its place, and
 * then how that went.
 *
 * The one that answers at the end may be another program than the one that was asked.
 * In between its control socket is gone for a moment, which is no failure.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <edge/clock.h>
#include <edge/ctl.h>

#include "daemons.h"
#include "edgectl.h"

#define ANSWER_MAX      16384
#define CALL_TIMEOUT_MS 10000
#define WAIT_NS         (60 * NS_PER_S) /* the check may take 30 */
#define LOOK_MS         50

struct progress {
	unsigned attempt;
	char stage[16];
	char text[4096];
};

/* "3 checking\nwhat there is to say\n" */
static bool
progress_parse(const char *answer, struct progress *ret)
{
	const char *end = strchr(answer, '\n');
	size_t n;

	if (end == NULL || sscanf(answer, "%u %15s", &ret->attempt, ret->stage) != 2)
		return false;
	n = strlen(end + 1);
	if (n >= sizeof ret->text)
		n = sizeof ret->text - 1;
	memcpy(ret->text, end + 1, n);
	while (n > 0 && ret->text[n - 1] == '\n')
		n--;
	ret->text[n] = '\0';
	return true;
}

/* As ctl_call(); *ret is set when it is 0. */
static int
ask(const struct edgectl *e, const char *request, struct progress *ret)
{
	struct sbuf answer;
	int err;

	sbuf_init(&answer, ANSWER_MAX);
	err = ctl_call(
	    e->run_dir, daemon_stem(DAEMON_LB), request, CALL_TIMEOUT_MS, &answer);
	if (err == 0 && !progress_parse(sbuf_text(&answer), ret))
		err = -EPROTO;
	if (err == -EREMOTEIO)
		complain(
		    "%s does not begin: %s", daemon_word(DAEMON_LB), sbuf_text(&answer));
	else if (err != 0 && strcmp(request, "upgrade") == 0)
		complain("%s %s", daemon_word(DAEMON_LB),
		    err == -EPROTO ? "answers what this edgectl does not understand"
				   : call_failure_text(err));
	sbuf_fini(&answer);
	return err;
}

/* Waits until attempt @attempt is over; false when that took too long. */
static bool
wait_for_end(const struct edgectl *e, unsigned attempt, struct progress *ret)
{
	int64_t deadline_ns = clock_mono_ns() + WAIT_NS;

	for (;;) {
		if (ask(e, "upgrade status", ret) == 0 &&
		    (ret->attempt != attempt || strcmp(ret->stage, "checking") != 0))
			return true;
		if (clock_mono_ns() >= deadline_ns)
			return false;
		(void)poll(NULL, 0, LOOK_MS);
	}
}

enum exit_code
upgrade_run(const struct edgectl *e, int argc, char **argv)
{
	struct progress p;
	unsigned attempt;

	if (argc > 1)
		return misused(argv[0], "");
	if (ask(e, "upgrade", &p) != 0)
		return EXIT_NOT_DONE;
	attempt = p.attempt;
	if (!wait_for_end(e, attempt, &p)) {
		complain(
		    "%s does not say how it went; see its log", daemon_word(DAEMON_LB));
		return EXIT_NOT_DONE;
	}
	if (p.attempt == attempt && strcmp(p.stage, "done") == 0) {
		printf("%-12s upgraded: %s\n", daemon_word(DAEMON_LB), p.text);
		return EXIT_DONE;
	}
	if (p.attempt != attempt)
		complain(
		    "%s was restarted meanwhile; see its log", daemon_word(DAEMON_LB));
	else
		complain("%s was not upgraded, everything goes on: %s",
		    daemon_word(DAEMON_LB), p.text);
	return EXIT_NOT_DONE;
}
