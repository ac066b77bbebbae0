/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conditions - a line when one begins and when it ends, and none in between: not for the
 * same said again, not after a reload, not after a restart.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/log.h>
#include <edge/program.h>

#include "conditions.h"
#include "pool_watch.h"

struct lab {
	char dir[64];
	struct model *model;
	struct pulse pulse;
	struct publish publish;
	struct target target;
	size_t member_rows[1];
	struct pool_watch watch;
	int log_fd, stderr_fd;
};

static struct model *
model_make(void)
{
	struct arena *arena = arena_new(1 << 20);
	struct model *m = arena_alloc(arena, sizeof *m);
	struct pool *p = arena_alloc(arena, sizeof *p);
	const char *clash;

	m->arena = arena;
	m->n_pools = 1;
	m->pools = p;
	p->model = m;
	p->fqdn = "edge.contoso.net";
	p->services[SERVICE_ACCESS] = (struct service){
	    .kind = SERVICE_ACCESS, .enabled = true, .port = 443, .probe = PROBE_SIP};
	p->members = arena_alloc(arena, sizeof *p->members);
	p->n_members = 1;
	p->members[0] = (struct member){.name = "edge1", .fqdn = "edge1", .pool = p};
	assert_true(addr_parse(
	    "192.0.2.1", &p->members[0].at[ADDRESS_ACCESS].address.at[FAMILY_V4]));
	assert_int_equal(model_derive(m, &clash), 0);
	assert_int_equal(p->n_endpoints, 1);
	return m;
}

/* The rows of the watch, as pool_watch_attach() finds them. */
static void
rows_find(struct lab *lab)
{
	struct board *b = lab->publish.board;
	const struct pool *pool = &lab->model->pools[0];

	lab->target.endpoint = &pool->endpoints[0];
	lab->target.row = board_find(b, pool->endpoints[0].id);
	lab->member_rows[0] = board_find(b, pool->members[0].id);
	lab->watch = (struct pool_watch){.pool = pool,
	    .pulse = &lab->pulse,
	    .publish = &lab->publish,
	    .member_rows = lab->member_rows,
	    .row = board_find(b, pool->id)};
}

static int
lab_start(void **state)
{
	struct lab *lab = calloc(1, sizeof *lab);
	int ends[2];

	snprintf(lab->dir, sizeof lab->dir, "/tmp/edge-conditions-XXXXXX");
	assert_non_null(mkdtemp(lab->dir));
	lab->model = model_make();
	lab->pulse.now = NS_PER_S;
	assert_int_equal(publish_open(&lab->publish, lab->dir, lab->model), 0);
	rows_find(lab);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	lab->log_fd = ends[0];
	lab->stderr_fd = dup(STDERR_FILENO);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	log_open("edge-test", LOG_LEVEL_INFO);
	*state = lab;
	return 0;
}

