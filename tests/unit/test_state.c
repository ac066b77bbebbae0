/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <edge/state.h>
#include <string.h>

/* The truth table of state.h, row by row. */
static void
truth_table(void **state)
{
	static const struct {
		enum health health;
		enum admin admin;
		enum reason reason;
		uint8_t flags;
		enum use use;
		const char *summary;
	} rows[] = {
	    {HEALTH_UNKNOWN, ADMIN_ENABLED, REASON_NONE, STATE_ASSUMED, USE_NEW,
		"unknown"},
	    {HEALTH_UNKNOWN, ADMIN_ENABLED, REASON_NONE, 0, USE_EXISTING, "unknown"},
	    {HEALTH_UNKNOWN, ADMIN_ENABLED, REASON_NONE, STATE_ASSUMED | STATE_MEMBER_OUT,
		USE_NONE, "member down"},
	    {HEALTH_UNKNOWN, ADMIN_DRAINING, REASON_NONE, STATE_ASSUMED, USE_EXISTING,
		"draining"},
	    {HEALTH_UNKNOWN, ADMIN_DISABLED, REASON_NONE, STATE_ASSUMED, USE_NONE,
		"disabled"},
	    {HEALTH_UP, ADMIN_ENABLED, REASON_OK, 0, USE_NEW, "up"},
	    {HEALTH_UP, ADMIN_ENABLED, REASON_OK, STATE_MEMBER_OUT, USE_NONE,
		"member down"},
	    {HEALTH_UP, ADMIN_ENABLED, REASON_OK, STATE_MEMBER_OUT | STATE_PANIC, USE_NEW,
		"panic"},
	    {HEALTH_UP, ADMIN_DRAINING, REASON_OK, 0, USE_EXISTING, "draining"},
	    {HEALTH_UP, ADMIN_DRAINING, REASON_OK, STATE_MEMBER_OUT, USE_NONE,
		"draining"},
	    {HEALTH_UP, ADMIN_DISABLED, REASON_OK, 0, USE_NONE, "disabled"},
	    {HEALTH_DOWN, ADMIN_ENABLED, REASON_TLS_TIMEOUT, 0, USE_NONE, "down"},
	    {HEALTH_DOWN, ADMIN_ENABLED, REASON_TLS_TIMEOUT, STATE_PANIC, USE_NEW,
		"panic"},
	    {HEALTH_DOWN, ADMIN_ENABLED, REASON_TLS_TIMEOUT, STATE_HELD, USE_NEW, "held"},
	    {HEALTH_DOWN, ADMIN_ENABLED, REASON_REFUSING, 0, USE_EXISTING, "refusing"},
	    {HEALTH_DOWN, ADMIN_DRAINING, REASON_REFUSING, 0, USE_EXISTING, "draining"},
	    {HEALTH_DOWN, ADMIN_DRAINING, REASON_TLS_TIMEOUT, 0, USE_NONE, "draining"},
	    {HEALTH_DOWN, ADMIN_DRAINING, REASON_TLS_TIMEOUT, STATE_PANIC, USE_EXISTING,
		"draining"},
	    {HEALTH_DOWN, ADMIN_DISABLED, REASON_TLS_TIMEOUT, STATE_PANIC, USE_NONE,
		"disabled"},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct state s = {.health = rows[i].health,
		    .admin = rows[i].admin,
		    .reason = rows[i].reason,
		    .flags = rows[i].flags};

		assert_int_equal(state_use(&s), rows[i].use);
		assert_string_equal(state_summary(&s), rows[i].summary);
	}
}

static void
words_survive_packing(void **state)
{
	struct state s = {
	    HEALTH_DOWN, ADMIN_DRAINING, REASON_REFUSING, 0x0f, 255, UINT32_MAX};
	struct state t = state_unpack(state_pack(&s));

	(void)state;
	assert_int_equal(t.health, s.health);
	assert_int_equal(t.admin, s.admin);
	assert_int_equal(t.reason, s.reason);
	assert_int_equal(t.flags, s.flags);
	assert_int_equal(t.flips, s.flips);
	assert_int_equal(t.since_s, s.since_s);
}

static void
any_word_unpacks_to_something_harmless(void **state)
{
	struct state s = state_unpack(UINT64_MAX);

	(void)state;
	assert_int_equal(s.health, HEALTH_UNKNOWN);
	assert_int_equal(s.admin, ADMIN_DISABLED);
	assert_int_equal(s.reason, REASON_NONE);
	assert_int_equal(state_use(&s), USE_NONE);
}

static void
every_reason_has_its_own_word(void **state)
{
	(void)state;
	for (int i = 0; i < REASONS; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
			    reason_word((enum reason)i), reason_word((enum reason)k));
	assert_string_equal(reason_word((enum reason)REASONS), "?");
	assert_int_equal(reason_detail_kind(REASON_REFUSING), REASON_DETAIL_SIP);
}

static void
slow_start_rises_from_a_tenth(void **state)
{
	(void)state;
	assert_int_equal(slow_start_share(0, 60), 100);
	assert_int_equal(slow_start_share(-1, 60), 100);
	assert_int_equal(slow_start_share(30, 60), 550);
	assert_int_equal(slow_start_share(60, 60), 1000);
	assert_int_equal(slow_start_share(0, 0), 1000);
	for (int age = 1; age < 60; age++)
		assert_true(slow_start_share(age, 60) > slow_start_share(age - 1, 60));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(truth_table),
	    cmocka_unit_test(words_survive_packing),
	    cmocka_unit_test(any_word_unpacks_to_something_harmless),
	    cmocka_unit_test(every_reason_has_its_own_word),
	    cmocka_unit_test(slow_start_rises_from_a_tenth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
