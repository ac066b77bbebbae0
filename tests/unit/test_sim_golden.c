/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wire octets of an A/V Edge, written out: 36 (Allocate), 40 (framed), 50 and 83
 * (pseudo-TLS), and the answers to them.  The goldens are the specification's, not the
 * codec's own output.
 */
#include "msturn.h"
#include "pseudo_tls.h"
#include "talk.h"
#include "turn.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
#define TXID 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, \
	     0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf
#define COOKIE 0x00, 0x0f, 0x00, 0x04, 0x72, 0xc6, 0x4b, 0xc6

static const uint8_t allocate_36[] = {
	0x00, 0x03, 0x00, 0x10, TXID, COOKIE,
	0x80, 0x08, 0x00, 0x04, 0x00, 0x00, 0x00, 0x01,
};

static const uint8_t framed_40[] = {
	0x02, 0x00, 0x00, 0x24,
	0x00, 0x03, 0x00, 0x10, TXID, COOKIE,
	0x80, 0x08, 0x00, 0x04, 0x00, 0x00, 0x00, 0x01,
};

#define R32 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, \
	    0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, \
	    0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, \
	    0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf

static const uint8_t hello_50[] = {
	0x16, 0x03, 0x01, 0x00, 0x2d,
	0x01, 0x00, 0x00, 0x29, 0x03, 0x01, R32,
	0x00, 0x00, 0x02, 0x00, 0x18, 0x01, 0x00,
};

static const uint8_t answer_83[] = {
	0x16, 0x03, 0x01, 0x00, 0x4e,
	0x02, 0x00, 0x00, 0x46, 0x03, 0x01, R32,
	0x20, R32,
	0x00, 0x18, 0x00,
	0x0e, 0x00, 0x00, 0x00,
};

/* What the draw below makes of a 401 from 192.0.2.30:3478. */
static const uint8_t challenge[] = {
	0x01, 0x13, 0x00, 0x80, TXID, COOKIE,
	0x00, 0x09, 0x00, 0x10, 0x00, 0x00, 0x04, 0x01,
		'U', 'n', 'a', 'u', 't', 'h', 'o', 'r', 'i', 'z', 'e', 'd',
	0x00, 0x15, 0x00, 0x0a, '"', 'r', 't', 'c', 'm', 'e', 'd', 'i', 'a', '"',
	0x00, 0x14, 0x00, 0x22, '"',
		'd', '0', 'd', '1', 'd', '2', 'd', '3', 'd', '4', 'd', '5', 'd', '6', 'd', '7',
		'd', '8', 'd', '9', 'd', 'a', 'd', 'b', 'd', 'c', 'd', 'd', 'd', 'e', 'd', 'f',
		'"',
	0x00, 0x0e, 0x00, 0x08, 0x00, 0x01, 0x0d, 0x96, 192, 0, 2, 30,
	0x80, 0x08, 0x00, 0x04, 0x00, 0x00, 0x00, 0x04,
	0x80, 0x50, 0x00, 0x18,
		0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9,
		0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xd0, 0xd1, 0xd2, 0xd3,
		0x00, 0x00, 0x00, 0x00,
};
/* clang-format on */

static_assert(sizeof allocate_36 == 36 && sizeof framed_40 == 40 &&
		  sizeof hello_50 == 50 && sizeof answer_83 == 83,
    "as many octets as the specification says");

static void
draw_pattern(void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)bytes)[i] = (uint8_t)(0xd0 + i % 16);
}

static const struct manner manner = {.name = "edge1",
    .server_token = "RTC/5.0",
    .realm = "rtcmedia",
    .draw = draw_pattern};

static struct sockaddr_storage
address(const char *text, uint16_t port)
{
	struct sockaddr_storage a = {0};
	struct sockaddr_in *sin = (void *)&a;

	sin->sin_family = AF_INET;
	sin->sin_port = htons(port);
	assert_int_equal(inet_pton(AF_INET, text, &sin->sin_addr), 1);
	return a;
}

static struct talk
media_talk(void)
{
	return (struct talk){.speech = SPEECH_TURN_STREAM,
	    .manner = &manner,
	    .peer = address("198.51.100.9", 4711),
	    .local = address("192.0.2.30", 3478)};
}

static void
allocate_of_36_octets_is_understood(void **state)
{
	struct msturn_message m;

	(void)state;
	assert_int_equal(msturn_parse(allocate_36, sizeof allocate_36, &m), 0);
	assert_int_equal(m.type, MSTURN_ALLOCATE);
	assert_memory_equal(m.id, allocate_36 + 4, 16);
	assert_null(m.username.at);
}

static void
allocate_of_36_octets_is_written(void **state)
{
	struct octets out = {0};

	(void)state;
	size_t start = msturn_begin(&out, MSTURN_ALLOCATE, allocate_36 + 4);
	msturn_put_u32(&out, MSTURN_VERSION, 1);
	msturn_end(&out, start);
	assert_int_equal(out.len, sizeof allocate_36);
	assert_memory_equal(out.bytes, allocate_36, sizeof allocate_36);
	octets_fini(&out);
}

