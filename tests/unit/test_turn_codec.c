/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn_codec, pseudo_tls - golden octets of the wire, and answers of every kind.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pseudo_tls.h"
#include "turn_codec.h"

#define TX     "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
#define COOKIE "000f000472c64bc6"
#define E401   "0009000400000401"
#define REALM  "0015000572746d6564" /* five octets, not padded */
#define NONCE  "00140003616263"

static size_t
octets(const char *hex, uint8_t *ret)
{
	size_t n = 0;

	for (; hex[0] != '\0'; hex += 2) {
		unsigned value;

		assert_int_equal(sscanf(hex, "%2x", &value), 1);
		ret[n++] = (uint8_t)value;
	}
	return n;
}

static void
allocate_has_the_golden_octets(void **state)
{
	uint8_t tx[TURN_TRANSACTION], want[64], got[64];

	(void)state;
	octets(TX, tx);
	assert_int_equal(octets("00030010" TX "000f000472c64bc6"
				"8008000400000001",
			     want),
	    36);
	turn_allocate(got, tx);
	assert_memory_equal(got, want, 36);

	assert_int_equal(octets("02000024"
				"00030010" TX "000f000472c64bc6"
				"8008000400000001",
			     want),
	    40);
	turn_allocate_framed(got, tx);
	assert_memory_equal(got, want, 40);
}

static void
pseudo_hello_has_the_golden_octets(void **state)
{
	uint8_t random[PSEUDO_TLS_RANDOM], want[64], got[64];

	(void)state;
	memset(random, 0x5a, sizeof random);
	assert_int_equal(
	    octets("160301002d"
		   "01000029"
		   "0301"
		   "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
		   "00"
		   "00020018"
		   "0100",
		want),
	    50);
	pseudo_tls_hello(got, random);
	assert_memory_equal(got, want, 50);
}

static void
pseudo_answer_is_checked_octet_by_octet(void **state)
{
	uint8_t golden[128], bent[128];

	(void)state;
	assert_int_equal(
	    octets("160301004e"
		   "02000046"
		   "0301"
		   "1111111111111111111111111111111111111111111111111111111111111111"
		   "20"
		   "2222222222222222222222222222222222222222222222222222222222222222"
		   "0018"
		   "00"
		   "0e000000",
		golden),
	    83);
	assert_int_equal(pseudo_tls_check(golden, 83), 0);
	assert_int_equal(
	    pseudo_tls_check(golden, 84), 0); /* more behind it is not its business */
	for (size_t n = 0; n < 83; n++)
		assert_int_equal(pseudo_tls_check(golden, n), -EAGAIN);
	for (size_t i = 0; i < 83; i++) {
		bool free_octet = (i >= 11 && i <= 42) || (i >= 44 && i <= 75);

		memcpy(bent, golden, 83);
		bent[i] ^= 0x40;
		assert_int_equal(pseudo_tls_check(bent, 83), free_octet ? 0 : -EBADMSG);
		assert_int_equal(pseudo_tls_check(bent, i + 1),
		    free_octet ? (i == 82 ? 0 : -EAGAIN) : -EBADMSG);
	}
}

struct answer_row {
	const char *sentence;
	const char *hex; /* LLLL stands for the length of what follows the header */
	int result;
	int error;
	bool realm, nonce;
	const char *alternate;
	uint16_t port;
};

