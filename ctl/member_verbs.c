/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * member_verbs - drain, enable and disable: one request to edge-health, which alone
 * decides states; everybody else learns it from its board.
 *
 * The name is resolved here first, for a better error than the daemon's.  When the file
 * has errors the daemon, which runs an older one, is asked all the same: taking a member
 * out must never wait for a configuration to be repaired.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <edge/boards.h>
#include <edge/ctl.h>
#include <edge/state.h>

#include "edgectl.h"
#include "member_name.h"

#define ANSWER_MAX      4096
#define CALL_TIMEOUT_MS 5000

static void
print_sessions(const struct edgectl *e, const struct member *member)
{
	const struct pool *pool = member->pool;
	struct board_reader *r = NULL;
	uint64_t sessions = 0;

	if (pool->sides[SIDE_EXTERNAL].balancing == BALANCING_DNS) {
		printf("%s: addresses leave the records; what is connected stays\n",
		    member->full_name);
		return;
	}
	if (board_reader_new(e->run_dir, &lb_board_spec, &r) != 0)
		return;
	board_reader_refresh(r);
	for (size_t i = 0; i < pool->n_endpoints; i++) {
		size_t row = board_reader_find(r, pool->endpoints[i].id);

		if (pool->endpoints[i].member == member && row != BOARD_NO_ROW)
			sessions += board_reader_load(r, row, LB_FIELD_SESSIONS);
	}
	if (board_reader_present(r) && board_reader_age_ns(r) <= BOARD_STALE_NS)
		printf("%s: %" PRIu64
		       " session%s left; edgectl status %s shows them go\n",
		    member->full_name, sessions, sessions == 1 ? "" : "s", pool->fqdn);
	else
		printf("%s: edge-lb is not running, so sessions are not known\n",
		    member->full_name);
	board_reader_free(&r);
}

/* A person who takes out the last member should know at once. */
static void
warn_if_last(const struct edgectl *e, const struct pool *pool)
{
	struct board_reader *r = NULL;
	bool any = false;

	if (board_reader_new(e->run_dir, &health_board_spec, &r) != 0)
		return;
	board_reader_refresh(r);
	for (size_t i = 0; i < pool->n_members && !any; i++) {
		struct state s = health_state(r, pool->members[i].id, pool);

		any = state_use(&s) == USE_NEW;
	}
	if (board_reader_present(r) && !any)
		complain("warning: no member of %s takes new sessions now", pool->fqdn);
	board_reader_free(&r);
}

static enum exit_code
member_ask(const struct edgectl *e, const char *verb, const char *name)
{
	enum exit_code code = EXIT_NOT_DONE;
	char request[sizeof "disable " + 2 * MODEL_NAME_MAX + 2];
	struct sbuf answer;
	int err;

	if (snprintf(request, sizeof request, "%s %s", verb, name) >=
	    (int)sizeof request) {
		complain("a name of that length does not exist");
		return EXIT_WRONG;
	}
	sbuf_init(&answer, ANSWER_MAX);
	err = ctl_call(e->run_dir, "health", request, CALL_TIMEOUT_MS, &answer);
	if (err == 0) {
		fputs(sbuf_text(&answer), stdout);
		code = EXIT_DONE;
	} else if (err == -EREMOTEIO) {
		complain("edge-health refused: %s", sbuf_text(&answer));
	} else {
		complain(
		    "edge-health %s; states stay as they are", call_failure_text(err));
	}
	sbuf_fini(&answer);
	return code;
}

enum exit_code
member_run(const struct edgectl *e, int argc, char **argv)
{
	const struct member *member;
	enum exit_code code = EXIT_WRONG;
	struct model *m;
	struct sbuf why;

	if (argc != 2 || argv[1][0] == '-' || strpbrk(argv[1], " \t\r\n") != NULL)
		return misused(argv[0], "MEMBER");
	m = model_read(e, false);
	if (m == NULL) {
		complain("%s has errors; asking edge-health all the same", e->conf_file);
		return member_ask(e, argv[0], argv[1]);
	}
	sbuf_init(&why, ANSWER_MAX);
	member = member_name_find(m, argv[1], &why);
	if (member == NULL)
		complain("%s", sbuf_text(&why));
	else
		code = member_ask(e, argv[0], member->full_name);
	if (code == EXIT_DONE && strcmp(argv[0], "drain") == 0)
		print_sessions(e, member);
	if (code == EXIT_DONE && strcmp(argv[0], "enable") != 0)
		warn_if_last(e, member->pool);
	sbuf_fini(&why);
	model_free(&m);
	return code;
}
