/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a member may answer to the pseudo-TLS hello.  Whatever is accepted whole is waited
 * for at every one of its beginnings, and whatever is refused stays refused.
 */
#include <assert.h>
#include <errno.h>

#include "pseudo_tls.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	int whole = pseudo_tls_check(octets, n), before = -EAGAIN;

	assert(whole == 0 || whole == -EAGAIN || whole == -EBADMSG);
	assert(whole != 0 || n >= PSEUDO_TLS_ANSWER);
	assert(whole != -EAGAIN || n < PSEUDO_TLS_ANSWER);
	for (size_t cut = 0; cut <= n && cut <= PSEUDO_TLS_ANSWER; cut++) {
		int now = pseudo_tls_check(octets, cut);

		assert(before == -EAGAIN || now == before);
		before = now;
	}
	assert(before == whole);
	return 0;
}
