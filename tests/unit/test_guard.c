/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard - pools drawn as text, and what may take new sessions in them.
 *
 * A word per member, a letter per service (access, then av):
 *
 *   u up   d down (timeout)   r down (refused)   b down (503)   ? unknown
 *
 * After a slash the member's admin state: d draining, x disabled.
 * Expected, per endpoint:  N new  E existing  - none, and behind it
 *   P panic  H held  O member out  A assumed
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"

#define MEMBERS_MAX 8
#define GROUPS      2

static const struct row {
	const char *sentence;
	unsigned minimum;
	bool assumed;
	const char *pool;
	const char *expected;
	const char *panic; /* per group: p or - */
} rows[] = {
    {"all is well", 1, true, "uu uu uu", "NN NN NN", "--"},
    {"a down av takes out that endpoint only", 1, true, "uu ud uu", "NN N- NN", "--"},
    {"a down access takes the member out of every service", 1, true, "uu du uu",
	"NN -O-O NN", "--"},
    {"no member's access is up: panic there, and nowhere else", 1, true, "du du",
	"NPN NPN", "p-"},
    {"refused or not, panic uses them all", 1, true, "du ru", "NPN NPN", "p-"},
    {"av is down everywhere: panic there", 1, true, "ud ud", "NNP NNP", "-p"},
    {"one access left, its av down: all of av are used", 1, true, "ud du", "NNP -ONOP",
	"-p"},
    {"one unknown: not all is lost", 1, false, "d? ??", "-OEO EE", "--"},
    {"unknown counts as up where it is assumed", 1, true, "du ??", "-O-O NANA", "--"},
    {"unknown and not assumed takes nothing new", 1, false, "uu ??", "NN EE", "--"},
    {"the minimum holds the one lost last", 2, true, "uu du du", "NN -O-O NHN", "--"},
    {"two held for a minimum of three", 3, true, "uu du du", "NN NHN NHN", "--"},
    {"a refused one is not held", 2, true, "uu du ru", "NN NHN -O-O", "--"},
    {"nor one that says 503", 2, true, "uu bu", "NN EO-O", "--"},
    {"refusals remove down to the last", 3, true, "uu ru ru", "NN -O-O -O-O", "--"},
    {"draining takes nothing new", 1, true, "uu uu/d", "NN EE", "--"},
    {"disabled takes nothing", 1, true, "uu uu/x", "NN --", "--"},
    {"panic leaves the disabled alone", 1, true, "du du/x", "NPN -O-O", "p-"},
    {"and gives the draining what they had", 1, true, "du du/d", "NPN EPE", "p-"},
    {"all drained by the operator is no panic", 1, true, "uu/d uu/x", "EE --", "--"},
    {"a draining member does not count for the minimum", 2, true, "uu du uu/d",
	"NN NHN EE", "--"},
    {"a draining member is not held", 2, true, "uu du/d", "NN -O-O", "--"},
};

static enum health
health_of(char c)
{
	return c == 'u' ? HEALTH_UP : c == '?' ? HEALTH_UNKNOWN : HEALTH_DOWN;
}

static enum reason
reason_of(char c)
{
	switch (c) {
	case 'r':
		return REASON_CONNECT_REFUSED;
	case 'b':
		return REASON_REFUSING;
	case 'd':
		return REASON_TLS_TIMEOUT;
	}
	return REASON_OK;
}

/* The drawing as endpoints: two per member. */
static size_t
draw(const char *pool, bool assumed, struct guard_endpoint *e)
{
	char text[64];
	unsigned member = 0;
	char *rest = text;

	snprintf(text, sizeof text, "%s", pool);
	for (char *word; (word = strsep(&rest, " ")) != NULL; member++) {
		enum admin admin = word[2] == '\0'  ? ADMIN_ENABLED
				   : word[3] == 'd' ? ADMIN_DRAINING
						    : ADMIN_DISABLED;

		for (unsigned g = 0; g < GROUPS; g++)
			e[member * GROUPS + g] = (struct guard_endpoint){
			    .member = member,
			    .group = g,
			    .access = g == 0,
			    .assumed = assumed,
			    .health = health_of(word[g]),
			    .reason = reason_of(word[g]),
			    .admin = admin,
			    .lost = member,
			};
	}
	return member;
}

