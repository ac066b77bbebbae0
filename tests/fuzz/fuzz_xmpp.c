/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a member may send at the beginning of an XMPP stream.
 */
#include <assert.h>

#include "xmpp_answer.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	assert(xmpp_answer_check((const char *)octets, n) <= 0);
	return 0;
}
