/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * icmp_codec - ICMP octets.  Pure.
 */
#include "icmp_codec.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER      8 /* type, code, checksum, identifier, sequence */
#define IPV4_HEADER 20

enum {
	ECHO_REPLY = 0,
	ECHO_REQUEST = 8,
	ECHO_REQUEST_V6 = 128,
	ECHO_REPLY_V6 = 129,
};

/* RFC 1071; an even number of octets. */
static uint16_t
checksum(const uint8_t *octets, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i += 2)
		sum += (uint32_t)(octets[i] << 8 | octets[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

size_t
icmp_echo(uint8_t octets[ICMP_ECHO_MAX], int family, const uint8_t token[ICMP_TOKEN])
{
	uint16_t sum;

	memset(octets, 0, HEADER);
	octets[0] = family == AF_INET ? ECHO_REQUEST : ECHO_REQUEST_V6;
	memcpy(octets + 4, token, 2); /* where the socket is raw, some identifier */
	octets[7] = 1;
	memcpy(octets + HEADER, token, ICMP_TOKEN);
	if (family == AF_INET) { /* over IPv6 the kernel knows the addresses it takes */
		sum = checksum(octets, HEADER + ICMP_TOKEN);
		octets[2] = (uint8_t)(sum >> 8);
		octets[3] = (uint8_t)sum;
	}
	return HEADER + ICMP_TOKEN;
}

int
icmp_reply_check(const uint8_t *octets, size_t n, int family, bool raw,
    const uint8_t token[ICMP_TOKEN])
{
	if (raw && family == AF_INET) {
		size_t header = n > 0 ? (octets[0] & 0x0fu) * 4u : 0;

		if (n < IPV4_HEADER || octets[0] >> 4 != 4 || header < IPV4_HEADER ||
		    header > n)
			return -EBADMSG;
		octets += header;
		n -= header;
	}
	if (n < HEADER)
		return -EBADMSG;
	if (octets[0] != (family == AF_INET ? ECHO_REPLY : ECHO_REPLY_V6) ||
	    octets[1] != 0 || n != HEADER + ICMP_TOKEN ||
	    memcmp(octets + HEADER, token, ICMP_TOKEN) != 0)
		return -ENOMSG;
	return 0;
}