static void
append_endpoint(char *text, const struct guard_endpoint *e)
{
	static const struct {
		uint8_t flag;
		char c;
	} flags[] = {{STATE_MEMBER_OUT, 'O'}, {STATE_PANIC, 'P'}, {STATE_HELD, 'H'},
	    {STATE_ASSUMED, 'A'}};
	struct state s = {.health = e->health,
	    .admin = e->admin,
	    .reason = e->reason,
	    .flags = e->flags};
	size_t n = strlen(text);

	text[n++] = "-EN"[state_use(&s)];
	for (size_t i = 0; i < countof(flags); i++)
		if (e->flags & flags[i].flag)
			text[n++] = flags[i].c;
	text[n] = '\0';
}

static void
pools(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct guard_endpoint e[MEMBERS_MAX * GROUPS];
		struct guard_group g[GROUPS] = {
		    {.minimum = rows[i].minimum}, {.minimum = rows[i].minimum}};
		bool out[MEMBERS_MAX];
		char text[128] = "", panic[GROUPS + 1] = "";
		size_t members = draw(rows[i].pool, rows[i].assumed, e);

		print_message("%s\n", rows[i].sentence);
		guard_decide(e, members * GROUPS, g, GROUPS, out, members, 0);
		for (size_t j = 0; j < members * GROUPS; j++) {
			if (j > 0 && j % GROUPS == 0)
				strcat(text, " ");
			append_endpoint(text, &e[j]);
		}
		for (unsigned k = 0; k < GROUPS; k++)
			panic[k] = g[k].panic ? 'p' : '-';
		assert_string_equal(text, rows[i].expected);
		assert_string_equal(panic, rows[i].panic);
	}
}

/* Families: both access endpoints must be down for the member to leave. */
static void
one_family_down_is_that_family(void **state)
{
	struct guard_endpoint e[] = {
	    {.member = 0,
		.group = 0,
		.access = true,
		.health = HEALTH_DOWN,
		.reason = REASON_TLS_TIMEOUT},
	    {.member = 0, .group = 1, .access = true, .health = HEALTH_UP},
	    {.member = 0, .group = 2, .health = HEALTH_UP},
	    {.member = 1, .group = 0, .access = true, .health = HEALTH_UP},
	    {.member = 1, .group = 1, .access = true, .health = HEALTH_UP},
	    {.member = 1, .group = 2, .health = HEALTH_UP},
	};
	struct guard_group g[3] = {{.minimum = 1}, {.minimum = 1}, {.minimum = 1}};
	bool out[2];

	(void)state;
	guard_decide(e, countof(e), g, 3, out, 2, 0);
	assert_false(out[0]);
	for (size_t i = 0; i < countof(e); i++)
		assert_int_equal(e[i].flags, 0);
	e[1].health = HEALTH_DOWN;
	guard_decide(e, countof(e), g, 3, out, 2, 0);
	assert_true(out[0]);
	assert_int_equal(e[2].flags, STATE_MEMBER_OUT);
	assert_int_equal(g[0].members, 2);
	assert_int_equal(g[0].usable, 1);
}

/* One endpoint of a pool of two, step by step: when does its slow start begin? */
static void
slow_start_begins_after_a_real_outage_only(void **state)
{
	static const struct {
		const char *sentence;
		const char *pool; /* the second member's access is looked at */
		bool begins;
	} steps[] = {
	    {"unknown at first", "uu ??", false},
	    {"found up", "uu uu", false},
	    {"down", "uu du", false},
	    {"up again", "uu uu", true},
	    {"still up", "uu uu", false},
	    {"drained", "uu uu/d", false},
	    {"enabled again: it was never out", "uu uu", false},
	    {"disabled", "uu uu/x", false},
	    {"enabled again: everybody had gone elsewhere", "uu uu", true},
	    {"drained", "uu uu/d", false},
	    {"and down meanwhile", "uu du/d", false},
	    {"and up", "uu uu/d", false},
	    {"enabled", "uu uu", true},
	    {"all down: panic, used all the same", "du du", false},
	    {"back from panic: it was never out", "du uu", false},
	    {"down alone", "uu du", false},
	    {"then the others too: panic", "du du", false},
	    {"back: it had been out before the panic", "du uu", true},
	};
	bool was_out[4] = {0};

	(void)state;
	for (size_t i = 0; i < countof(steps); i++) {
		struct guard_endpoint e[4];
		struct guard_group g[GROUPS] = {{.minimum = 1}, {.minimum = 1}};
		bool out[2];

		draw(steps[i].pool, false, e);
		for (size_t j = 0; j < 4; j++)
			e[j].was_out = was_out[j];
		guard_decide(e, 4, g, GROUPS, out, 2, 0);
		for (size_t j = 0; j < 4; j++)
			was_out[j] = e[j].was_out;
		print_message("%s\n", steps[i].sentence);
		assert_int_equal(e[2].slow_start, steps[i].begins);
	}
}

