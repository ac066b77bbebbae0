/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rise_fall - sequences of outcomes and what they make of an endpoint.
 *
 *   o ok   w warning (private-alternate)   t timeout   r refused   b 503   L local fault
 */
#include "unit.h"

#include <string.h>

#include <edge/clock.h>

#include "rise_fall.h"

#define RISE 2
#define FALL 3

static const struct health_conf conf = {
    .rise = RISE, .fall = FALL, .hard_fall = 2, .forget_ns = 60 * NS_PER_S};

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
    {"a success in between does not clear them", HEALTH_UP, "tto", HEALTH_UP, REASON_OK,
	0, false},
    {"they add up", HEALTH_UP, "totot", HEALTH_DOWN, REASON_TLS_TIMEOUT, 1, false},
    {"refusals do not, but in a row two suffice", HEALTH_UP, "rr", HEALTH_DOWN,
	REASON_CONNECT_REFUSED, 1, false},
    {"behind another failure too", HEALTH_UP, "trr", HEALTH_DOWN, REASON_CONNECT_REFUSED,
	1, false},
    {"one is a failure as any", HEALTH_UP, "ror", HEALTH_UP, REASON_OK, 0, true},
    {"and three make a sum", HEALTH_UP, "roror", HEALTH_DOWN, REASON_CONNECT_REFUSED, 1,
	false},
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
feed_at(struct rise_fall *h, char outcome, int64_t now)
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
			    (uint64_t)outcome, &conf, false, now);
	fail_msg("no outcome '%c'", outcome);
	return RISE_FALL_SAME;
}

static enum rise_fall_change
feed(struct rise_fall *h, char outcome)
{
	return feed_at(h, outcome, 0);
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
	feed(&h, 'r');
	rise_fall_doubt(&h);
	feed(&h, 'r');
	assert_int_equal(h.health, HEALTH_UP);
	feed(&h, 't');
	feed(&h, 't');
	assert_int_equal(h.health, HEALTH_DOWN);
}

static void
failures_are_forgotten_after_a_minute_without_one(void **state)
{
	static const struct {
		const char *sentence;
		const char *outcomes;
		int64_t at_s[6];
		enum health to;
		int tally;
	} rows_in_time[] = {
	    {"59 s apart they add up", "totot", {0, 1, 59, 60, 118}, HEALTH_DOWN, 0},
	    {"60 s are enough to forget", "totot", {0, 1, 60, 61, 119}, HEALTH_UP, 2},
	    {"a success finds that out too", "too", {0, 1, 60}, HEALTH_UP, 0},
	    {"what is in a row is never forgotten", "ttt", {0, 100, 200}, HEALTH_DOWN, 0},
	    {"a fault of our own is no success", "tLtt", {0, 50, 100, 200}, HEALTH_DOWN,
		0},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows_in_time); i++) {
		struct rise_fall h;

		print_message("%s\n", rows_in_time[i].sentence);
		inherit(&h, HEALTH_UP);
		for (size_t k = 0; rows_in_time[i].outcomes[k] != '\0'; k++)
			feed_at(&h, rows_in_time[i].outcomes[k],
			    rows_in_time[i].at_s[k] * NS_PER_S);
		assert_int_equal(h.health, rows_in_time[i].to);
		assert_int_equal(h.tally, rows_in_time[i].tally);
	}
}

static void
what_is_claimed_is_what_was_seen(void **state)
{
	static const struct {
		const char *outcomes;
		struct rise_fall_proof proof;
	} claims[] = {
	    {"ttt", {3, 3, 3, 0}},
	    {"trt", {3, 3, 2, 0}},
	    {"trr", {2, 2, 2, 0}},
	    {"totot", {3, 3, 3, 4 * NS_PER_S}},
	    {"bott", {3, 3, 2, 3 * NS_PER_S}},
	    {"tttoo", {2, 2, 0, 0}},
	};

	(void)state;
	for (size_t i = 0; i < countof(claims); i++) {
		const struct rise_fall_proof *want = &claims[i].proof;
		struct rise_fall h;
		int64_t now = 0;

		print_message("%s\n", claims[i].outcomes);
		inherit(&h, HEALTH_UP);
		for (const char *c = claims[i].outcomes; *c != '\0'; c++, now += NS_PER_S)
			feed_at(&h, *c, now);
		assert_int_equal(h.proof.count, want->count);
		assert_int_equal(h.proof.needed, want->needed);
		assert_int_equal(h.proof.alike, want->alike);
		assert_int_equal(h.proof.over_ns, want->over_ns);
	}
}

