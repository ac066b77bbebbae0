/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a member may answer to SIP OPTIONS and, where the input ends in "R", to REGISTER.
 * The ids are those of 48 zero octets, so that a corpus can hold answers that match.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "sip_answer.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const uint8_t random[48];
	struct sip_question q;
	struct sip_answer a = {0};
	int r;

	sip_question_init(&q, n > 0 && octets[n - 1] == 'R', random);
	r = sip_answer_parse((const char *)octets, n, &q, &a);
	assert(r <= 0);
	if (r != 0)
		return 0;
	assert(a.status >= 200 && a.status <= 699);
	assert(a.length > 0 && memchr(a.said, '\0', sizeof a.said) != NULL);
	for (const char *c = a.said; *c != '\0'; c++)
		assert(*c >= ' ' && *c < 0x7f && *c != '"');
	return 0;
}