/* The minimum of two holds edge2, out until then, once edge3 is refused. */
static void
what_is_held_does_not_start_slowly(void **state)
{
	struct guard_endpoint e[6];
	struct guard_group g[GROUPS] = {{.minimum = 2}, {.minimum = 2}};
	bool out[3], was_out;

	(void)state;
	draw("uu du uu", true, e);
	guard_decide(e, 6, g, GROUPS, out, 3, 0);
	was_out = e[2].was_out;
	assert_true(was_out);
	draw("uu du ru", true, e);
	e[2].was_out = was_out;
	guard_decide(e, 6, g, GROUPS, out, 3, 0);
	assert_int_equal(e[2].flags, STATE_HELD);
	assert_false(e[2].slow_start);
	draw("uu uu ru", true, e);
	e[2].was_out = was_out;
	guard_decide(e, 6, g, GROUPS, out, 3, 0);
	assert_true(e[2].slow_start);
}

/* A member that leaves takes its healthy services along; they ramp up with it. */
static void
services_of_a_returning_member_start_slowly(void **state)
{
	struct guard_endpoint e[4];
	struct guard_group g[GROUPS] = {{.minimum = 1}, {.minimum = 1}};
	bool out[2], was_out;

	(void)state;
	draw("uu du", true, e);
	guard_decide(e, 4, g, GROUPS, out, 2, 0);
	assert_true(e[3].was_out);
	was_out = e[3].was_out;
	draw("uu uu", true, e);
	e[3].was_out = was_out;
	guard_decide(e, 4, g, GROUPS, out, 2, 0);
	assert_true(e[3].slow_start);
	assert_false(e[3].was_out);
}

/* --- share and pace -------------------------------------------------------------------
 */

/* Draws a pool and decides; the caller keeps the groups and who was out. */
static void
decide(const char *pool, struct guard_endpoint *e, bool *was_out, struct guard_group *g,
    int64_t now, char *text)
{
	bool out[MEMBERS_MAX];
	size_t members = draw(pool, true, e);

	for (size_t j = 0; j < members * GROUPS; j++)
		e[j].was_out = was_out[j];
	guard_decide(e, members * GROUPS, g, GROUPS, out, members, now);
	text[0] = '\0';
	for (size_t j = 0; j < members * GROUPS; j++) {
		was_out[j] = e[j].was_out;
		if (j > 0 && j % GROUPS == 0)
			strcat(text, " ");
		append_endpoint(text, &e[j]);
	}
}

