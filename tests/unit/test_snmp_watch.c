/* SPDX-License-Identifier: BSD-2-Clause */
/* Which notifications two looks make, and how they wait. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include <edge/clock.h>

#include "snmp_fixture.h"
#include "watch.h"

#define S(n) ((n)*NS_PER_S)

/* Looks, compares, and returns what there is to send as "MemberDown MemberUp ". */
static const char *
events(struct fixture *f, int64_t boot_ns, char ret[512])
{
	struct notify_queue *q = notify_queue_new();
	struct snapshot *before = fixture_look(f, boot_ns);
	const struct event *e;

	watch_compare(before, f->snapshot, q);
	snapshot_free(&before);
	ret[0] = '\0';
	while ((e = notify_next(q, 0, 0)) != NULL) {
		strcat(ret, mib_notifications[e->kind].name + strlen("edgePool"));
		strcat(ret, " ");
		notify_sent(q, 0);
	}
	notify_queue_free(&q);
	return ret;
}

static const struct member *
member(const struct fixture *f)
{
	return &f->model->pools[0].members[0];
}

static void
member_health(struct fixture *f, enum health health, uint64_t transitions)
{
	fixture_state(f, member(f)->id, health, ADMIN_ENABLED,
	    health == HEALTH_UP ? REASON_OK : REASON_CONNECT_REFUSED);
	fixture_health_word(f, member(f)->id, HEALTH_FIELD_TRANSITIONS, transitions);
}

static void
trouble_is_told_once_and_its_end_once(void **state)
{
	static const struct {
		const char *sentence;
		enum health health;
		uint64_t transitions;
		const char *expected;
	} steps[] = {
	    {"a member nobody probed yet is no news", HEALTH_UNKNOWN, 0, ""},
	    {"the first up is no news", HEALTH_UP, 0, ""},
	    {"down is told", HEALTH_DOWN, 1, "MemberDown "},
	    {"still down is no news", HEALTH_DOWN, 1, ""},
	    {"unknown in between says nothing", HEALTH_UNKNOWN, 1, ""},
	    {"down again was told already", HEALTH_DOWN, 1, ""},
	    {"up is told", HEALTH_UP, 2, "MemberUp "},
	    {"still up is no news", HEALTH_UP, 2, ""},
	    {"down and up between two looks are both told", HEALTH_UP, 4,
		"MemberDown MemberUp "},
	    {"a counter seen late is no news", HEALTH_UP, 5, ""},
	    {"with one more it was two: down and up, seen late", HEALTH_UP, 6,
		"MemberDown MemberUp "},
	    {"a counter that began anew is no news", HEALTH_UP, 0, ""},
	    {"a member that is new again", HEALTH_UNKNOWN, 0, ""},
	    {"down and up before anybody looked are told", HEALTH_UP, 1,
		"MemberDown MemberUp "},
	    {"a down that stays is told as ever", HEALTH_DOWN, 2, "MemberDown "},
	};
	struct fixture *f = *state;
	char text[512];

	fixture_health_start(f);
	for (size_t i = 0; i < countof(steps); i++) {
		member_health(f, steps[i].health, steps[i].transitions);
		if (strcmp(events(f, S(1) + (int64_t)i, text), steps[i].expected) != 0)
			fail_msg("%s: '%s'", steps[i].sentence, text);
	}
}

static void
what_is_down_at_the_first_look_is_told(void **state)
{
	struct fixture *f = *state;
	char text[512];

	fixture_health_start(f);
	member_health(f, HEALTH_DOWN, 7);
	assert_string_equal(events(f, S(1), text), "MemberDown ");
	member_health(f, HEALTH_UP, 8);
	assert_string_equal(events(f, S(2), text), "MemberUp ");
}

static void
down_and_up_while_down_is_told_too(void **state)
{
	struct fixture *f = *state;
	char text[512];

	fixture_health_start(f);
	member_health(f, HEALTH_DOWN, 1);
	events(f, S(1), text);
	member_health(f, HEALTH_DOWN, 3);
	assert_string_equal(events(f, S(2), text), "MemberUp MemberDown ");
}

static void
endpoints_pools_and_wishes_are_told(void **state)
{
	struct fixture *f = *state;
	const struct pool *p = &f->model->pools[0];
	char text[512];

	fixture_health_start(f);
	assert_string_equal(events(f, S(1), text), "");
	fixture_state(
	    f, p->endpoints[0].id, HEALTH_DOWN, ADMIN_ENABLED, REASON_TLS_FAILED);
	assert_string_equal(events(f, S(2), text), "EndpointDown ");
	fixture_state(f, p->endpoints[0].id, HEALTH_UP, ADMIN_ENABLED, REASON_OK);
	fixture_health_word(f, p->id, HEALTH_FIELD_PANIC_NOW, 2);
	assert_string_equal(events(f, S(3), text), "PanicStart EndpointUp ");
	fixture_health_word(f, p->id, HEALTH_FIELD_PANIC_NOW, 0);
	fixture_state(f, member(f)->id, HEALTH_UP, ADMIN_DRAINING, REASON_OK);
	assert_string_equal(events(f, S(4), text), "PanicStop MemberAdminChange ");
}

