/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The publisher over a real health board and real files; time is an argument.  Settle
 * time is 2 s, spacing 5 s.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include <edge/boards.h>
#include <edge/clock.h>
#include <edge/id.h>
#include <edge/log.h>

#include "dns_fixture.h"
#include "publisher.h"

#define OUTSIDE "external/contoso.com"
#define INSIDE  "internal/contoso.net"

static const struct shape two = {.fqdn = "lsedge.contoso.net",
    .domains = {"contoso.com"},
    .members = {"edge1", "edge2"},
    .access = "sip.contoso.com",
    .webconf = "webcon.contoso.com",
    .av = "av.contoso.com"};

struct house {
	char dir[64];
	struct publisher *p;
	struct board *health, *dns;
	struct board_reader *reader;
	struct dns_target target;
	char reloads[128]; /* a file that the reload command appends a line to */
};

static void
new_publisher(struct house *h, bool with_target)
{
	struct model *m = fixture_model(&two, 1);
	struct publisher *p = NULL;
	size_t n = 0;
	struct board_row_spec *rows;
	char why[256];

	m->dns.settle_ns = 2 * NS_PER_S;
	m->dns.spacing_ns = 5 * NS_PER_S;
	if (with_target) {
		m->dns.targets = &h->target;
		m->dns.n_targets = 1;
	}
	if (!publisher_new(&m, h->dir, why, sizeof why, &p))
		fail_msg("%s", why);
	if (h->p != NULL)
		publisher_adopt(p, h->p);
	publisher_free(&h->p);
	h->p = p;
	rows = publisher_rows(p, &n);
	if (h->dns == NULL)
		assert_int_equal(
		    board_create(h->dir, &dns_board_spec, rows, n, 1, &h->dns), 0);
	else
		assert_int_equal(board_replace(&h->dns, rows, n, 2), 0);
	free(rows);
	publisher_attach(p, h->dns, NULL, NULL);
}

static int
setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);

	log_open("test", LOG_LEVEL_ERROR - 1);
	strcpy(h->dir, "/tmp/edge-pub-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->reloads, sizeof h->reloads, "%s/reloads", h->dir);
	h->target = (struct dns_target){.name = "ext",
	    .kind = TARGET_FILE,
	    .view = "external",
	    .zone = "contoso.com"};
	assert_int_equal(board_reader_new(h->dir, &health_board_spec, &h->reader), 0);
	*state = h;
	return 0;
}

static int
teardown(void **state)
{
	struct house *h = *state;
	char command[128];

	publisher_free(&h->p);
	board_close(&h->health);
	board_close(&h->dns);
	board_reader_free(&h->reader);
	snprintf(command, sizeof command, "rm -rf '%s'", h->dir);
	if (system(command) != 0)
		return -1;
	free(h);
	return 0;
}

/* Writes the health board: all up, except what @spec says. */
static void
health_says(struct house *h, const char *spec)
{
	const struct model *m = publisher_model(h->p);
	struct state *states = fixture_states(m, spec);
	size_t n = 0;

	if (h->health == NULL) {
		struct board_row_spec *rows = health_board_rows(m, &n);

		assert_int_equal(
		    board_create(h->dir, &health_board_spec, rows, n, 1, &h->health), 0);
		free(rows);
	}
	for (size_t i = 0; i < m->pools[0].n_endpoints; i++)
		board_store(h->health, board_find(h->health, m->pools[0].endpoints[i].id),
		    HEALTH_FIELD_STATE, state_pack(&states[i]));
	board_beat(h->health);
	free(states);
}

static void
turn(struct house *h, int now_s)
{
	publisher_turn(h->p, h->reader, now_s * NS_PER_S);
}

static void
path_of(const struct house *h, const char *name, char *ret, size_t size)
{
	snprintf(ret, size, "%s/dns/%s.zone", h->dir, name);
}

static char *
text_of(const struct house *h, const char *name)
{
	char path[256], *text = NULL;
	size_t size = 0;
	FILE *f;

	path_of(h, name, path, sizeof path);
	f = fopen(path, "r");
	if (f == NULL)
		return NULL;
	if (getdelim(&text, &size, '\0', f) < 0)
		text[0] = '\0';
	fclose(f);
	return text;
}

