/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a member may answer to an Allocate, over UDP (the message) and TCP (framed).
 */
#include <assert.h>

#include "turn_codec.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const uint8_t transaction[TURN_TRANSACTION];
	struct turn_answer a = {0};
	size_t length = 0;

	if (turn_decode(octets, n, transaction, &a) == 0)
		assert(a.error == 0 || (a.error >= 300 && a.error <= 699));
	if (turn_unframe(octets, n, 2048, &length) == 0) {
		assert(length + TURN_FRAME <= n);
		turn_decode(octets + TURN_FRAME, length, transaction, &a);
	}
	return 0;
}
