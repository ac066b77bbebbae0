/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server may answer to a Binding or an Allocate.  The transaction id is that of
 * RFC 5769, whose sample responses are in the corpus.
 */
#include <assert.h>

#include "stun_codec.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const uint8_t transaction[STUN_TRANSACTION] = {
	    0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
	struct stun_answer a = {0};

	if (stun_decode(octets, n, transaction, &a) != 0)
		return 0;
	assert(a.error == 0 || (a.error >= 300 && a.error <= 699));
	assert(!addr_present(&a.mapped) || addr_family(&a.mapped) < FAMILIES);
	return 0;
}
