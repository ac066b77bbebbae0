/* SPDX-License-Identifier: BSD-2-Clause */
#include "turn.h"

#define TURN_HEADER         20
#define TURN_ALLOCATE_ERROR 0x0113
#define TURN_ERROR_CODE     0x0009

static unsigned
read_16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

bool
turn_sends_client_away(const uint8_t *octets, size_t n)
{
	size_t at = TURN_HEADER, end;

	if (n < TURN_HEADER || read_16(octets) != TURN_ALLOCATE_ERROR)
		return false;
	end = TURN_HEADER + read_16(octets + 2);
	if (end > n)
		return false;
	/* This dialect does not pad values: every length is exact. */
	while (end - at >= 4) {
		unsigned type = read_16(octets + at), length = read_16(octets + at + 2);

		at += 4;
		if (length > end - at)
			return false;
		if (type == TURN_ERROR_CODE && length >= 4) {
			unsigned code = (octets[at + 2] & 7u) * 100u + octets[at + 3];

			return code == 401 || code == 300;
		}
		at += length;
	}
	return false;
}