static int
lab_end(void **state)
{
	struct lab *lab = *state;
	char path[PROGRAM_PATH_MAX];

	dup2(lab->stderr_fd, STDERR_FILENO);
	close(lab->stderr_fd);
	close(lab->log_fd);
	publish_close(&lab->publish);
	assert_true(program_path(path, lab->dir, "health", ".board"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(lab->dir), 0);
	model_free(&lab->model);
	free(lab);
	return 0;
}

static void
said(const struct lab *lab, const char *expected)
{
	char text[65536];
	ssize_t n = read(lab->log_fd, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	assert_string_equal(text, expected);
}

static void
each_change_is_one_line(void **state)
{
	struct lab *lab = *state;
	struct pool_watch *w = &lab->watch;

	conditions_set(w, &lab->target, CONDITION_OLD_TLS, false, NULL);
	said(lab, "");
	conditions_set(w, &lab->target, CONDITION_OLD_TLS, true, NULL);
	said(lab, "edge-test: warning: member edge1 access: raised: TLS is older than "
		  "1.2, at 192.0.2.1:443\n");
	conditions_set(w, &lab->target, CONDITION_OLD_TLS, true, "another text");
	said(lab, "");
	assert_true(conditions_get(w, &lab->target, CONDITION_OLD_TLS));
	assert_false(conditions_get(w, &lab->target, CONDITION_FLAPPING));
	conditions_set(w, &lab->target, CONDITION_OLD_TLS, false, "it is new");
	said(lab, "edge-test: member edge1 access: cleared: it is new, at "
		  "192.0.2.1:443\n");
	conditions_set(w, &lab->target, CONDITION_VIP_NOT_MEASURED, true, NULL);
	said(lab, "edge-test: member edge1 access: raised: the way through the VIP is "
		  "not measured, at 192.0.2.1:443\n");
}

static void
members_and_pools_have_their_own(void **state)
{
	struct lab *lab = *state;
	struct pool_watch *w = &lab->watch;

	conditions_set_member(w, 0, CONDITION_FLAPPING, true, NULL);
	said(lab, "edge-test: warning: member edge1: raised: changes between up and "
		  "down too often\n");
	conditions_set_pool(w, CONDITION_FLAPPING, true, "a text");
	said(lab, "edge-test: warning: pool edge.contoso.net: raised: a text\n");
	assert_false(conditions_get(w, &lab->target, CONDITION_FLAPPING));
	conditions_set_member(w, 0, CONDITION_FLAPPING, true, NULL);
	conditions_set_pool(w, CONDITION_FLAPPING, true, NULL);
	said(lab, "");
}

static void
what_was_raised_outlives_reload_and_restart(void **state)
{
	struct lab *lab = *state;

	conditions_set(&lab->watch, &lab->target, CONDITION_CERT_NAME, true, "x");
	said(lab, "edge-test: warning: member edge1 access: raised: x, at "
		  "192.0.2.1:443\n");
	assert_int_equal(publish_replace(&lab->publish, lab->model), 0);
	rows_find(lab);
	conditions_set(&lab->watch, &lab->target, CONDITION_CERT_NAME, true, "x");
	publish_close(&lab->publish);
	assert_int_equal(publish_open(&lab->publish, lab->dir, lab->model), 0);
	rows_find(lab);
	assert_true(conditions_get(&lab->watch, &lab->target, CONDITION_CERT_NAME));
	conditions_set(&lab->watch, &lab->target, CONDITION_CERT_NAME, true, "x");
	said(lab, "");
	conditions_forget(&lab->watch, &lab->target);
	said(lab, "edge-test: member edge1 access: cleared: the certificate lacks a "
		  "name that peers check, at 192.0.2.1:443\n");
}

static void
a_flood_of_changes_is_no_flood_of_lines(void **state)
{
	struct condition_pace p = {0};
	int64_t now = 7 * NS_PER_S;

	(void)state;
	for (int i = 0; i < CONDITION_BURST; i++)
		assert_true(condition_pace_allows(&p, now));
	assert_false(condition_pace_allows(&p, now));
	assert_false(condition_pace_allows(&p, now + NS_PER_S - 1));
	assert_int_equal(p.unsaid, 2);
	assert_true(condition_pace_allows(&p, now + NS_PER_S));
	assert_false(condition_pace_allows(&p, now + NS_PER_S));
	now += 86400 * NS_PER_S; /* a quiet day saves no more than a burst */
	for (int i = 0; i < CONDITION_BURST; i++)
		assert_true(condition_pace_allows(&p, now));
	assert_false(condition_pace_allows(&p, now));
}

static void
what_went_unsaid_is_counted(void **state)
{
	struct lab *lab = *state;
	struct pool_watch *w = &lab->watch;
	char text[65536];

	for (int i = 0; i < CONDITION_BURST + 3; i++)
		conditions_set(w, &lab->target, CONDITION_FLAPPING, i % 2 == 0, "a");
	assert_true(read(lab->log_fd, text, sizeof text) > 0);
	/* The board has it, said or not. */
	assert_true(conditions_get(w, &lab->target, CONDITION_FLAPPING) ==
		    (CONDITION_BURST % 2 == 0));
	lab->pulse.now += NS_PER_S;
	conditions_set_pool(w, CONDITION_FLAPPING, true, "b");
	said(lab, "edge-test: warning: pool edge.contoso.net: raised: b (3 changes "
		  "before went unsaid)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(each_change_is_one_line, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		members_and_pools_have_their_own, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		what_was_raised_outlives_reload_and_restart, lab_start, lab_end),
	    cmocka_unit_test(a_flood_of_changes_is_no_flood_of_lines),
	    cmocka_unit_test_setup_teardown(
		what_went_unsaid_is_counted, lab_start, lab_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