/* Every cut, a cookie that is not first, an RFC 5389 message: none is an answer's due. */
static void
what_is_not_this_dialect_is_ignored(void **state)
{
	static const uint8_t binding[20] = {0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42};
	uint8_t late[sizeof allocate_36];
	struct msturn_message m;

	(void)state;
	for (size_t n = 0; n < sizeof allocate_36; n++)
		assert_true(msturn_parse(allocate_36, n, &m) < 0);
	memcpy(late, allocate_36, 20);
	memcpy(late + 20, allocate_36 + 28, 8);
	memcpy(late + 28, allocate_36 + 20, 8);
	assert_true(msturn_parse(late, sizeof late, &m) < 0);
	assert_true(msturn_parse(binding, sizeof binding, &m) < 0);
	memcpy(late, allocate_36, sizeof late);
	late[31] = 5; /* the last attribute says it is longer than the message */
	assert_true(msturn_parse(late, sizeof late, &m) < 0);
}

static void
anonymous_allocate_is_challenged_octet_for_octet(void **state)
{
	struct sockaddr_storage peer = address("198.51.100.9", 4711);
	struct sockaddr_storage local = address("192.0.2.30", 3478);
	const struct turn_scene scene = {&manner, SICKNESS_WELL, &peer, &local};
	struct msturn_message m;
	struct octets out = {0};

	(void)state;
	assert_int_equal(msturn_parse(allocate_36, sizeof allocate_36, &m), 0);
	turn_answer(&scene, &m, &out);
	assert_int_equal(out.len, sizeof challenge);
	assert_memory_equal(out.bytes, challenge, sizeof challenge);
	octets_fini(&out);
}

static void
hello_of_50_octets_gets_83_and_the_frame_of_40_a_frame(void **state)
{
	struct talk t = media_talk();
	struct octets in = {0}, out = {0};

	(void)state;
	octets_append(&in, hello_50, sizeof hello_50);
	assert_int_equal(talk_hear(&t, SICKNESS_WELL, &in, &out), TALK_ON);
	assert_int_equal(out.len, sizeof answer_83);
	assert_memory_equal(out.bytes, answer_83, 11 + 32 + 1);
	assert_memory_equal(out.bytes + 76, answer_83 + 76, 7);
	octets_fini(&out);
	octets_append(&in, framed_40, sizeof framed_40);
	assert_int_equal(talk_hear(&t, SICKNESS_WELL, &in, &out), TALK_ON);
	assert_int_equal(out.len, 4 + sizeof challenge);
	assert_memory_equal(out.bytes, ((uint8_t[]){2, 0, 0, sizeof challenge}), 4);
	assert_memory_equal(out.bytes + 4, challenge, sizeof challenge);
	octets_fini(&out);
}

static void
pseudo_answer_is_83_octets(void **state)
{
	struct octets out = {0};

	(void)state;
	pseudo_tls_answer(answer_83 + 11, answer_83 + 44, &out);
	assert_int_equal(out.len, sizeof answer_83);
	assert_memory_equal(out.bytes, answer_83, sizeof answer_83);
	octets_fini(&out);
}

/* One wrong octet outside the random, and it is a real TLS client for all we know. */
static void
hello_with_one_wrong_octet_is_alien(void **state)
{
	uint8_t hello[sizeof hello_50];

	(void)state;
	for (size_t i = 0; i < sizeof hello_50; i++) {
		bool random = i >= 11 && i < 43;

		memcpy(hello, hello_50, sizeof hello);
		hello[i] ^= 0x40;
		assert_int_equal(pseudo_tls_judge(hello, sizeof hello),
		    random ? PSEUDO_TLS_GREETS : PSEUDO_TLS_ALIEN);
		assert_int_equal(pseudo_tls_judge(hello_50, i), PSEUDO_TLS_MORE);
	}
}

static void
octet_by_octet_it_is_the_same_conversation(void **state)
{
	struct talk t = media_talk();
	struct octets in = {0}, out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof hello_50; i++) {
		octets_append(&in, hello_50 + i, 1);
		assert_int_equal(talk_hear(&t, SICKNESS_WELL, &in, &out), TALK_ON);
	}
	for (size_t i = 0; i < sizeof framed_40; i++) {
		octets_append(&in, framed_40 + i, 1);
		assert_int_equal(talk_hear(&t, SICKNESS_WELL, &in, &out), TALK_ON);
	}
	assert_int_equal(out.len, sizeof answer_83 + 4 + sizeof challenge);
	assert_int_equal(in.len, 0);
	octets_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(allocate_of_36_octets_is_understood),
	    cmocka_unit_test(allocate_of_36_octets_is_written),
	    cmocka_unit_test(what_is_not_this_dialect_is_ignored),
	    cmocka_unit_test(anonymous_allocate_is_challenged_octet_for_octet),
	    cmocka_unit_test(hello_of_50_octets_gets_83_and_the_frame_of_40_a_frame),
	    cmocka_unit_test(pseudo_answer_is_83_octets),
	    cmocka_unit_test(hello_with_one_wrong_octet_is_alien),
	    cmocka_unit_test(octet_by_octet_it_is_the_same_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
