/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a member may answer to an Allocate, over UDP (the message) and TCP (framed).
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "turn_codec.h"

#include "fuzz.h"

/* Every attribute lies inside the message, and its text is one line for a terminal. */
static void
look_at_all(const uint8_t *octets, size_t n)
{
	struct turn_attribute a;
	char text[TURN_VALUE_MAX];
	size_t at = 0;
	int err;

	while ((err = turn_attribute_next(octets, n, &at, &a)) == 0) {
		assert(a.value + a.n == octets + at && at <= n);
		turn_attribute_text(&a, text);
		assert(strlen(text) < sizeof text);
		for (const char *c = text; *c != '\0'; c++)
			assert(*c >= 0x20 && *c < 0x7f);
	}
	assert(err == -ENOENT || err == -EBADMSG);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const uint8_t transaction[TURN_TRANSACTION];
	struct turn_answer a = {0};
	size_t length = 0;

	look_at_all(octets, n);
	if (turn_decode(octets, n, transaction, &a) == 0)
		assert(a.error == 0 || (a.error >= 300 && a.error <= 699));
	if (turn_unframe(octets, n, 2048, &length) == 0) {
		assert(length + TURN_FRAME <= n);
		turn_decode(octets + TURN_FRAME, length, transaction, &a);
	}
	return 0;
}
