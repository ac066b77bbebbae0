/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pseudo-TLS handshake of [MS-TURN].  A hello counts only if every octet but the 32
 * random ones is right: a real TLS client must not get this far.
 */
#include "pseudo_tls.h"

#include <assert.h>
#include <stdbool.h>

#define RANDOM_AT 11
#define RANDOM    32

/* Record, ClientHello, version, random, no session, one suite (0x0018), no compression.
 */
static const uint8_t hello_head[RANDOM_AT] = {
    0x16, 0x03, 0x01, 0x00, 0x2d, 0x01, 0x00, 0x00, 0x29, 0x03, 0x01};
static const uint8_t hello_tail[] = {0x00, 0x00, 0x02, 0x00, 0x18, 0x01, 0x00};
static_assert(sizeof hello_head + RANDOM + sizeof hello_tail == PSEUDO_TLS_HELLO,
    "the hello is 50 octets");

/* Record, ServerHello, version, random, session of 32, suite, no compression, and
 * ServerHelloDone in the same record. */
static const uint8_t answer_head[RANDOM_AT] = {
    0x16, 0x03, 0x01, 0x00, 0x4e, 0x02, 0x00, 0x00, 0x46, 0x03, 0x01};
static const uint8_t answer_middle[] = {0x20};
static const uint8_t answer_tail[] = {0x00, 0x18, 0x00, 0x0e, 0x00, 0x00, 0x00};
static_assert(
    sizeof answer_head + RANDOM + sizeof answer_middle + RANDOM + sizeof answer_tail ==
	PSEUDO_TLS_ANSWER,
    "the answer is 83 octets");

static bool
agrees(const uint8_t *bytes, size_t i)
{
	if (i < RANDOM_AT)
		return bytes[i] == hello_head[i];
	if (i < RANDOM_AT + RANDOM)
		return true;
	return bytes[i] == hello_tail[i - RANDOM_AT - RANDOM];
}

enum pseudo_tls
pseudo_tls_judge(const uint8_t *bytes, size_t len)
{
	if (len > 0 && (bytes[0] == 0x02 || bytes[0] == 0x03))
		return PSEUDO_TLS_FRAMED;
	for (size_t i = 0; i < len && i < PSEUDO_TLS_HELLO; i++) {
		if (!agrees(bytes, i))
			return PSEUDO_TLS_ALIEN;
	}
	return len < PSEUDO_TLS_HELLO ? PSEUDO_TLS_MORE : PSEUDO_TLS_GREETS;
}

void
pseudo_tls_answer(const uint8_t random[32], const uint8_t session[32], struct octets *out)
{
	octets_append(out, answer_head, sizeof answer_head);
	octets_append(out, random, RANDOM);
	octets_append(out, answer_middle, sizeof answer_middle);
	octets_append(out, session, RANDOM);
	octets_append(out, answer_tail, sizeof answer_tail);
}
