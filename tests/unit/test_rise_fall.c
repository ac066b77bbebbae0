/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rise_fall - sequences of outcomes and what they make of an endpoint.
 *
 *   o ok   w warning (private-alternate)   t timeout   r refused   b 503   L local fault
 */
#include "unit.h"

#include <string.h>

#include "rise_fall.h"

#define RISE 2
#define FALL 3

static const struct row {
	const char *sentence;
	enum health from;
	const char *outcomes;
	enum health to;
	enum reason reason;
	int changes; /* between up, down and unknown */
	bool in_transition;
} rows[] = {
    {"nothing known", HEALTH_UNKNOWN, "", HEALTH_UNKNOWN, REASON_NONE, 0, true},
    {"the first good probe takes it up", HEALTH_UNKNOWN, "o", HEALTH_UP, REASON_OK, 1,
	false},
    {"bad ones need as many as ever", HEALTH_UNKNOWN, "tt", HEALTH_UNKNOWN, REASON_NONE,
	0, true},
    {"and then it is down", HEALTH_UNKNOWN, "ttt", HEALTH_DOWN, REASON_TLS_TIMEOUT, 1,
	false},
    {"up after a bad start", HEALTH_UNKNOWN, "tto", HEALTH_UP, REASON_OK, 1, false},
    {"up stays up on two failures", HEALTH_UP, "ott", HEALTH_UP, REASON_OK, 0, true},
    {"the third failure turns it down", HEALTH_UP, "ttt", HEALTH_DOWN, REASON_TLS_TIMEOUT,
	1, false},
    {"a success in between resets", HEALTH_UP, "ttott", HEALTH_UP, REASON_OK, 0, true},
    {"reasons may differ on the way, the last one stands", HEALTH_UP, "trt", HEALTH_DOWN,
	REASON_TLS_TIMEOUT, 1, false},
    {"down stays down on one success", HEALTH_DOWN, "tto", HEALTH_DOWN,
	REASON_TLS_TIMEOUT, 0, true},
    {"the second success takes it up", HEALTH_DOWN, "oo", HEALTH_UP, REASON_OK, 1, false},
    {"a failure in between resets", HEALTH_DOWN, "otot", HEALTH_DOWN, REASON_TLS_TIMEOUT,
	0, false},
    {"503 is a failure with a name", HEALTH_UP, "bbb", HEALTH_DOWN, REASON_REFUSING, 1,
	false},
    {"a warning is a success", HEALTH_DOWN, "ww", HEALTH_UP, REASON_PRIVATE_ALTERNATE, 1,
	false},
    {"a warning needs confirmation too", HEALTH_UP, "ow", HEALTH_UP, REASON_OK, 0, false},
    {"and shows then", HEALTH_UP, "www", HEALTH_UP, REASON_PRIVATE_ALTERNATE, 0, false},
    {"and goes again", HEALTH_UP, "wwwooo", HEALTH_UP, REASON_OK, 0, false},
    {"down keeps its reason when it fails otherwise", HEALTH_DOWN, "ttrr", HEALTH_DOWN,
	REASON_TLS_TIMEOUT, 0, false},
    {"until that is steady", HEALTH_DOWN, "ttrrr", HEALTH_DOWN, REASON_CONNECT_REFUSED, 0,
	false},
    {"alternating reasons change nothing", HEALTH_DOWN, "ttrtrtrtr", HEALTH_DOWN,
	REASON_TLS_TIMEOUT, 0, false},
    {"local faults count for nothing", HEALTH_UP, "oLLLLLLLLL", HEALTH_UP, REASON_OK, 0,
	false},
    {"and interrupt no row", HEALTH_UP, "ttLLt", HEALTH_DOWN, REASON_TLS_TIMEOUT, 1,
	false},
    {"nor do they verify", HEALTH_UP, "LLL", HEALTH_UP, REASON_OK, 0, true},
    {"an inherited state is verified by its like", HEALTH_DOWN, "t", HEALTH_DOWN,
	REASON_TLS_TIMEOUT, 0, false},
    {"down and up and down", HEALTH_UP, "tttoottt", HEALTH_DOWN, REASON_TLS_TIMEOUT, 3,
	false},
};

static enum rise_fall_change
feed(struct rise_fall *h, char outcome)
{
	static const struct {
		char c;
		bool ok;
		enum reason reason;
	} words[] = {{'o', true, REASON_OK}, {'w', true, REASON_PRIVATE_ALTERNATE},
	    {'t', false, REASON_TLS_TIMEOUT}, {'r', false, REASON_CONNECT_REFUSED},
	    {'b', false, REASON_REFUSING}, {'L', false, REASON_LOCAL}};

	for (size_t i = 0; i < countof(words); i++)
		if (words[i].c == outcome)
			return rise_fall_feed(h, words[i].ok, words[i].reason,
			    (uint64_t)outcome, RISE, FALL);
	fail_msg("no outcome '%c'", outcome);
	return RISE_FALL_SAME;
}

