/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * icmp_codec - requests with a right checksum, and whose reply a message is.
 */
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "icmp_codec.h"

static const uint8_t token[ICMP_TOKEN] = "0123456789abcdef";

/* What came with an IPv4 header of @header octets before it. */
static size_t
raw(uint8_t *ret, unsigned header, const uint8_t *message, size_t n)
{
	memset(ret, 0, header);
	ret[0] = (uint8_t)(0x40 | header / 4);
	memcpy(ret + header, message, n);
	return header + n;
}

static void
a_request_has_a_right_checksum(void **state)
{
	uint8_t octets[ICMP_ECHO_MAX];
	size_t n = icmp_echo(octets, AF_INET, token);
	uint32_t sum = 0;

	(void)state;
	assert_int_equal(n, 24);
	assert_int_equal(octets[0], 8);
	for (size_t i = 0; i < n; i += 2)
		sum += (uint32_t)(octets[i] << 8 | octets[i + 1]);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(sum, 0xffff);
	assert_int_equal(icmp_echo(octets, AF_INET6, token), 24);
	assert_int_equal(octets[0], 128);
}

static void
only_the_reply_to_us_is_ours(void **state)
{
	static const struct {
		int family;
		uint8_t reply;
	} families[] = {{AF_INET, 0}, {AF_INET6, 129}};

	(void)state;
	for (size_t i = 0; i < countof(families); i++) {
		uint8_t octets[ICMP_ECHO_MAX];
		int family = families[i].family;
		size_t n = icmp_echo(octets, family, token);

		/* Our own question, as a raw socket on a loopback path hears it. */
		assert_int_equal(
		    icmp_reply_check(octets, n, family, false, token), -ENOMSG);
		octets[0] = families[i].reply;
		assert_int_equal(icmp_reply_check(octets, n, family, false, token), 0);
		assert_int_equal(
		    icmp_reply_check(octets, n - 1, family, false, token), -ENOMSG);
		assert_int_equal(
		    icmp_reply_check(octets, 7, family, false, token), -EBADMSG);
		octets[12] ^= 1;
		assert_int_equal(
		    icmp_reply_check(octets, n, family, false, token), -ENOMSG);
		octets[12] ^= 1;
		octets[1] = 1;
		assert_int_equal(
		    icmp_reply_check(octets, n, family, false, token), -ENOMSG);
	}
}

static void
a_raw_socket_shows_the_header_of_ipv4(void **state)
{
	uint8_t octets[ICMP_ECHO_MAX], packet[128];
	size_t n = icmp_echo(octets, AF_INET, token), length;

	(void)state;
	octets[0] = 0;
	for (unsigned header = 20; header <= 60; header += 4) {
		length = raw(packet, header, octets, n);
		assert_int_equal(
		    icmp_reply_check(packet, length, AF_INET, true, token), 0);
	}
	length = raw(packet, 16, octets, n);
	assert_int_equal(
	    icmp_reply_check(packet, length, AF_INET, true, token), -EBADMSG);
	length = raw(packet, 60, octets, n);
	assert_int_equal(icmp_reply_check(packet, 59, AF_INET, true, token), -EBADMSG);
	assert_int_equal(icmp_reply_check(packet, 0, AF_INET, true, token), -EBADMSG);
	packet[0] = 0x60;
	assert_int_equal(
	    icmp_reply_check(packet, length, AF_INET, true, token), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_has_a_right_checksum),
	    cmocka_unit_test(only_the_reply_to_us_is_ours),
	    cmocka_unit_test(a_raw_socket_shows_the_header_of_ipv4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
