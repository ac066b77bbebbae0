/* SPDX-License-Identifier: BSD-2-Clause */
/* turn: which answers send a client away to the member's own address. */
#include "unit.h"

#include <string.h>

#include "turn.h"

/* Type, length, transaction id, Magic-Cookie, then Error-Code with class and number. */
static size_t
message(uint8_t *out, uint16_t type, uint8_t class, uint8_t number)
{
	static const uint8_t cookie[] = {0, 0x0f, 0, 4, 0x72, 0xc6, 0x4b, 0xc6};
	const uint8_t error[] = {0, 9, 0, 7, 0, 0, class, number, 'w', 'h', 'y'};

	memset(out, 0x5a, 20);
	out[0] = (uint8_t)(type >> 8);
	out[1] = (uint8_t)type;
	out[2] = 0;
	out[3] = sizeof cookie + sizeof error;
	memcpy(out + 20, cookie, sizeof cookie);
	memcpy(out + 28, error, sizeof error);
	return 20 + sizeof cookie + sizeof error;
}

static void
a_challenge_and_an_alternate_send_away(void **state)
{
	uint8_t m[64];

	(void)state;
	assert_true(turn_sends_client_away(m, message(m, 0x0113, 4, 1)));
	assert_true(turn_sends_client_away(m, message(m, 0x0113, 3, 0)));
	assert_false(turn_sends_client_away(m, message(m, 0x0113, 4, 38)));
	assert_false(turn_sends_client_away(m, message(m, 0x0103, 4, 1)));
	assert_false(turn_sends_client_away(m, message(m, 0x0116, 4, 1)));
}

static void
what_is_cut_short_or_lies_about_its_length_does_not(void **state)
{
	uint8_t m[64];
	size_t n = message(m, 0x0113, 4, 1);

	(void)state;
	for (size_t k = 0; k < n; k++)
		assert_false(turn_sends_client_away(m, k));
	m[22] = 0xff; /* the first attribute's length */
	assert_false(turn_sends_client_away(m, n));
	message(m, 0x0113, 4, 1);
	m[31] = 3; /* an Error-Code too short to have one */
	m[3] = 15;
	assert_false(turn_sends_client_away(m, n));
	message(m, 0x0113, 4, 1);
	m[2] = 0xff;
	assert_false(turn_sends_client_away(m, n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_challenge_and_an_alternate_send_away),
	    cmocka_unit_test(what_is_cut_short_or_lies_about_its_length_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