static void
failures_before_a_restart_still_count(void **state)
{
	struct rise_fall h;

	(void)state;
	inherit(&h, HEALTH_UP);
	rise_fall_inherit_tally(&h, 2, 0);
	feed_at(&h, 'o', NS_PER_S);
	assert_int_equal(feed_at(&h, 't', 2 * NS_PER_S), RISE_FALL_DOWN);
	assert_int_equal(h.proof.count, 3);
	assert_int_equal(h.proof.alike, 0); /* nobody knows how the others failed */
}

static void
who_is_held_answers_in_vain(void **state)
{
	struct rise_fall h;

	(void)state;
	inherit(&h, HEALTH_DOWN);
	for (int i = 0; i < 9; i++)
		assert_int_equal(rise_fall_feed(&h, true, REASON_OK, 0, &conf, true, i),
		    RISE_FALL_SAME);
	assert_int_equal(h.health, HEALTH_DOWN);
	assert_int_equal(
	    rise_fall_feed(&h, true, REASON_OK, 0, &conf, false, 10), RISE_FALL_UP);
	assert_int_equal(h.proof.count, 10);
}

/* How many more failures like the last one it takes: what is sent out to confirm. */
static void
what_is_missing_is_told(void **state)
{
	static const struct {
		const char *outcomes;
		int missing;
	} steps[] = {{"", 0}, {"o", 0}, {"t", 2}, {"tt", 1}, {"r", 1}, {"tr", 1},
	    {"rt", 1}, {"tot", 1}, {"tor", 1}, {"ttt", 0}, {"tto", 0}};

	(void)state;
	for (size_t i = 0; i < countof(steps); i++) {
		struct rise_fall h;

		inherit(&h, HEALTH_UP);
		for (const char *c = steps[i].outcomes; *c != '\0'; c++)
			feed(&h, *c);
		assert_int_equal(rise_fall_missing(&h, &conf), steps[i].missing);
	}
}

/* Whatever comes: it goes down on FALL failures, none of them a minute after the one
 * before unless they are in a row, or on two refusals in a row, and never else; up on
 * RISE successes in a row (one, from unknown), and never else. */
static void
invariants_over_every_short_sequence(void **state)
{
	static const char alphabet[] = "otrLOT"; /* capitals: a minute later */
	unsigned n_sequences = 1;

	(void)state;
	for (int i = 0; i < 7; i++)
		n_sequences *= 6;
	for (unsigned n = 0; n < n_sequences; n++) {
		struct rise_fall h;
		int good = 0, row = 0, hard = 0, sum = 0;
		int64_t now = 0, last = 0;

		rise_fall_init(&h);
		for (unsigned i = 0, rest = n; i < 7; i++, rest /= 6) {
			char c = alphabet[rest % 6];
			bool late = c == 'O' || c == 'T', ok;
			enum health before = h.health;
			enum rise_fall_change change;
			bool up, down;

			now += (late ? 60 : 1) * NS_PER_S;
			c = c == 'O' ? 'o' : c == 'T' ? 't' : c;
			change = feed_at(&h, c, now);
			if (c == 'L') {
				assert_int_equal(change, RISE_FALL_SAME);
				continue;
			}
			ok = c == 'o';
			good = ok ? good + 1 : 0;
			row = ok ? 0 : row + 1;
			hard = c == 'r' ? hard + 1 : 0;
			if (before != HEALTH_DOWN && row < 2 &&
			    now - last >= 60 * NS_PER_S)
				sum = 0;
			if (!ok && before != HEALTH_DOWN) {
				sum++;
				last = now;
			}
			up = ok && before != HEALTH_UP &&
			     good >= (before == HEALTH_UNKNOWN ? 1 : RISE);
			down = !ok && before != HEALTH_DOWN && (sum >= FALL || hard >= 2);
			assert_int_equal(change == RISE_FALL_UP, up);
			assert_int_equal(change == RISE_FALL_DOWN, down);
			if (up || down)
				sum = 0;
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
	    cmocka_unit_test(failures_are_forgotten_after_a_minute_without_one),
	    cmocka_unit_test(what_is_claimed_is_what_was_seen),
	    cmocka_unit_test(failures_before_a_restart_still_count),
	    cmocka_unit_test(who_is_held_answers_in_vain),
	    cmocka_unit_test(what_is_missing_is_told),
	    cmocka_unit_test(invariants_over_every_short_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