static void
panic_by_share_has_two_thresholds(void **state)
{
	static const struct {
		const char *sentence, *pool, *expected;
		bool panic; /* of av */
	} steps[] = {
	    {"half is enough", "uu uu ud ud", "NN NN N- N-", false},
	    {"less is not", "uu ud ud ud", "NN NNP NNP NNP", true},
	    {"half is not enough to end it", "uu uu ud ud", "NN NN NNP NNP", true},
	    {"60 % would be", "uu uu uu ud", "NN NN NN N-", false},
	    {"who refuses is not used", "uu ur ud ub", "NN N- NNP NE", true},
	    {"unless nobody is left", "ur ur ud ub", "NNP NNP NNP NNP", true},
	    {"the drained are not counted", "uu uu/d ud uu", "NN EE N- NN", false},
	    {"nor used for new sessions", "uu ud/d ud ud", "NN EEP NNP NNP", true},
	    {"unknown is not lost", "uu u? u? ud", "NN NNA NNA N-", false},
	};
	struct guard_group g[GROUPS] = {
	    {.minimum = 1, .panic_percent = 50}, {.minimum = 1, .panic_percent = 50}};
	bool was_out[MEMBERS_MAX * GROUPS] = {0};

	(void)state;
	for (size_t i = 0; i < countof(steps); i++) {
		struct guard_endpoint e[MEMBERS_MAX * GROUPS];
		char text[128];

		print_message("%s\n", steps[i].sentence);
		decide(steps[i].pool, e, was_out, g, 0, text);
		assert_string_equal(text, steps[i].expected);
		assert_int_equal(g[1].panic, steps[i].panic);
	}
}

/* panic_percent = 100: one lost is panic; 110 % are never up. */
static void
the_upper_threshold_can_be_reached(void **state)
{
	struct guard_group g[GROUPS] = {
	    {.minimum = 1, .panic_percent = 100}, {.minimum = 1, .panic_percent = 100}};
	bool was_out[MEMBERS_MAX * GROUPS] = {0};
	struct guard_endpoint e[MEMBERS_MAX * GROUPS];
	char text[128];

	(void)state;
	decide("uu uu ud", e, was_out, g, 0, text);
	assert_string_equal(text, "NN NN NNP");
	decide("uu uu uu", e, was_out, g, 0, text);
	assert_string_equal(text, "NN NN NN");
}

static void
removals_keep_their_distance(void **state)
{
	static const struct {
		const char *sentence;
		int64_t now;
		const char *pool, *expected;
		int64_t look_again;
	} steps[] = {
	    {"the first leaves at once", 1000, "uu uu uu uu ud", "NN NN NN NN N-",
		INT64_MAX},
	    {"the second waits", 1020, "uu uu uu ud ud", "NN NN NN NNH N-", 1060},
	    {"the third too", 1030, "uu uu ud ud ud", "NN NN NNH NNH N-", 1060},
	    {"a refused one does not", 1040, "uu ur ud ud ud", "NN N- NNH NNH N-", 1100},
	    {"and the others wait for that", 1060, "uu ur ud ud ud", "NN N- NNH NNH N-",
		1100},
	    {"then goes who was lost first", 1100, "uu ur ud ud ud", "NN N- N- NNH N-",
		1160},
	    {"who is up again was never out", 1110, "uu ur ud uu ud", "NN N- N- NN N-",
		INT64_MAX},
	    {"in panic nobody waits", 1200, "uu/x ur ud ud ud", "-- NNP NNP NNP NNP",
		INT64_MAX},
	};
	struct guard_group g[GROUPS];
	bool was_out[MEMBERS_MAX * GROUPS] = {0};

	(void)state;
	for (size_t k = 0; k < GROUPS; k++)
		g[k] = (struct guard_group){
		    .minimum = 1, .removal_ns = 60, .last_removal = GUARD_NEVER};
	for (size_t i = 0; i < countof(steps); i++) {
		struct guard_endpoint e[MEMBERS_MAX * GROUPS];
		char text[128];

		print_message("%s\n", steps[i].sentence);
		decide(steps[i].pool, e, was_out, g, steps[i].now, text);
		assert_string_equal(text, steps[i].expected);
		assert_int_equal(g[1].look_again, steps[i].look_again);
	}
}

/* A restart knows when states changed, not when each was lost. */
static void
who_is_held_is_not_exchanged(void **state)
{
	static const int64_t lost[][2] = {{5, 5}, {9, 5}};

	(void)state;
	for (size_t i = 0; i < countof(lost); i++) {
		struct guard_endpoint e[MEMBERS_MAX * GROUPS];
		struct guard_group g[GROUPS] = {{.minimum = 2}, {.minimum = 2}};
		bool out[MEMBERS_MAX];
		size_t members = draw("ud ud uu", true, e);

		e[1].lost = lost[i][0];
		e[1].was_out = true;
		e[3].lost = lost[i][1];
		guard_decide(e, members * GROUPS, g, GROUPS, out, members, 0);
		assert_false(e[1].flags & STATE_HELD);
		assert_true(e[3].flags & STATE_HELD);
	}
}