static void
a_silent_writer_is_told_and_its_return(void **state)
{
	struct fixture *f = *state;
	struct board_reader *reader;
	char text[512];

	fixture_health_start(f);
	assert_string_equal(events(f, S(1), text), "");
	reader = f->readers[BOARD_HEALTH];
	assert_int_equal(
	    board_reader_new("/nowhere", &health_board_spec, &f->readers[BOARD_HEALTH]),
	    0);
	assert_string_equal(events(f, S(2), text), "");
	assert_string_equal(events(f, S(9), text), "DataStale ");
	assert_string_equal(events(f, S(10), text), "");
	board_reader_free(&f->readers[BOARD_HEALTH]);
	f->readers[BOARD_HEALTH] = reader;
	assert_string_equal(events(f, S(11), text), "DataFresh ");
}

/* "+3" for each begun, "-3" for each ended, by bit. */
static const char *
conditions(struct fixture *f, int64_t boot_ns, char ret[512])
{
	struct notify_queue *q = notify_queue_new();
	struct snapshot *before = fixture_look(f, boot_ns);
	const struct event *e;
	size_t n = 0;

	watch_compare(before, f->snapshot, q);
	snapshot_free(&before);
	ret[0] = '\0';
	for (; (e = notify_next(q, 0, 0)) != NULL; notify_sent(q, 0))
		n += (size_t)snprintf(ret + n, 512 - n, "%s%d ",
		    e->kind == NOTIFICATION_CONDITION_RAISED    ? "+"
		    : e->kind == NOTIFICATION_CONDITION_CLEARED ? "-"
								: "?",
		    (int)e->values[2].number - 1);
	notify_queue_free(&q);
	return ret;
}

static void
conditions_are_told_when_they_begin_and_end(void **state)
{
	static const uint64_t note = UINT64_C(1) << CONDITION_VIP_NOT_MEASURED;
	struct fixture *f = *state;
	const struct pool *p = &f->model->pools[0];
	char text[512];

	fixture_health_start(f);
	fixture_health_word(f, p->endpoints[0].id, HEALTH_FIELD_CONDITIONS, 1u << 2);
	assert_string_equal(conditions(f, S(1), text), "+2 "); /* it was there already */
	assert_string_equal(conditions(f, S(2), text), "");
	fixture_health_word(
	    f, p->endpoints[0].id, HEALTH_FIELD_CONDITIONS, 1u << 2 | 1u << 9 | note);
	fixture_health_word(f, p->members[1].id, HEALTH_FIELD_CONDITIONS, 1u << 11);
	fixture_health_word(f, p->id, HEALTH_FIELD_CONDITIONS, 1u << 12 | note);
	assert_string_equal(conditions(f, S(3), text), "+12 +11 +9 ");
	fixture_health_word(f, p->endpoints[0].id, HEALTH_FIELD_CONDITIONS, 1u << 9);
	fixture_health_word(
	    f, p->id, HEALTH_FIELD_CONDITIONS, UINT64_C(1) << 63 | 1u << 12);
	assert_string_equal(conditions(f, S(4), text), "-2 ");
}

static void
an_event_of_a_condition_says_whose_and_how_bad(void **state)
{
	struct fixture *f = *state;
	struct notify_queue *q = notify_queue_new();
	const struct event *e;

	fixture_health_start(f);
	fixture_health_word(f, member(f)->id, HEALTH_FIELD_CONDITIONS,
	    condition_bit(CONDITION_VIP_DISAGREES));
	fixture_look(f, S(1));
	watch_compare(NULL, f->snapshot, q);
	e = notify_next(q, 0, 0);
	assert_non_null(e);
	assert_int_equal(e->n_values, 5);
	assert_string_equal(e->values[1].octets, "edge.contoso.net/edge1");
	assert_int_equal(e->values[2].number, CONDITION_VIP_DISAGREES + 1);
	assert_int_equal(e->values[3].number, SEVERITY_MAJOR + 1);
	assert_string_equal(e->values[4].octets,
	    "member edge.contoso.net/edge1: through the VIP it looks different than "
	    "directly");
	notify_queue_free(&q);
}

