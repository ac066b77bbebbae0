/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a member may answer to SIP OPTIONS.  The ids are those of 48 zero octets, so that
 * a corpus can hold answers that match.
 */
#include <assert.h>
#include <errno.h>

#include "sip_answer.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const uint8_t random[48];
	struct sip_question q;
	struct sip_answer a = {0};
	int r;

	sip_question_init(&q, random);
	r = sip_answer_parse((const char *)octets, n, &q, &a);
	assert(r <= 0);
	if (r == 0)
		assert(a.status >= 200 && a.status <= 699);
	return 0;
}