static void
assert_text(const struct house *h, const char *name, const char *holds, const char *lacks)
{
	char *text = text_of(h, name);

	assert_non_null(text);
	if (holds != NULL && strstr(text, holds) == NULL)
		fail_msg("%s should hold '%s':\n%s", name, holds, text);
	if (lacks != NULL && strstr(text, lacks) != NULL)
		fail_msg("%s should lack '%s':\n%s", name, lacks, text);
	free(text);
}

static struct stat
stat_of(const struct house *h, const char *name)
{
	char path[256];
	struct stat st;

	path_of(h, name, path, sizeof path);
	assert_int_equal(stat(path, &st), 0);
	return st;
}

static uint64_t
row_word(const struct house *h, const char *row, enum dns_field field)
{
	char name[128];

	if (row == NULL)
		return board_load(h->dns, board_find(h->dns, BOARD_PROCESS_ID), field);
	snprintf(name, sizeof name, "zone %s", row);
	return board_load(h->dns, board_find(h->dns, id_of(name)), field);
}

static void
overwrite(const struct house *h, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	path_of(h, name, path, sizeof path);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

#define EDGE2_OUT "sip.contoso.com.\t60\tIN\tA\t131.107.155.11"

static void
test_without_a_health_board_everything_is_published_once(void **state)
{
	struct house *h = *state;
	struct stat before, after;

	new_publisher(h, false);
	turn(h, 1);
	assert_text(h, OUTSIDE, EDGE2_OUT, NULL);
	assert_text(h, OUTSIDE, "; state: unproven", NULL);
	assert_text(h, INSIDE, "edge1.contoso.net.", NULL);
	assert_int_equal(row_word(h, NULL, DNS_FIELD_FROZEN), 1);
	assert_int_equal(row_word(h, NULL, DNS_FIELD_WRITES), 2);
	before = stat_of(h, OUTSIDE);
	for (int t = 2; t < 100; t++)
		turn(h, t);
	after = stat_of(h, OUTSIDE);
	assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(row_word(h, NULL, DNS_FIELD_WRITES), 2);
}

static void
test_a_member_leaves_and_returns_after_the_settle_time(void **state)
{
	struct house *h = *state;
	struct stat inside;

	new_publisher(h, false);
	health_says(h, "");
	turn(h, 10);
	assert_text(h, OUTSIDE, "; state: complete", NULL);
	inside = stat_of(h, INSIDE);
	health_says(h, "edge2/external down");
	turn(h, 20);
	turn(h, 21);
	assert_text(h, OUTSIDE, EDGE2_OUT, NULL);
	turn(h, 22);
	assert_text(h, OUTSIDE, "; state: reduced", EDGE2_OUT);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_WITHDRAWN), 3);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_RECORDS), 5);
	health_says(h, "");
	turn(h, 23);
	turn(h, 26);
	assert_text(h, OUTSIDE, NULL, EDGE2_OUT); /* spacing: 22 + 5 */
	turn(h, 27);
	assert_text(h, OUTSIDE, EDGE2_OUT, NULL);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_WRITES), 3);
	assert_int_equal(inside.st_ino, stat_of(h, INSIDE).st_ino);
}

static void
test_a_flap_within_the_settle_time_writes_nothing(void **state)
{
	struct house *h = *state;

	new_publisher(h, false);
	health_says(h, "");
	turn(h, 10);
	health_says(h, "edge2 down");
	turn(h, 20);
	health_says(h, "");
	turn(h, 21);
	turn(h, 30);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_WRITES), 1);
}

static void
test_all_down_is_published_in_full_and_loudly(void **state)
{
	struct house *h = *state;

	new_publisher(h, false);
	health_says(h, "");
	turn(h, 10);
	health_says(h, "* down");
	turn(h, 20);
	turn(h, 22);
	assert_text(h, OUTSIDE, EDGE2_OUT, NULL);
	assert_text(h, OUTSIDE, "; state: FAIL OPEN", NULL);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_FAIL_OPEN), 3);
	assert_int_equal(row_word(h, INSIDE, DNS_FIELD_FAIL_OPEN), 1);
}

