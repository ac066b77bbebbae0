/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire - octets of requests and answers.
 *
 * Each side distrusts the other: what is read is checked down to the last character of
 * the text.
 */
#include "wire.h"

#include <errno.h>
#include <string.h>

#define REQUEST_MAGIC UINT32_C(0x65707871) /* "epxq" */
#define ANSWER_MAGIC  UINT32_C(0x65707861) /* "epxa" */

void
wire_request_write(uint8_t octets[WIRE_REQUEST], const struct wire_request *r)
{
	const uint32_t magic = REQUEST_MAGIC;

	memset(octets, 0, WIRE_REQUEST);
	memcpy(octets, &magic, sizeof magic);
	memcpy(octets + 8, &r->endpoint, sizeof r->endpoint);
	memcpy(octets + 16, &r->conf_hash, sizeof r->conf_hash);
}

int
wire_request_read(const uint8_t *octets, size_t n, struct wire_request *ret)
{
	uint32_t magic;

	if (n != WIRE_REQUEST)
		return -EBADMSG;
	memcpy(&magic, octets, sizeof magic);
	if (magic != REQUEST_MAGIC)
		return -EBADMSG;
	memcpy(&ret->endpoint, octets + 8, sizeof ret->endpoint);
	memcpy(&ret->conf_hash, octets + 16, sizeof ret->conf_hash);
	return 0;
}

void
wire_answer_write(uint8_t octets[WIRE_ANSWER], const struct wire_answer *a)
{
	const uint32_t magic = ANSWER_MAGIC, end = (uint32_t)a->end;

	memset(octets, 0, WIRE_ANSWER);
	memcpy(octets, &magic, sizeof magic);
	memcpy(octets + 4, &end, sizeof end);
	memcpy(octets + 8, &a->code, sizeof a->code);
	memcpy(octets + 16, a->said, sizeof a->said);
}

/* A text that ends, of characters that cannot fool anybody. */
static int
read_said(const uint8_t *octets, char ret[WIRE_SAID_MAX])
{
	size_t n = 0;

	while (n < WIRE_SAID_MAX && octets[n] != '\0') {
		if (octets[n] < 0x20 || octets[n] > 0x7e || octets[n] == '"')
			return -EBADMSG;
		n++;
	}
	if (n == WIRE_SAID_MAX)
		return -EBADMSG;
	memset(ret, 0, WIRE_SAID_MAX);
	memcpy(ret, octets, n);
	return 0;
}

int
wire_answer_read(const uint8_t *octets, size_t n, struct wire_answer *ret)
{
	struct wire_answer a;
	uint32_t magic, end;

	if (n != WIRE_ANSWER)
		return -EBADMSG;
	memcpy(&magic, octets, sizeof magic);
	memcpy(&end, octets + 4, sizeof end);
	memcpy(&a.code, octets + 8, sizeof a.code);
	if (magic != ANSWER_MAGIC || end >= WIRE_ENDS ||
	    read_said(octets + 16, a.said) != 0)
		return -EBADMSG;
	a.end = (enum wire_end)end;
	*ret = a;
	return 0;
}
