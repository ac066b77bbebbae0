/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn_words - what the octets of MS-TURN are called, and what they say to a person.
 *
 * Apart from turn_codec.c, because the prober needs none of it.  Numbers are those of
 * [MS-TURN] 2.2; values come from the network and are printed octet by octet.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "shown.h"
#include "turn_codec.h"

enum value {
	VALUE_OCTETS,
	VALUE_TEXT,
	VALUE_LENGTH, /* secret or meaningless: only how long it is */
	VALUE_NUMBER,
	VALUE_ADDRESS,
	VALUE_ERROR,
	VALUE_SEQUENCE,
};

static const struct {
	uint16_t type;
	const char *name;
	enum value value;
} attributes[] = {
    {0x0001, "Mapped-Address", VALUE_ADDRESS},
    {0x0006, "Username", VALUE_LENGTH},
    {0x0008, "Message-Integrity", VALUE_LENGTH},
    {0x0009, "Error-Code", VALUE_ERROR},
    {0x000a, "Unknown-Attributes", VALUE_OCTETS},
    {0x000d, "Lifetime", VALUE_NUMBER},
    {0x000e, "Alternate-Server", VALUE_ADDRESS},
    {0x000f, "Magic-Cookie", VALUE_OCTETS},
    {0x0010, "Bandwidth", VALUE_NUMBER},
    {0x0011, "Destination-Address", VALUE_ADDRESS},
    {0x0012, "Remote-Address", VALUE_ADDRESS},
    {0x0013, "Data", VALUE_LENGTH},
    {0x0014, "Nonce", VALUE_LENGTH},
    {0x0015, "Realm", VALUE_TEXT},
    {0x0017, "Requested-Address-Family", VALUE_NUMBER},
    {0x8008, "MS-Version", VALUE_NUMBER},
    {0x8020, "XOR-Mapped-Address", VALUE_OCTETS},
    {0x8032, "MS-Alternate-Host-Name", VALUE_TEXT},
    {0x8037, "MS-App-ID", VALUE_OCTETS},
    {0x8039, "MS-Secure-Tag", VALUE_OCTETS},
    {0x8050, "MS-Sequence-Number", VALUE_SEQUENCE},
    {0x8055, "MS-Service-Quality", VALUE_OCTETS},
    {0x8090, "MS-Alternate-Mapped-Address", VALUE_OCTETS},
    {0x8095, "Multiplexed-TURN-Session-ID", VALUE_OCTETS},
};

static const struct {
	uint16_t type;
	const char *name;
} types[] = {
    {0x0003, "Allocate request"},
    {0x0103, "Allocate response"},
    {0x0113, "Allocate error"},
    {0x0004, "Send request"},
    {0x0115, "Data indication"},
    {0x0006, "Set-Active-Destination request"},
    {0x0106, "Set-Active-Destination response"},
    {0x0116, "Set-Active-Destination error"},
};

const char *
turn_type_name(uint16_t type)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (types[i].type == type)
			return types[i].name;
	return NULL;
}

static size_t
row_of(uint16_t type)
{
	size_t i = 0;

	while (i < sizeof attributes / sizeof attributes[0] && attributes[i].type != type)
		i++;
	return i;
}

static enum value
value_of(uint16_t type)
{
	size_t i = row_of(type);

	return i < sizeof attributes / sizeof attributes[0] ? attributes[i].value
							    : VALUE_OCTETS;
}

const char *
turn_attribute_name(uint16_t type)
{
	size_t i = row_of(type);

	return i < sizeof attributes / sizeof attributes[0] ? attributes[i].name : NULL;
}

static uint32_t
get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	       at[3];
}

static bool
address_text(const struct turn_attribute *a, char *buf)
{
	struct addr addr = {.family = AF_INET};
	size_t length = 4;

	if (a->n >= 4 && a->value[1] == 2) {
		addr.family = AF_INET6;
		length = 16;
	}
	if (a->n != 4 + length || (a->value[1] != 1 && a->value[1] != 2))
		return false;
	memcpy(addr.bytes, a->value + 4, length);
	addr_port_text(&addr, (uint16_t)(a->value[2] << 8 | a->value[3]), buf);
	return true;
}

/* False: the value is not what its number says. */
static bool
proper_text(const struct turn_attribute *a, char buf[TURN_VALUE_MAX])
{
	char more[TURN_VALUE_MAX - 16];

	switch (value_of(a->type)) {
	case VALUE_OCTETS:
		return false;
	case VALUE_TEXT:
		shown_text(a->value, a->n, buf, TURN_VALUE_MAX);
		return true;
	case VALUE_LENGTH:
		snprintf(buf, TURN_VALUE_MAX, "%zu octets", a->n);
		return true;
	case VALUE_NUMBER:
		if (a->n != 4)
			return false;
		snprintf(buf, TURN_VALUE_MAX, "%u", (unsigned)get32(a->value));
		return true;
	case VALUE_ADDRESS:
		return address_text(a, buf);
	case VALUE_ERROR:
		if (a->n < 4)
			return false;
		shown_text(a->value + 4, a->n - 4, more, sizeof more);
		snprintf(buf, TURN_VALUE_MAX, "%u%02u%s%s", a->value[2] & 7u, a->value[3],
		    a->n > 4 ? " " : "", more);
		return true;
	case VALUE_SEQUENCE:
		if (a->n != 24)
			return false;
		snprintf(buf, TURN_VALUE_MAX, "%u", (unsigned)get32(a->value + 20));
		return true;
	}
	return false;
}

const char *
turn_attribute_text(const struct turn_attribute *a, char buf[TURN_VALUE_MAX])
{
	if (!proper_text(a, buf))
		shown_hex(a->value, a->n, buf, TURN_VALUE_MAX);
	return buf;
}
