/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stun_codec - the test vectors of RFC 5769, and answers that are none.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "stun_codec.h"

#define TX     "b7e7a701bc34d686fa87dfae"
#define COOKIE "2112a442"

/* RFC 5769, 2.2 and 2.3: sample responses, padded with blanks as the RFC has them. */
#define SAMPLE_V4                                                                        \
	"0101003c" COOKIE TX "8022000b7465737420766563746f7220"                          \
	"002000080001a147e112a643"                                                       \
	"000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"                               \
	"80280004c07d4c96"
#define SAMPLE_V6                                                                        \
	"01010048" COOKIE TX "8022000b7465737420766563746f7220"                          \
	"002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"                               \
	"00080014a382954e4be67bf11784c97c8292c275bfe3ed41"                               \
	"80280004c8fb0b4c"

#define REALM "001400076578616d706c6500" /* "example", padded */
#define NONCE "0015000361626300"
#define E401  "0009000400000401"

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

static int
decode(const char *hex, struct stun_answer *ret)
{
	uint8_t message[256], tx[STUN_TRANSACTION];
	size_t n = octets(hex, message);

	octets(TX, tx);
	return stun_decode(message, n, tx, ret);
}

static void
sample_responses_of_rfc_5769_are_read(void **state)
{
	static const char *const samples[] = {SAMPLE_V4, SAMPLE_V6};
	static const char *const mapped[] = {
	    "192.0.2.1:32853", "[2001:db8:1234:5678:11:2233:4455:6677]:32853"};

	(void)state;
	for (size_t i = 0; i < countof(samples); i++) {
		char text[ADDR_PORT_TEXT_MAX];
		struct stun_answer a;

		assert_int_equal(decode(samples[i], &a), 0);
		assert_int_equal(a.type, STUN_TYPE_BINDING_SUCCESS);
		assert_true(a.fingerprint);
		assert_int_equal(a.error, 0);
		assert_string_equal(
		    addr_port_text(&a.mapped, a.mapped_port, text), mapped[i]);
	}
}

static void
every_octet_of_a_sample_counts(void **state)
{
	uint8_t message[256], tx[STUN_TRANSACTION];
	size_t n = octets(SAMPLE_V4, message);
	struct stun_answer a;

	(void)state;
	octets(TX, tx);
	for (size_t i = 0; i < n; i++)
		for (int bit = 0; bit < 8; bit++) {
			message[i] ^= (uint8_t)(1 << bit);
			/* A length that hides the fingerprint, or another type for it,
			 * leaves an answer that nothing vouches for. */
			assert_true(
			    stun_decode(message, n, tx, &a) < 0 || !a.fingerprint);
			message[i] ^= (uint8_t)(1 << bit);
		}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(stun_decode(message, i, tx, &a), -EBADMSG);
}

static void
questions_are_what_they_should_be(void **state)
{
	uint8_t tx[STUN_TRANSACTION], want[64], got[64];
	struct stun_answer a;

	(void)state;
	octets(TX, tx);
	stun_binding(got, tx);
	octets("00010008" COOKIE TX "80280004", want);
	assert_memory_equal(got, want, 24);
	assert_int_equal(stun_decode(got, STUN_BINDING, tx, &a), 0);
	assert_true(a.fingerprint);

	stun_allocate(got, tx);
	octets("00030010" COOKIE TX "0019000411000000"
	       "80280004",
	    want);
	assert_memory_equal(got, want, 32);
	assert_int_equal(stun_decode(got, STUN_ALLOCATE, tx, &a), 0);
	assert_true(a.fingerprint);
}

static const struct row {
	const char *sentence, *hex;
	int result, error;
	bool realm, nonce;
} rows[] = {
    {"a challenge", "0113001c" COOKIE TX E401 REALM NONCE, 0, 401, true, true},
    {"no attribute at all", "01010000" COOKIE TX, 0, 0, false, false},
    {"an attribute nobody knows", "01010008" COOKIE TX "7fff00027f7f0000", 0, 0, false,
	false},
    {"the first error counts", "01130010" COOKIE TX E401 "0009000400000500", 0, 401,
	false, false},
    {"an empty realm is none", "01130004" COOKIE TX "00140000", 0, 0, false, false},
    {"another cookie",
	"01010000"
	"2112a443" TX,
	-EBADMSG, 0, false, false},
    {"another transaction", "01010000" COOKIE "b7e7a701bc34d686fa87dfaf", -ENOMSG, 0,
	false, false},
    {"the old dialect's length without padding", "01010007" COOKIE TX "00200003000100",
	-EBADMSG, 0, false, false},
    {"a length that lies", "01010008" COOKIE TX, -EBADMSG, 0, false, false},
    {"an attribute longer than the message", "01010004" COOKIE TX "00200008", -EBADMSG, 0,
	false, false},
    {"padding beyond the end", "01010004" COOKIE TX "80220001", -EBADMSG, 0, false,
	false},
    {"an address of no family", "0101000c" COOKIE TX "002000080003a147e112a643", -EBADMSG,
	0, false, false},
    {"an address too short", "01010008" COOKIE TX "002000040001a147", -EBADMSG, 0, false,
	false},
    {"an error code without a class", "01130008" COOKIE TX "0009000400000001", -EBADMSG,
	0, false, false},
    {"something behind the fingerprint",
	"01010010" COOKIE TX "80280004c07d4c96"
	"8022000461626364",
	-EBADMSG, 0, false, false},
    {"TLS", "1603030010" COOKIE TX "0000000000000000", -EBADMSG, 0, false, false},
    {"the first two bits are not zero", "81010000" COOKIE TX, -EBADMSG, 0, false, false},
    {"nothing", "", -EBADMSG, 0, false, false},
};

static void
answers_of_every_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct stun_answer a = {0};
		int result = decode(rows[i].hex, &a);

		if (result != rows[i].result)
			fail_msg("%s: %d", rows[i].sentence, result);
		if (result == 0 &&
		    (a.error != rows[i].error || a.realm != rows[i].realm ||
			a.nonce != rows[i].nonce))
			fail_msg(
			    "%s: %d %d %d", rows[i].sentence, a.error, a.realm, a.nonce);
	}
}

static void
a_plain_address_is_taken_where_no_other_is(void **state)
{
	char text[ADDR_PORT_TEXT_MAX];
	struct stun_answer a;

	(void)state;
	assert_int_equal(decode("0101000c" COOKIE TX "0001000800018055c0000202", &a), 0);
	assert_string_equal(
	    addr_port_text(&a.mapped, a.mapped_port, text), "192.0.2.2:32853");
	assert_int_equal(decode("01010018" COOKIE TX "0001000800018055c0000202"
				"002000080001a147e112a643",
			     &a),
	    0);
	assert_string_equal(
	    addr_port_text(&a.mapped, a.mapped_port, text), "192.0.2.1:32853");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sample_responses_of_rfc_5769_are_read),
	    cmocka_unit_test(every_octet_of_a_sample_counts),
	    cmocka_unit_test(questions_are_what_they_should_be),
	    cmocka_unit_test(answers_of_every_kind),
	    cmocka_unit_test(a_plain_address_is_taken_where_no_other_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
