/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stun_codec - STUN octets.  Pure: no sockets, no clock, no memory of its own.
 *
 * Our questions carry a FINGERPRINT, because a server then answers with one, and what
 * has passed a CRC was damaged by nobody on the way.  An answer without one is good all
 * the same: RFC 5389 leaves it to the server.
 */
#include "stun_codec.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "network_order.h"

#define HEADER      20 /* type, length, magic cookie, transaction id */
#define FINGERPRINT 8  /* attribute header and CRC */

enum {
	TYPE_BINDING = 0x0001,
	TYPE_ALLOCATE = 0x0003,
	ATTRIBUTE_MAPPED_ADDRESS = 0x0001,
	ATTRIBUTE_ERROR_CODE = 0x0009,
	ATTRIBUTE_REALM = 0x0014,
	ATTRIBUTE_NONCE = 0x0015,
	ATTRIBUTE_REQUESTED_TRANSPORT = 0x0019,
	ATTRIBUTE_XOR_MAPPED_ADDRESS = 0x0020,
	ATTRIBUTE_FINGERPRINT = 0x8028,
	TRANSPORT_UDP = 17,
};

static const uint8_t cookie[4] = {0x21, 0x12, 0xa4, 0x42};

/* The CRC-32 of Ethernet, "STUN" laid over it (RFC 5389, 15.5). */
static uint32_t
fingerprint(const uint8_t *octets, size_t n)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= octets[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return crc ^ UINT32_MAX ^ UINT32_C(0x5354554e);
}

static uint8_t *
put_header(uint8_t *at, unsigned type, size_t length,
    const uint8_t transaction[STUN_TRANSACTION])
{
	at = put16(at, type);
	at = put16(at, (unsigned)(length - HEADER));
	memcpy(at, cookie, sizeof cookie);
	memcpy(at + sizeof cookie, transaction, STUN_TRANSACTION);
	return at + sizeof cookie + STUN_TRANSACTION;
}

static void
put_fingerprint(uint8_t *octets, uint8_t *at)
{
	uint32_t crc = fingerprint(octets, (size_t)(at - octets));

	at = put16(at, ATTRIBUTE_FINGERPRINT);
	at = put16(at, 4);
	at = put16(at, crc >> 16);
	put16(at, crc & 0xffff);
}

void
stun_binding(uint8_t octets[STUN_BINDING], const uint8_t transaction[STUN_TRANSACTION])
{
	put_fingerprint(
	    octets, put_header(octets, TYPE_BINDING, STUN_BINDING, transaction));
}

void
stun_allocate(uint8_t octets[STUN_ALLOCATE], const uint8_t transaction[STUN_TRANSACTION])
{
	static const uint8_t udp[4] = {TRANSPORT_UDP, 0, 0, 0};
	uint8_t *at = put_header(octets, TYPE_ALLOCATE, STUN_ALLOCATE, transaction);

	at = put16(at, ATTRIBUTE_REQUESTED_TRANSPORT);
	at = put16(at, sizeof udp);
	memcpy(at, udp, sizeof udp);
	put_fingerprint(octets, at + sizeof udp);
}

/* @mask: the cookie and transaction id that a XOR address is laid over, or NULL. */
static int
decode_address(
    const uint8_t *value, size_t n, const uint8_t *mask, struct addr *ret, uint16_t *port)
{
	struct addr a = {0};
	size_t length;

	if (n < 4)
		return -EBADMSG;
	if (value[1] == 1) {
		a.family = AF_INET;
		length = 4;
	} else if (value[1] == 2) {
		a.family = AF_INET6;
		length = 16;
	} else {
		return -EBADMSG;
	}
	if (n != 4 + length)
		return -EBADMSG;
	memcpy(a.bytes, value + 4, length);
	*port = get16(value + 2);
	if (mask != NULL) {
		*port = (uint16_t)(*port ^ get16(mask));
		for (size_t i = 0; i < length; i++)
			a.bytes[i] ^= mask[i];
	}
	*ret = a;
	return 0;
}

/* The first of each kind counts (RFC 5389, 15); what we do not know does not matter. */
static int
decode_attribute(const uint8_t *message, uint16_t type, const uint8_t *value, size_t n,
    struct stun_answer *a)
{
	switch (type) {
	case ATTRIBUTE_ERROR_CODE:
		if (n < 4 || (value[2] & 7) < 3 || (value[2] & 7) > 6 || value[3] > 99)
			return -EBADMSG;
		if (a->error == 0)
			a->error = (value[2] & 7) * 100 + value[3];
		return 0;
	case ATTRIBUTE_REALM:
		a->realm = a->realm || n > 0;
		return 0;
	case ATTRIBUTE_NONCE:
		a->nonce = a->nonce || n > 0;
		return 0;
	case ATTRIBUTE_XOR_MAPPED_ADDRESS:
		return decode_address(value, n, message + 4, &a->mapped, &a->mapped_port);
	case ATTRIBUTE_MAPPED_ADDRESS:
		return addr_present(&a->mapped)
			   ? 0
			   : decode_address(value, n, NULL, &a->mapped, &a->mapped_port);
	}
	return 0;
}

/* It closes the message, or it is none. */
static bool
fingerprint_is_right(const uint8_t *octets, size_t at, size_t n)
{
	uint32_t crc = fingerprint(octets, at);

	return n - at == FINGERPRINT && get16(octets + at + 2) == 4 &&
	       get16(octets + at + 4) == crc >> 16 &&
	       get16(octets + at + 6) == (crc & 0xffff);
}

int
stun_decode(const uint8_t *octets, size_t n, const uint8_t transaction[STUN_TRANSACTION],
    struct stun_answer *ret)
{
	struct stun_answer a = {0};
	size_t at = HEADER;

	if (n < HEADER || octets[0] & 0xc0 || get16(octets + 2) != n - HEADER ||
	    n % 4 != 0 || memcmp(octets + 4, cookie, sizeof cookie) != 0)
		return -EBADMSG;
	if (memcmp(octets + 4 + sizeof cookie, transaction, STUN_TRANSACTION) != 0)
		return -ENOMSG;
	a.type = get16(octets);
	while (at < n) { /* n and at are multiples of 4: an attribute's header fits */
		uint16_t type = get16(octets + at), length = get16(octets + at + 2);
		size_t padded = ((size_t)length + 3) & ~(size_t)3;
		int err;

		if (padded > n - at - 4)
			return -EBADMSG;
		if (type == ATTRIBUTE_FINGERPRINT) {
			if (!fingerprint_is_right(octets, at, n))
				return -EBADMSG;
			a.fingerprint = true;
			break;
		}
		err = decode_attribute(octets, type, octets + at + 4, length, &a);
		if (err != 0)
			return err;
		at += 4 + padded;
	}
	*ret = a;
	return 0;
}
