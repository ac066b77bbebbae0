/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Halves, answers to others, answers without end.
 */
#include "spoil.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define FRAME   4 /* before each message on a TURN stream */
#define ID      4 /* where a TURN message has its transaction id */
#define ENDLESS 131072

/* Another question's id, of the same length: who does not compare notices nothing. */
static void
misaddress(enum speech speech, uint8_t *answer, size_t n)
{
	static const char call_id[] = "\r\nCall-ID: ";
	size_t at = SIZE_MAX;

	switch (speech) {
	case SPEECH_TURN_STREAM:
		at = FRAME + ID;
		break;
	case SPEECH_TURN_DATAGRAM:
		at = ID;
		break;
	case SPEECH_SIP: {
		const uint8_t *found = memmem(answer, n, call_id, sizeof call_id - 1);

		if (found != NULL)
			at = (size_t)(found - answer) + sizeof call_id - 1;
		break;
	}
	case SPEECH_PSOM:
	case SPEECH_XMPP:
		break;
	}
	if (at < n)
		answer[at] ^= 1;
}

static void
fill(struct octets *out)
{
	char blanks[1024];

	memset(blanks, ' ', sizeof blanks);
	for (size_t n = 0; n < ENDLESS; n += sizeof blanks)
		octets_append(out, blanks, sizeof blanks);
}

void
spoil(enum speech speech, enum sickness sickness, struct octets *out, size_t start)
{
	size_t n = out->len - start;

	if (n == 0)
		return;
	if (sickness == SICKNESS_HALF || sickness == SICKNESS_ENDLESS)
		out->len = start + n / 2;
	if (sickness == SICKNESS_ENDLESS)
		fill(out);
	if (sickness == SICKNESS_OTHER)
		misaddress(speech, out->bytes + start, n);
}
