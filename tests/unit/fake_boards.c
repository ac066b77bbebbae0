/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-fake-boards - plays edge-health and edge-lb for plays of the readers of boards.
 *
 * Writes both boards of a configuration with everybody up, keeps them fresh, answers the
 * verbs drain, enable and disable on health.ctl, and some more there:
 *
 *   state NAME HEALTH REASON    a member "POOL/NAME" or an endpoint's full name
 *   quiet NAME HEALTH REASON    the same without a notice: it was lost
 *   panic POOL SERVICES         services now in panic
 *   lb NAME WORD NUMBER         a word of a listener or endpoint, or of "process"
 *   health NAME WORD NUMBER     a word of a pool, member or endpoint
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/boards.h>
#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/ctl.h>
#include <edge/notice.h>
#include <edge/program.h>
#include <edge/state.h>

struct fake {
	struct program program;
	struct model *model;
	struct board *health, *lb;
	int notice_fd;
};

static uint64_t
id_find(const struct model *m, const char *name)
{
	if (strcmp(name, "process") == 0)
		return BOARD_PROCESS_ID;
	if (model_member(m, name) != NULL)
		return model_member(m, name)->id;
	if (model_pool(m, name) != NULL)
		return model_pool(m, name)->id;
	for (size_t p = 0; p < m->n_pools; p++) {
		const struct pool *pool = &m->pools[p];

		for (size_t i = 0; i < pool->n_endpoints; i++)
			if (strcmp(pool->endpoints[i].full_name, name) == 0)
				return pool->endpoints[i].id;
		for (size_t i = 0; i < pool->n_listeners; i++)
			if (strcmp(pool->listeners[i].full_name, name) == 0)
				return pool->listeners[i].id;
	}
	return 0;
}

/* Changes what is not NULL or -1 of the state of @id. */
static bool
state_change(
    struct fake *f, uint64_t id, int health, int admin, const char *reason, bool tell)
{
	size_t row = board_find(f->health, id);
	struct state st;
	bool changed = false;

	if (row == BOARD_NO_ROW)
		return false;
	st = state_unpack(board_load(f->health, row, HEALTH_FIELD_STATE));
	if (health >= 0 && st.health != (enum health)health) {
		changed = st.health != HEALTH_UNKNOWN; /* as edge-health counts */
		st.health = (enum health)health;
		st.flips++;
	}
	if (admin >= 0)
		st.admin = (enum admin)admin;
	for (int r = 0; reason != NULL && r < REASONS; r++)
		if (strcmp(reason_word((enum reason)r), reason) == 0)
			st.reason = (enum reason)r;
	st.since_s = (uint32_t)(clock_boot_ns() / NS_PER_S);
	board_store(f->health, row, HEALTH_FIELD_STATE, state_pack(&st));
	if (changed)
		board_add(f->health, row, HEALTH_FIELD_TRANSITIONS, 1);
	if (tell)
		notice_send(f->notice_fd, f->program.run_dir, "snmp", NOTICE_STATE, id,
		    state_pack(&st));
	return true;
}

static void
verb_admin(void *owner, struct ctl_request *req)
{
	struct fake *f = owner;
	const enum admin admin = strcmp(req->argv[0], "drain") == 0    ? ADMIN_DRAINING
				 : strcmp(req->argv[0], "enable") == 0 ? ADMIN_ENABLED
								       : ADMIN_DISABLED;
	const struct member *m = model_member(f->model, req->argv[1]);

	if (m == NULL || !state_change(f, m->id, -1, (int)admin, NULL, true))
		ctl_fail(req, "no such member");
}

static void
verb_state(void *owner, struct ctl_request *req)
{
	struct fake *f = owner;

	if (!state_change(f, id_find(f->model, req->argv[1]), health_parse(req->argv[2]),
		-1, req->argv[3], strcmp(req->argv[0], "state") == 0))
		ctl_fail(req, "no such row");
}

