/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What either side of the helper's socket may send, and what a program may say: its line
 * always is one that the prober takes.
 */
#include <assert.h>
#include <string.h>

#include "said.h"
#include "wire.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct wire_request request;
	struct wire_answer answer = {.end = WIRE_EXITED}, heard;
	uint8_t written[WIRE_ANSWER];

	wire_request_read(octets, n, &request);
	if (wire_answer_read(octets, n, &heard) == 0)
		assert(heard.end < WIRE_ENDS && strlen(heard.said) < WIRE_SAID_MAX);
	said_line((const char *)octets, n, answer.said);
	wire_answer_write(written, &answer);
	assert(wire_answer_read(written, sizeof written, &heard) == 0);
	assert(strcmp(heard.said, answer.said) == 0);
	return 0;
}