static void
what_leaves_with_its_member_does_not_wait(void **state)
{
	struct guard_group g[GROUPS];
	bool was_out[MEMBERS_MAX * GROUPS] = {0};
	struct guard_endpoint e[MEMBERS_MAX * GROUPS];
	char text[128];

	(void)state;
	for (size_t k = 0; k < GROUPS; k++)
		g[k] = (struct guard_group){
		    .minimum = 1, .removal_ns = 60, .last_removal = GUARD_NEVER};
	decide("uu ud uu", e, was_out, g, 1000, text);
	decide("uu ud dd", e, was_out, g, 1001, text);
	assert_string_equal(text, "NN N- -O-O");
}

/* Whatever the pool looks like: who is in service and healthy is used; the minimum is
 * kept as far as there are members that do not refuse; somebody is used wherever one is
 * in service, unless the others' fate is unknown. */
static void
invariants_of_random_pools(void **state)
{
	static const char healths[] = "uuudrb?", admins[] = "    dx";
	unsigned seed = 5;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		unsigned members = 1 + (unsigned)rand_r(&seed) % 6;
		unsigned minimum = 1 + (unsigned)rand_r(&seed) % members;
		struct guard_endpoint e[MEMBERS_MAX * GROUPS];
		struct guard_group g[GROUPS];
		bool was_out[MEMBERS_MAX * GROUPS] = {0};
		char pool[64] = "", text[128];
		unsigned used = 0, holdable = 0, certain = 1, in_service = 0;

		for (unsigned m = 0; m < members; m++) {
			char admin = admins[rand_r(&seed) % 6];
			char *at = pool + strlen(pool);

			sprintf(at, "%s%c%c", m > 0 ? " " : "",
			    healths[rand_r(&seed) % 7], healths[rand_r(&seed) % 7]);
			if (admin != ' ')
				sprintf(at + strlen(at), "/%c", admin);
		}
		for (size_t k = 0; k < GROUPS; k++)
			g[k] = (struct guard_group){.minimum = minimum,
			    .panic_percent = rand_r(&seed) % 3 * 40,
			    .removal_ns = rand_r(&seed) % 2 * 60,
			    .last_removal = rand_r(&seed) % 2 ? 990 : GUARD_NEVER};
		decide(pool, e, was_out, g, 1000, text);
		for (unsigned m = 0; m < members; m++) {
			const struct guard_endpoint *a = &e[m * GROUPS];
			struct state s = {.health = a->health,
			    .admin = a->admin,
			    .reason = a->reason,
			    .flags = a->flags};

			if (a->admin != ADMIN_ENABLED)
				continue;
			in_service++;
			used += state_use(&s) == USE_NEW;
			holdable +=
			    a->health != HEALTH_DOWN || a->reason == REASON_TLS_TIMEOUT;
			certain = certain && a->health != HEALTH_UNKNOWN;
			if (a->health == HEALTH_UP)
				assert_int_equal(state_use(&s), USE_NEW);
		}
		if (used < (minimum < holdable ? minimum : holdable))
			fail_msg("%s: %s, minimum %u", pool, text, minimum);
		if (used == 0 && in_service > 0 && certain)
			fail_msg("%s: %s", pool, text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pools),
	    cmocka_unit_test(one_family_down_is_that_family),
	    cmocka_unit_test(slow_start_begins_after_a_real_outage_only),
	    cmocka_unit_test(what_is_held_does_not_start_slowly),
	    cmocka_unit_test(services_of_a_returning_member_start_slowly),
	    cmocka_unit_test(panic_by_share_has_two_thresholds),
	    cmocka_unit_test(the_upper_threshold_can_be_reached),
	    cmocka_unit_test(removals_keep_their_distance),
	    cmocka_unit_test(who_is_held_is_not_exchanged),
	    cmocka_unit_test(what_leaves_with_its_member_does_not_wait),
	    cmocka_unit_test(invariants_of_random_pools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
