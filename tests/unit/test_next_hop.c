/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * next_hop - when answers to REGISTER make "degraded", and how it reads.
 */
#include "unit.h"

#include "next_hop.h"

static const struct row {
	const char *sentence;
	enum next_hop seen[6];
	enum next_hop_says says; /* to the last of them */
} rows[] = {
    {"never asked", {NEXT_HOP_UNASKED}, NEXT_HOP_SAYS_NOTHING},
    {"one bad is not enough", {NEXT_HOP_DEAD}, NEXT_HOP_SAYS_NOTHING},
    {"three are", {NEXT_HOP_DEAD, NEXT_HOP_DEAD, NEXT_HOP_DEAD}, NEXT_HOP_SAYS_DEGRADED},
    {"dead and silent are one", {NEXT_HOP_DEAD, NEXT_HOP_SILENT, NEXT_HOP_DEAD},
	NEXT_HOP_SAYS_DEGRADED},
    {"a good one begins anew",
	{NEXT_HOP_DEAD, NEXT_HOP_DEAD, NEXT_HOP_ALIVE, NEXT_HOP_DEAD, NEXT_HOP_DEAD},
	NEXT_HOP_SAYS_NOTHING},
    {"one that was not asked neither counts nor breaks",
	{NEXT_HOP_DEAD, NEXT_HOP_DEAD, NEXT_HOP_UNASKED, NEXT_HOP_DEAD},
	NEXT_HOP_SAYS_DEGRADED},
    {"one good is not enough",
	{NEXT_HOP_DEAD, NEXT_HOP_DEAD, NEXT_HOP_DEAD, NEXT_HOP_ALIVE},
	NEXT_HOP_SAYS_NOTHING},
    {"two are", {NEXT_HOP_ALIVE, NEXT_HOP_ALIVE}, NEXT_HOP_SAYS_WELL},
    {"what is unclear is not bad", {NEXT_HOP_UNCLEAR, NEXT_HOP_ALIVE},
	NEXT_HOP_SAYS_WELL},
};

static void
a_few_in_a_row_decide(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct next_hop_watch w = {0};
		enum next_hop_says says = NEXT_HOP_SAYS_NOTHING;
		size_t n = countof(rows[i].seen);

		while (n > 1 && rows[i].seen[n - 1] == NEXT_HOP_UNASKED)
			n--;
		for (size_t k = 0; k < n; k++)
			says = next_hop_feed(&w, rows[i].seen[k], 2, 3);
		if (says != rows[i].says)
			fail_msg("%s: %d", rows[i].sentence, says);
	}
}

static void
it_says_what_was_answered(void **state)
{
	struct outcome o = {
	    .register_status = 504, .diagnostics = 1008, .said = "Unable to resolve"};
	char text[NEXT_HOP_TEXT_MAX];

	(void)state;
	next_hop_text(text, sizeof text, &o);
	assert_string_equal(text, "its next hop answers 504 to REGISTER, ms-diagnostics "
				  "1008, Unable to resolve");
	o.said[0] = '\0';
	next_hop_text(text, sizeof text, &o);
	assert_string_equal(
	    text, "its next hop answers 504 to REGISTER, ms-diagnostics 1008");
	o = (struct outcome){.next_hop = NEXT_HOP_SILENT};
	next_hop_text(text, sizeof text, &o);
	assert_string_equal(text, "its next hop does not answer a REGISTER");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_few_in_a_row_decide),
	    cmocka_unit_test(it_says_what_was_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
