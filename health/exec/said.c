/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * said - everything but printable ASCII becomes "?": what a program says is for people,
 * and nobody needs to decode it.
 */
#include "said.h"

void
said_line(const char *octets, size_t n, char ret[WIRE_SAID_MAX])
{
	size_t at = 0;

	for (size_t i = 0; i < n && octets[i] != '\n' && at < WIRE_SAID_MAX - 1; i++) {
		char c = octets[i];

		if (c == '\r' && (i + 1 == n || octets[i + 1] == '\n'))
			break;
		if (c == '"')
			c = '\'';
		else if (c < 0x20 || c > 0x7e)
			c = '?';
		ret[at++] = c;
	}
	ret[at] = '\0';
}
