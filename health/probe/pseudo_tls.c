/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pseudo_tls - the two constants of the exchange, and what may vary in them.
 */
#include "pseudo_tls.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Record header, ClientHello of version 3.1, random, no session id, one cipher suite
 * (0x0018), no compression. */
static const uint8_t hello_head[11] = {
    0x16, 0x03, 0x01, 0x00, 0x2d, 0x01, 0x00, 0x00, 0x29, 0x03, 0x01};
static const uint8_t hello_tail[7] = {0x00, 0x00, 0x02, 0x00, 0x18, 0x01, 0x00};

/* ServerHello and ServerHelloDone in one record; [11..42] is random, [44..75] the
 * session id. */
static const uint8_t answer_head[11] = {
    0x16, 0x03, 0x01, 0x00, 0x4e, 0x02, 0x00, 0x00, 0x46, 0x03, 0x01};
static const uint8_t answer_tail[7] = {0x00, 0x18, 0x00, 0x0e, 0x00, 0x00, 0x00};
#define ANSWER_SESSION_LENGTH 43
#define ANSWER_TAIL           76

_Static_assert(
    sizeof hello_head + PSEUDO_TLS_RANDOM + sizeof hello_tail == PSEUDO_TLS_HELLO,
    "the hello has 50 octets");
_Static_assert(
    ANSWER_TAIL + sizeof answer_tail == PSEUDO_TLS_ANSWER, "the answer has 83 octets");

void
pseudo_tls_hello(
    uint8_t octets[PSEUDO_TLS_HELLO], const uint8_t random[PSEUDO_TLS_RANDOM])
{
	memcpy(octets, hello_head, sizeof hello_head);
	memcpy(octets + sizeof hello_head, random, PSEUDO_TLS_RANDOM);
	memcpy(octets + sizeof hello_head + PSEUDO_TLS_RANDOM, hello_tail,
	    sizeof hello_tail);
}

static bool
answer_octet_fits(size_t at, uint8_t octet)
{
	if (at < sizeof answer_head)
		return octet == answer_head[at];
	if (at == ANSWER_SESSION_LENGTH)
		return octet == 0x20;
	if (at >= ANSWER_TAIL)
		return octet == answer_tail[at - ANSWER_TAIL];
	return true;
}

int
pseudo_tls_check(const uint8_t *octets, size_t n)
{
	size_t looked = n < PSEUDO_TLS_ANSWER ? n : PSEUDO_TLS_ANSWER;

	for (size_t i = 0; i < looked; i++)
		if (!answer_octet_fits(i, octets[i]))
			return -EBADMSG;
	return n < PSEUDO_TLS_ANSWER ? -EAGAIN : 0;
}