static void
test_members_without_a_verdict_freeze_their_zone(void **state)
{
	struct house *h = *state;

	new_publisher(h, false);
	health_says(h, "");
	turn(h, 10);
	health_says(h, "edge1/external unknown; edge2/external down");
	turn(h, 20);
	turn(h, 40);
	assert_text(h, OUTSIDE, EDGE2_OUT, NULL);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_FROZEN), 1);
	assert_int_equal(row_word(h, INSIDE, DNS_FIELD_FROZEN), 0);
	/* A prober that never decides does not freeze for ever. */
	health_says(h, "edge1/external unknown; edge2/external down");
	turn(h, 55);
	turn(h, 58);
	assert_text(h, OUTSIDE, "; state: FAIL OPEN", NULL);
}

static void
test_a_damaged_file_is_mended_at_once(void **state)
{
	struct house *h = *state;
	char path[256], *good;

	new_publisher(h, false);
	health_says(h, "");
	turn(h, 10);
	good = text_of(h, OUTSIDE);
	good[strlen(good) - 30] = '\0';
	overwrite(h, OUTSIDE, good);
	free(good);
	turn(h, 20);
	assert_text(h, OUTSIDE, "; end n=8", NULL);
	path_of(h, OUTSIDE, path, sizeof path);
	assert_int_equal(unlink(path), 0);
	turn(h, 30);
	assert_text(h, OUTSIDE, "; end n=8", NULL);
	overwrite(h, OUTSIDE, "");
	turn(h, 40);
	assert_text(h, OUTSIDE, "; end n=8", NULL);
}

static void
test_a_file_of_somebody_else_is_never_replaced(void **state)
{
	struct house *h = *state;
	char path[256];
	struct sbuf text;

	new_publisher(h, false);
	overwrite(h, OUTSIDE, "@ IN SOA ns.contoso.com. root 1 2 3 4 5\n");
	for (int t = 10; t < 60; t++)
		turn(h, t);
	assert_text(h, OUTSIDE, "@ IN SOA", "edgepool");
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_ERRORS), 1);
	sbuf_init(&text, 10000);
	publisher_status(h->p, &text);
	assert_non_null(strstr(sbuf_text(&text), "not ours is in the way"));
	sbuf_fini(&text);
	path_of(h, OUTSIDE, path, sizeof path);
	assert_int_equal(unlink(path), 0);
	turn(h, 60);
	assert_text(h, OUTSIDE, EDGE2_OUT, NULL);
}

static void
test_no_directory_keeps_trying(void **state)
{
	struct house *h = *state;
	char dir[128], away[128];

	new_publisher(h, false);
	snprintf(dir, sizeof dir, "%s/dns/external", h->dir);
	snprintf(away, sizeof away, "%s/dns/away", h->dir);
	assert_int_equal(rename(dir, away), 0);
	turn(h, 10);
	turn(h, 11);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_ERRORS), 1);
	turn(h, 15);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_ERRORS), 2);
	assert_int_equal(rename(away, dir), 0);
	turn(h, 20);
	assert_text(h, OUTSIDE, EDGE2_OUT, NULL);
	assert_int_equal(row_word(h, INSIDE, DNS_FIELD_ERRORS), 0);
}

static size_t
lines_in(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = 0;

	if (f == NULL)
		return 0;
	for (int c = getc(f); c != EOF; c = getc(f))
		n += c == '\n';
	fclose(f);
	return n;
}

static void
test_the_name_server_is_told_after_each_change(void **state)
{
	struct house *h = *state;
	const char *reload[] = {"sh", "-c", "echo told >>\"$0\"", h->reloads, NULL};

	h->target.reload = reload;
	new_publisher(h, true);
	health_says(h, "");
	turn(h, 10);
	turn(h, 11);
	assert_int_equal(lines_in(h->reloads), 1);
	health_says(h, "edge2 down");
	turn(h, 20);
	turn(h, 22);
	turn(h, 23);
	assert_int_equal(lines_in(h->reloads), 2);
	new_publisher(h, true); /* a reload of ours owes nothing */
	turn(h, 24);
	assert_int_equal(lines_in(h->reloads), 2);
}

static void
test_a_reload_that_fails_is_repeated(void **state)
{
	struct house *h = *state;
	const char *reload[] = {"sh", "-c",
	    "echo told >>\"$0\"; test $(wc -l <\"$0\") -ge 3", h->reloads, NULL};

	h->target.reload = reload;
	new_publisher(h, true);
	health_says(h, "");
	for (int t = 10; t < 40; t++)
		turn(h, t);
	assert_int_equal(lines_in(h->reloads), 3);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_ERRORS), 2);
}

