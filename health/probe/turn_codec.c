/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn_codec - MS-TURN octets.  Pure: no sockets, no clock, no memory of its own.
 *
 * Attribute numbers are those of [MS-TURN] 2.2.2; 0x0014 and 0x0015 stand the other way
 * round than in RFC 5389, on purpose.
 */
#include "turn_codec.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "network_order.h"

#define HEADER 20 /* type, length, transaction id */

enum {
	TYPE_ALLOCATE = 0x0003,
	ATTRIBUTE_ERROR_CODE = 0x0009,
	ATTRIBUTE_ALTERNATE_SERVER = 0x000e,
	ATTRIBUTE_MAGIC_COOKIE = 0x000f,
	ATTRIBUTE_NONCE = 0x0014,
	ATTRIBUTE_REALM = 0x0015,
	ATTRIBUTE_MS_VERSION = 0x8008,
};

static const uint8_t magic_cookie[4] = {0x72, 0xc6, 0x4b, 0xc6};

void
turn_allocate(uint8_t octets[TURN_ALLOCATE], const uint8_t transaction[TURN_TRANSACTION])
{
	/* MS-Version 1: the oldest, which every relay since 2007 understands. */
	static const uint8_t version[4] = {0, 0, 0, 1};
	uint8_t *at = octets;

	at = put16(at, TYPE_ALLOCATE);
	at = put16(at, TURN_ALLOCATE - HEADER);
	memcpy(at, transaction, TURN_TRANSACTION);
	at += TURN_TRANSACTION;
	at = put16(at, ATTRIBUTE_MAGIC_COOKIE);
	at = put16(at, sizeof magic_cookie);
	memcpy(at, magic_cookie, sizeof magic_cookie);
	at += sizeof magic_cookie;
	at = put16(at, ATTRIBUTE_MS_VERSION);
	at = put16(at, sizeof version);
	memcpy(at, version, sizeof version);
}

void
turn_allocate_framed(
    uint8_t octets[TURN_FRAMED_ALLOCATE], const uint8_t transaction[TURN_TRANSACTION])
{
	octets[0] = 0x02; /* control */
	octets[1] = 0x00;
	put16(octets + 2, TURN_ALLOCATE);
	turn_allocate(octets + TURN_FRAME, transaction);
}

static int
decode_address(const uint8_t *value, size_t n, struct addr *ret, uint16_t *port)
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
	*ret = a;
	return 0;
}

static int
decode_attribute(uint16_t type, const uint8_t *value, size_t n, struct turn_answer *a)
{
	switch (type) {
	case ATTRIBUTE_ERROR_CODE:
		if (n < 4 || (value[2] & 7) < 3 || (value[2] & 7) > 6 || value[3] > 99)
			return -EBADMSG;
		a->error = (value[2] & 7) * 100 + value[3];
		return 0;
	case ATTRIBUTE_REALM:
		a->realm = n > 0;
		return 0;
	case ATTRIBUTE_NONCE:
		a->nonce = n > 0;
		return 0;
	case ATTRIBUTE_ALTERNATE_SERVER:
		return decode_address(value, n, &a->alternate, &a->alternate_port);
	}
	return 0; /* what we do not know does not matter to us */
}

int
turn_attribute_next(
    const uint8_t *octets, size_t n, size_t *at, struct turn_attribute *ret)
{
	size_t from = *at == 0 ? HEADER : *at;

	if (n < HEADER || from > n)
		return -EBADMSG;
	if (from == n)
		return -ENOENT;
	if (n - from < 4)
		return -EBADMSG;
	ret->type = get16(octets + from);
	ret->n = get16(octets + from + 2);
	from += 4;
	if (ret->n > n - from)
		return -EBADMSG;
	ret->value = octets + from;
	*at = from + ret->n;
	return 0;
}

bool
turn_attribute_alternate(const struct turn_attribute *a, struct addr *ret)
{
	uint16_t port;

	return a->type == ATTRIBUTE_ALTERNATE_SERVER &&
	       decode_address(a->value, a->n, ret, &port) == 0;
}

static bool
is_magic_cookie(const struct turn_attribute *a)
{
	return a->type == ATTRIBUTE_MAGIC_COOKIE && a->n == sizeof magic_cookie &&
	       memcmp(a->value, magic_cookie, sizeof magic_cookie) == 0;
}

int
turn_decode(const uint8_t *octets, size_t n, const uint8_t transaction[TURN_TRANSACTION],
    struct turn_answer *ret)
{
	struct turn_answer a = {0};
	struct turn_attribute attribute;
	bool first = true;
	size_t at = 0;
	int err;

	if (n < HEADER || octets[0] & 0xc0 || get16(octets + 2) != n - HEADER)
		return -EBADMSG;
	if (memcmp(octets + 4, transaction, TURN_TRANSACTION) != 0)
		return -ENOMSG;
	a.type = get16(octets);
	while ((err = turn_attribute_next(octets, n, &at, &attribute)) == 0) {
		if (first && !is_magic_cookie(&attribute))
			return -EBADMSG;
		first = false;
		err = decode_attribute(attribute.type, attribute.value, attribute.n, &a);
		if (err != 0)
			return err;
	}
	if (err != -ENOENT || first) /* without any there is no Magic-Cookie either */
		return -EBADMSG;
	*ret = a;
	return 0;
}

int
turn_unframe(const uint8_t *octets, size_t n, size_t maximum, size_t *ret_length)
{
	size_t length;

	if ((n > 0 && octets[0] != 0x02) || (n > 1 && octets[1] != 0x00))
		return -EBADMSG;
	if (n < TURN_FRAME)
		return -EAGAIN;
	length = get16(octets + 2);
	if (length < HEADER || length > maximum)
		return -EBADMSG;
	if (n - TURN_FRAME < length)
		return -EAGAIN;
	*ret_length = length;
	return 0;
}
