/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reload - the verb: the file is checked here, then each daemon is asked in turn, then
 * the boards must show the new configuration.
 *
 * In order: who decides states first, who uses them after.  The first refusal ends it, so
 * that no more daemons go ahead of the one that stays behind; rows match by id, so what
 * runs in between is harmless.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <edge/boards.h>
#include <edge/clock.h>
#include <edge/ctl.h>

#include "daemons.h"
#include "edgectl.h"

#define ANSWER_MAX      (256u << 10) /* DIAGS_MAX diagnostics */
#define CALL_TIMEOUT_MS 20000
#define BOARD_WAIT_NS   (10 * NS_PER_S)
#define BOARD_LOOK_MS   50

enum outcome { OUTCOME_DONE, OUTCOME_ABSENT, OUTCOME_FAILED };

/* Lines of an answer, each under the daemon's name. */
static void
print_indented(const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		if (n > 0)
			printf("    %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static enum outcome
daemon_ask(const struct edgectl *e, enum daemon d, bool needed)
{
	enum outcome outcome = OUTCOME_FAILED;
	struct sbuf answer;
	int err;

	sbuf_init(&answer, ANSWER_MAX);
	err = ctl_call(e->run_dir, daemon_stem(d), "reload", CALL_TIMEOUT_MS, &answer);
	if (err == 0) {
		/* what it has to say about the file was said above */
		printf("%-12s reloaded\n", daemon_word(d));
		outcome = OUTCOME_DONE;
	} else if (err == -EREMOTEIO) {
		printf(
		    "%-12s refused; it keeps the configuration it has\n", daemon_word(d));
		print_indented(sbuf_text(&answer));
	} else {
		printf("%-12s %s%s\n", daemon_word(d), call_failure_text(err),
		    needed ? "" : "; nothing in the configuration needs it");
		if (err == -ENOENT || err == -ECONNREFUSED)
			outcome = OUTCOME_ABSENT;
	}
	sbuf_fini(&answer);
	fflush(stdout);
	return outcome;
}

static const struct board_spec *
board_of(enum daemon d)
{
	switch (d) {
	case DAEMON_HEALTH:
		return &health_board_spec;
	case DAEMON_LB:
		return &lb_board_spec;
	case DAEMON_DNSLB:
		return &dns_board_spec;
	case DAEMON_SNMP:
	case DAEMONS:
		break;
	}
	return NULL;
}

/* Waits until the daemon's board shows @hash. */
static bool
board_wait(const struct edgectl *e, enum daemon d, uint64_t hash, int64_t deadline_ns)
{
	struct board_reader *r = NULL;
	bool shown = false;

	if (board_reader_new(e->run_dir, board_of(d), &r) != 0)
		return false;
	for (;;) {
		board_reader_refresh(r);
		shown = board_reader_present(r) && board_reader_conf_hash(r) == hash;
		if (shown || clock_mono_ns() >= deadline_ns)
			break;
		(void)poll(NULL, 0, BOARD_LOOK_MS);
	}
	board_reader_free(&r);
	return shown;
}

static enum exit_code
reload_all(const struct edgectl *e, const struct model *m)
{
	int64_t deadline_ns;
	enum exit_code code = EXIT_DONE;
	bool reloaded[DAEMONS] = {false};

	for (enum daemon d = DAEMON_HEALTH; d < DAEMONS; d++) {
		bool needed = picture_daemon_is_needed(m, d);
		enum outcome outcome = daemon_ask(e, d, needed);

		reloaded[d] = outcome == OUTCOME_DONE;
		if (outcome == OUTCOME_ABSENT && needed)
			code = EXIT_NOT_DONE;
		if (outcome == OUTCOME_FAILED) {
			if (d + 1 < DAEMONS)
				printf("%-12s not asked, nor those after it\n",
				    daemon_word(d + 1));
			return EXIT_NOT_DONE;
		}
	}
	deadline_ns = clock_mono_ns() + BOARD_WAIT_NS;
	for (enum daemon d = DAEMON_HEALTH; d < DAEMONS; d++) {
		if (!reloaded[d] || board_of(d) == NULL ||
		    board_wait(e, d, m->hash, deadline_ns))
			continue;
		complain("%s does not show this configuration: does it read %s?",
		    daemon_word(d), e->conf_file);
		code = EXIT_NOT_DONE;
	}
	return code;
}

enum exit_code
reload_run(const struct edgectl *e, int argc, char **argv)
{
	enum exit_code code;
	struct model *m;

	if (argc > 1)
		return misused(argv[0], "");
	m = model_read(e, true);
	if (m == NULL) {
		complain("%s has errors; no daemon was asked, all keep what they have",
		    e->conf_file);
		return EXIT_WRONG;
	}
	code = reload_all(e, m);
	model_free(&m);
	return code;
}