static void
verb_panic(void *owner, struct ctl_request *req)
{
	struct fake *f = owner;
	size_t row = board_find(f->health, id_find(f->model, req->argv[1]));

	if (row == BOARD_NO_ROW)
		ctl_fail(req, "no such pool");
	else
		board_store(f->health, row, HEALTH_FIELD_PANIC_NOW,
		    strtoull(req->argv[2], NULL, 10));
}

static void
verb_lb(void *owner, struct ctl_request *req)
{
	struct fake *f = owner;
	size_t row = board_find(f->lb, id_find(f->model, req->argv[1]));

	for (enum lb_field w = 0; row != BOARD_NO_ROW && w < LB_FIELDS; w++) {
		if (strcmp(lb_field_word(w), req->argv[2]) == 0) {
			board_store(f->lb, row, w, strtoull(req->argv[3], NULL, 10));
			return;
		}
	}
	ctl_fail(req, "no such row or word");
}

static void
verb_health(void *owner, struct ctl_request *req)
{
	struct fake *f = owner;
	size_t row = board_find(f->health, id_find(f->model, req->argv[1]));

	for (enum health_field w = 0; row != BOARD_NO_ROW && w < HEALTH_FIELDS; w++) {
		if (strcmp(health_field_word(w), req->argv[2]) == 0) {
			board_store(f->health, row, w, strtoull(req->argv[3], NULL, 10));
			return;
		}
	}
	ctl_fail(req, "no such row or word");
}

static void
verb_status(void *owner, struct ctl_request *req)
{
	(void)owner;
	sbuf_addf(req->out, "playing\n");
}

static const struct ctl_verb verbs[] = {
    {"status", CTL_READ, 0, 0, verb_status, "status: whether it plays"},
    {"drain", CTL_OPERATE, 1, 1, verb_admin, "drain MEMBER"},
    {"enable", CTL_OPERATE, 1, 1, verb_admin, "enable MEMBER"},
    {"disable", CTL_OPERATE, 1, 1, verb_admin, "disable MEMBER"},
    {"state", CTL_OPERATE, 3, 3, verb_state, "state NAME HEALTH REASON"},
    {"quiet", CTL_OPERATE, 3, 3, verb_state, "quiet NAME HEALTH REASON"},
    {"panic", CTL_OPERATE, 2, 2, verb_panic, "panic POOL SERVICES"},
    {"lb", CTL_OPERATE, 3, 3, verb_lb, "lb NAME WORD NUMBER"},
    {"health", CTL_OPERATE, 3, 3, verb_health, "health NAME WORD NUMBER"},
};

static void
boards_start(struct fake *f)
{
	size_t n_health, n_lb;
	struct board_row_spec *health = health_board_rows(f->model, &n_health);
	struct board_row_spec *lb = lb_board_rows(f->model, &n_lb);

	if (board_create(f->program.run_dir, &health_board_spec, health, n_health,
		f->model->hash, &f->health) != 0 ||
	    board_create(f->program.run_dir, &lb_board_spec, lb, n_lb, f->model->hash,
		&f->lb) != 0)
		exit(2);
	for (size_t i = 0; i < n_health; i++)
		if (health[i].kind != ROW_POOL)
			state_change(f, health[i].id, HEALTH_UP, -1, "ok", false);
	free(health);
	free(lb);
}

int
main(int argc, char **argv)
{
	struct fake f = {0};
	struct ctl_server *ctl = NULL;
	struct diags diags;

	program_start(&f.program, argc, argv, "play edge-health and edge-lb");
	diags_init(&diags);
	if (!conf_load(f.program.conf_file, &f.model, &diags)) {
		diags_print(&diags, stderr);
		return 2;
	}
	f.notice_fd = notice_sender_open();
	boards_start(&f);
	if (ctl_open(f.program.run_dir, "health", verbs, countof(verbs), &f, &ctl) != 0)
		return 2;
	for (;;) {
		struct pollfd fd = {.fd = ctl_fd(ctl), .events = POLLIN};

		poll(&fd, 1, 1000);
		board_beat(f.health);
		board_beat(f.lb);
		ctl_dispatch(ctl);
	}
}