static void
test_a_text_that_fails_its_check_replaces_nothing(void **state)
{
	struct house *h = *state;
	const char *check[] = {"sh", "-c", "! grep -q reduced \"$0\"", "%s", NULL};

	h->target.check = check;
	new_publisher(h, true);
	health_says(h, "");
	turn(h, 10);
	health_says(h, "edge2 down");
	turn(h, 20);
	turn(h, 22);
	assert_text(h, OUTSIDE, EDGE2_OUT, NULL);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_ERRORS), 1);
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_WRITES), 1);
}

static void
test_a_check_in_place_rolls_back(void **state)
{
	struct house *h = *state;
	char path[256];
	const char *check[] = {"sh", "-c", "! grep -q reduced \"$0\"", path, NULL};

	path_of(h, OUTSIDE, path, sizeof path);
	h->target.check = check;
	new_publisher(h, true);
	health_says(h, "");
	turn(h, 10);
	health_says(h, "edge2 down");
	turn(h, 20);
	turn(h, 22);
	assert_text(h, OUTSIDE, EDGE2_OUT, NULL);
	assert_text(h, OUTSIDE, "; state: complete", "reduced");
	assert_int_equal(row_word(h, OUTSIDE, DNS_FIELD_ERRORS), 1);
	health_says(h, "edge1 down; edge2 down");
	turn(h, 30);
	turn(h, 32);
	assert_text(h, OUTSIDE, "; state: FAIL OPEN", NULL);
}

/* Whoever edits the file between our rename and our next look is noticed. */
static void
test_an_edit_during_a_write_is_noticed(void **state)
{
	struct house *h = *state;
	char path[256];
	const char *check[] = {"sh", "-c",
	    "test -e \"$0\" || { : >\"$0\"; head -c 300 \"$1\" >\"$1.e\"; mv \"$1.e\" "
	    "\"$1\"; }",
	    h->reloads, path, NULL};

	path_of(h, OUTSIDE, path, sizeof path);
	h->target.check = check;
	new_publisher(h, true);
	health_says(h, "");
	turn(h, 10);
	assert_text(h, OUTSIDE, NULL, "; end n=");
	for (int t = 11; t < 20; t++)
		turn(h, t);
	assert_text(h, OUTSIDE, "; end n=8", NULL);
}

static void
test_plan_and_show(void **state)
{
	struct house *h = *state;
	struct sbuf text;

	new_publisher(h, false);
	health_says(h, "");
	turn(h, 10);
	sbuf_init(&text, 100000);
	publisher_plan(h->p, &text);
	assert_string_equal(sbuf_text(&text), "");
	health_says(h, "edge2/external/access down");
	turn(h, 20);
	publisher_plan(h->p, &text);
	assert_non_null(strstr(sbuf_text(&text), "\n-" EDGE2_OUT "\n"));
	assert_null(strstr(sbuf_text(&text), "\n+sip"));
	sbuf_fini(&text);
	assert_true(publisher_show(h->p, OUTSIDE, &text));
	assert_non_null(strstr(sbuf_text(&text), EDGE2_OUT));
	assert_false(publisher_show(h->p, "external/nowhere", &text));
	sbuf_fini(&text);
}

#define HOUSE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    HOUSE_TEST(test_without_a_health_board_everything_is_published_once),
	    HOUSE_TEST(test_a_member_leaves_and_returns_after_the_settle_time),
	    HOUSE_TEST(test_a_flap_within_the_settle_time_writes_nothing),
	    HOUSE_TEST(test_all_down_is_published_in_full_and_loudly),
	    HOUSE_TEST(test_members_without_a_verdict_freeze_their_zone),
	    HOUSE_TEST(test_a_damaged_file_is_mended_at_once),
	    HOUSE_TEST(test_a_file_of_somebody_else_is_never_replaced),
	    HOUSE_TEST(test_no_directory_keeps_trying),
	    HOUSE_TEST(test_the_name_server_is_told_after_each_change),
	    HOUSE_TEST(test_a_reload_that_fails_is_repeated),
	    HOUSE_TEST(test_a_text_that_fails_its_check_replaces_nothing),
	    HOUSE_TEST(test_a_check_in_place_rolls_back),
	    HOUSE_TEST(test_an_edit_during_a_write_is_noticed),
	    HOUSE_TEST(test_plan_and_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