static const struct answer_row answer_rows[] = {
    {"a challenge", "0113LLLL" TX COOKIE E401 REALM NONCE, 0, 401, true, true, "-", 0},
    {"a challenge that names its relay",
	"0113LLLL" TX COOKIE E401 REALM NONCE "000e000800010d96836b9b1e", 0, 401, true,
	true, "131.107.155.30", 3478},
    {"an IPv6 relay",
	"0113LLLL" TX COOKIE E401 REALM NONCE
	"000e001400020d9620010db8000000000000000000000007",
	0, 401, true, true, "2001:db8::7", 3478},
    {"unknown attributes are passed over",
	"0113LLLL" TX COOKIE "80500004000000018008000400000003" E401 REALM NONCE, 0, 401,
	true, true, "-", 0},
    {"try another", "0113LLLL" TX COOKIE "0009000400000300", 0, 300, false, false, "-",
	0},
    {"no realm", "0113LLLL" TX COOKIE E401 NONCE, 0, 401, false, true, "-", 0},
    {"an empty realm is none", "0113LLLL" TX COOKIE E401 "00150000" NONCE, 0, 401, false,
	true, "-", 0},
    {"the cookie is not first", "0113LLLL" TX E401 COOKIE, -EBADMSG, 0, 0, 0, NULL, 0},
    {"a wrong cookie", "0113LLLL" TX "000f00042112a442" E401, -EBADMSG, 0, 0, 0, NULL, 0},
    {"a cookie of the wrong size", "0113LLLL" TX "000f000372c64b" E401, -EBADMSG, 0, 0, 0,
	NULL, 0},
    {"no attribute at all", "0113LLLL" TX, -EBADMSG, 0, 0, 0, NULL, 0},
    {"another transaction", "0113LLLLb0a1a2a3a4a5a6a7a8a9aaabacadaeaf" COOKIE E401,
	-ENOMSG, 0, 0, 0, NULL, 0},
    {"a length that is not there", "01130040" TX COOKIE E401, -EBADMSG, 0, 0, 0, NULL, 0},
    {"an attribute beyond the end", "0113LLLL" TX COOKIE "0015ffff61", -EBADMSG, 0, 0, 0,
	NULL, 0},
    {"half an attribute header", "0113LLLL" TX COOKIE "0015", -EBADMSG, 0, 0, 0, NULL, 0},
    {"an error code of class 0", "0113LLLL" TX COOKIE "0009000400000001", -EBADMSG, 0, 0,
	0, NULL, 0},
    {"a short error code", "0113LLLL" TX COOKIE "000900020000", -EBADMSG, 0, 0, 0, NULL,
	0},
    {"an address of an unknown family",
	"0113LLLL" TX COOKIE E401 "000e000800030d96836b9b1e", -EBADMSG, 0, 0, 0, NULL, 0},
    {"an address too short", "0113LLLL" TX COOKIE E401 "000e000700010d96836b9b", -EBADMSG,
	0, 0, 0, NULL, 0},
    {"an address of two octets", "0113LLLL" TX COOKIE E401 "000e00020001", -EBADMSG, 0, 0,
	0, NULL, 0},
    {"first bits set", "8113LLLL" TX COOKIE E401, -EBADMSG, 0, 0, 0, NULL, 0},
    {"nothing", "", -EBADMSG, 0, 0, 0, NULL, 0},
};

static size_t
row_octets(const struct answer_row *row, uint8_t *ret)
{
	char hex[512];
	char *length;

	snprintf(hex, sizeof hex, "%s", row->hex);
	length = strstr(hex, "LLLL");
	if (length != NULL) {
		char text[5];

		snprintf(text, sizeof text, "%04x", (unsigned)(strlen(hex) / 2 - 20));
		memcpy(length, text, 4);
	}
	return octets(hex, ret);
}

static void
answers_are_read(void **state)
{
	uint8_t tx[TURN_TRANSACTION], message[256];

	(void)state;
	octets(TX, tx);
	for (size_t i = 0; i < countof(answer_rows); i++) {
		const struct answer_row *row = &answer_rows[i];
		struct turn_answer a;
		char text[ADDR_TEXT_MAX];
		size_t n = row_octets(row, message);

		print_message("%s\n", row->sentence);
		assert_int_equal(turn_decode(message, n, tx, &a), row->result);
		if (row->result != 0)
			continue;
		assert_int_equal(a.type, TURN_TYPE_ALLOCATE_ERROR);
		assert_int_equal(a.error, row->error);
		assert_int_equal(a.realm, row->realm);
		assert_int_equal(a.nonce, row->nonce);
		assert_string_equal(addr_text(&a.alternate, text), row->alternate);
		assert_int_equal(a.alternate_port, row->port);
	}
}

static void
every_cut_of_an_answer_is_refused(void **state)
{
	uint8_t tx[TURN_TRANSACTION], message[256];
	struct turn_answer a;
	size_t n = row_octets(&answer_rows[1], message);

	(void)state;
	octets(TX, tx);
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *exact =
		    test_malloc(cut + 1); /* so that a sanitizer sees the end */

		memcpy(exact, message, cut);
		assert_int_equal(turn_decode(exact, cut, tx, &a), -EBADMSG);
		test_free(exact);
	}
}

static void
frames_are_found(void **state)
{
	uint8_t in[64] = {0x02, 0x00, 0x00, 0x18};
	size_t length = 0;

	(void)state;
	for (size_t n = 0; n < 28; n++)
		assert_int_equal(turn_unframe(in, n, 1000, &length), -EAGAIN);
	assert_int_equal(turn_unframe(in, 28, 1000, &length), 0);
	assert_int_equal(length, 24);
	assert_int_equal(turn_unframe(in, 40, 1000, &length), 0);
	assert_int_equal(turn_unframe(in, 28, 23, &length), -EBADMSG);
	in[3] = 19; /* shorter than a header */
	assert_int_equal(turn_unframe(in, 40, 1000, &length), -EBADMSG);
	in[0] = 0x03; /* data, before anybody asked for any */
	assert_int_equal(turn_unframe(in, 1, 1000, &length), -EBADMSG);
	in[0] = 0x02;
	in[1] = 0x01;
	assert_int_equal(turn_unframe(in, 2, 1000, &length), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(allocate_has_the_golden_octets),
	    cmocka_unit_test(pseudo_hello_has_the_golden_octets),
	    cmocka_unit_test(pseudo_answer_is_checked_octet_by_octet),
	    cmocka_unit_test(answers_are_read),
	    cmocka_unit_test(every_cut_of_an_answer_is_refused),
	    cmocka_unit_test(frames_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