static void
inherit(struct rise_fall *h, enum health health)
{
	struct state s = {.health = health,
	    .reason = health == HEALTH_UP ? REASON_OK : REASON_TLS_TIMEOUT};

	if (health == HEALTH_UNKNOWN)
		rise_fall_init(h);
	else
		rise_fall_inherit(h, &s, 7);
}

static void
sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct rise_fall h;
		int changes = 0;

		print_message("%s\n", rows[i].sentence);
		inherit(&h, rows[i].from);
		for (const char *c = rows[i].outcomes; *c != '\0'; c++) {
			enum health before = h.health;
			enum rise_fall_change change = feed(&h, *c);

			assert_int_equal(change == RISE_FALL_UP,
			    before != HEALTH_UP && h.health == HEALTH_UP);
			assert_int_equal(change == RISE_FALL_DOWN,
			    before != HEALTH_DOWN && h.health == HEALTH_DOWN);
			changes += change == RISE_FALL_UP || change == RISE_FALL_DOWN;
		}
		assert_int_equal(h.health, rows[i].to);
		assert_int_equal(h.reason, rows[i].reason);
		assert_int_equal(changes, rows[i].changes);
		assert_int_equal(rise_fall_in_transition(&h), rows[i].in_transition);
	}
}

static void
a_change_of_reason_is_told_once(void **state)
{
	struct rise_fall h;

	(void)state;
	inherit(&h, HEALTH_DOWN);
	assert_int_equal(feed(&h, 't'), RISE_FALL_SAME);
	assert_int_equal(h.detail, 't'); /* fresh detail of the same reason */
	assert_int_equal(feed(&h, 'r'), RISE_FALL_SAME);
	assert_int_equal(feed(&h, 'r'), RISE_FALL_SAME);
	assert_int_equal(h.detail, 't');
	assert_int_equal(feed(&h, 'r'), RISE_FALL_REASON);
	assert_int_equal(h.detail, 'r');
	assert_int_equal(feed(&h, 'r'), RISE_FALL_SAME);
}

static void
a_state_without_a_reason_takes_the_first(void **state)
{
	struct state s = {.health = HEALTH_UP, .reason = REASON_NONE};
	struct rise_fall h;

	(void)state;
	rise_fall_inherit(&h, &s, 0);
	assert_int_equal(feed(&h, 'o'), RISE_FALL_REASON);
	assert_int_equal(h.reason, REASON_OK);
}

static void
a_new_question_keeps_the_state_and_forgets_the_row(void **state)
{
	struct rise_fall h;

	(void)state;
	inherit(&h, HEALTH_UP);
	feed(&h, 'o');
	feed(&h, 't');
	feed(&h, 't');
	rise_fall_doubt(&h);
	assert_true(rise_fall_in_transition(&h));
	feed(&h, 't');
	assert_int_equal(h.health, HEALTH_UP);
	feed(&h, 't');
	feed(&h, 't');
	assert_int_equal(h.health, HEALTH_DOWN);
}

/* Whatever comes: it never goes down without FALL failures in a row since the last
 * success, nor up without RISE successes (one, from unknown). */
static void
invariants_over_every_short_sequence(void **state)
{
	static const char alphabet[] = "otrL";

	(void)state;
	for (unsigned n = 0; n < 4u * 4 * 4 * 4 * 4 * 4 * 4 * 4; n++) {
		struct rise_fall h;
		int good = 0, bad = 0;

		rise_fall_init(&h);
		for (unsigned i = 0, rest = n; i < 8; i++, rest /= 4) {
			char c = alphabet[rest % 4];
			enum health before = h.health;
			enum rise_fall_change change = feed(&h, c);

			if (c == 'L') {
				assert_int_equal(change, RISE_FALL_SAME);
				continue;
			}
			good = c == 'o' ? good + 1 : 0;
			bad = c == 'o' ? 0 : bad + 1;
			if (change == RISE_FALL_DOWN)
				assert_true(bad >= FALL);
			if (change == RISE_FALL_UP)
				assert_true(
				    good >= (before == HEALTH_UNKNOWN ? 1 : RISE));
			if (good >= RISE)
				assert_int_equal(h.health, HEALTH_UP);
			if (bad >= FALL)
				assert_int_equal(h.health, HEALTH_DOWN);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sequences),
	    cmocka_unit_test(a_change_of_reason_is_told_once),
	    cmocka_unit_test(a_state_without_a_reason_takes_the_first),
	    cmocka_unit_test(a_new_question_keeps_the_state_and_forgets_the_row),
	    cmocka_unit_test(invariants_over_every_short_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