static void
an_event_carries_numbers_names_and_reasons(void **state)
{
	struct fixture *f = *state;
	struct notify_queue *q = notify_queue_new();
	const struct event *e;

	fixture_health_start(f);
	member_health(f, HEALTH_DOWN, 1);
	fixture_look(f, S(1));
	watch_compare(NULL, f->snapshot, q);
	e = notify_next(q, 0, 0);
	assert_non_null(e);
	assert_int_equal(e->n_values, 9);
	assert_int_equal(e->values[0].number, 1);
	assert_string_equal(e->values[1].octets, "edge.contoso.net");
	assert_string_equal(e->values[2].octets, "edge1");
	assert_int_equal(e->values[3].number, HEALTH_DOWN + 1);
	assert_int_equal(e->values[6].number, REASON_CONNECT_REFUSED + 1);
	assert_string_equal(e->values[7].octets, "the port refused the connection");
	assert_string_equal(e->values[8].octets,
	    "member edge.contoso.net/edge1 is down: the port refused the connection");
	notify_queue_free(&q);
}

static void
the_queue_is_bounded_counts_what_it_drops_and_keeps_the_newest(void **state)
{
	struct fixture *f = *state;
	struct notify_queue *q = notify_queue_new();
	const struct row *row;

	fixture_look(f, S(1));
	row = &f->snapshot->rows[TABLE_MEMBER][0];
	for (int i = 0; i < NOTIFY_QUEUE_MAX + 10; i++)
		notify_add(q, NOTIFICATION_MEMBER_UP, f->snapshot, row, "up");
	assert_int_equal(notify_queue_stats(q).queued, NOTIFY_QUEUE_MAX);
	assert_int_equal(notify_queue_stats(q).suppressed, 10);
	assert_int_equal(notify_queue_stats(q).last, NOTIFY_QUEUE_MAX + 10);
	assert_int_equal(notify_next(q, 0, 0)->number, 11);
	for (int i = 0; i < NOTIFY_QUEUE_MAX; i++) {
		assert_non_null(notify_next(q, 0, 0));
		notify_sent(q, 0);
	}
	assert_null(notify_next(q, 0, 0));
	notify_queue_free(&q);
}

static void
what_was_sent_is_kept_until_it_is_proven(void **state)
{
	struct fixture *f = *state;
	struct notify_queue *q = notify_queue_new();
	const struct row *row;

	fixture_look(f, S(1));
	row = &f->snapshot->rows[TABLE_MEMBER][0];
	for (int64_t i = 0; i < 3; i++) {
		notify_add(q, NOTIFICATION_MEMBER_UP, f->snapshot, row, "up");
		notify_next(q, 0, 0);
		notify_sent(q, S(i));
	}
	notify_add(q, NOTIFICATION_MEMBER_UP, f->snapshot, row, "up");
	notify_proven(q, S(1));
	notify_doubted(q);
	/* 1 has arrived, 2 and 3 go again before 4. */
	for (uint32_t number = 2; number <= 4; number++) {
		assert_int_equal(notify_next(q, 0, 0)->number, number);
		notify_sent(q, S(9));
	}
	assert_null(notify_next(q, 0, 0));
	/* Those that were sent make room; none of those that wait is dropped for them. */
	for (int i = 0; i < NOTIFY_QUEUE_MAX; i++)
		notify_add(q, NOTIFICATION_MEMBER_UP, f->snapshot, row, "up");
	assert_int_equal(notify_queue_stats(q).suppressed, 0);
	assert_int_equal(notify_queue_stats(q).queued, NOTIFY_QUEUE_MAX);
	notify_doubted(q);
	assert_int_equal(notify_next(q, 0, 0)->number, 5);
	notify_queue_free(&q);
}

static void
no_more_leave_in_a_second_than_the_rate_allows(void **state)
{
	struct fixture *f = *state;
	struct notify_queue *q = notify_queue_new();
	int sent = 0;

	fixture_look(f, S(1));
	for (int i = 0; i < 100; i++)
		notify_add(q, NOTIFICATION_MEMBER_UP, f->snapshot,
		    &f->snapshot->rows[TABLE_MEMBER][0], "up");
	/* a second's worth is saved up at the start, then 10 a second */
	for (int64_t now = S(100); now < S(103); now += NS_PER_MS) {
		if (notify_next(q, 10, now) != NULL) {
			notify_sent(q, 0);
			sent++;
		}
		if (now == S(100) + 50 * NS_PER_MS)
			assert_int_equal(sent, 10);
	}
	assert_in_range(sent, 38, 40);
	notify_queue_free(&q);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(trouble_is_told_once_and_its_end_once),
	    TEST(what_is_down_at_the_first_look_is_told),
	    TEST(down_and_up_while_down_is_told_too),
	    TEST(endpoints_pools_and_wishes_are_told),
	    TEST(a_silent_writer_is_told_and_its_return),
	    TEST(conditions_are_told_when_they_begin_and_end),
	    TEST(an_event_of_a_condition_says_whose_and_how_bad),
	    TEST(an_event_carries_numbers_names_and_reasons),
	    TEST(the_queue_is_bounded_counts_what_it_drops_and_keeps_the_newest),
	    TEST(what_was_sent_is_kept_until_it_is_proven),
	    TEST(no_more_leave_in_a_second_than_the_rate_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
