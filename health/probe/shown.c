/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shown - see shown.h.
 */
#include "shown.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>

static bool
is_plain(uint8_t octet)
{
	return octet >= 0x20 && octet < 0x7f;
}

char *
shown_text(const void *octets, size_t n, char *buf, size_t size)
{
	const uint8_t *from = octets;
	size_t at = 0, whole = 0, room;

	assert(size >= 8);
	for (size_t i = 0; i < n && whole < size; i++)
		whole += is_plain(from[i]) ? 1 : 4;
	room = whole < size ? size - 1 : size - 4; /* for text, without dots */
	for (size_t i = 0; i < n; i++) {
		if (at + (is_plain(from[i]) ? 1 : 4) > room)
			break;
		if (is_plain(from[i]))
			buf[at++] = (char)from[i];
		else
			at += (size_t)snprintf(buf + at, size - at, "\\x%02x", from[i]);
	}
	snprintf(buf + at, size - at, "%s", whole < size ? "" : "...");
	return buf;
}

char *
shown_hex(const void *octets, size_t n, char *buf, size_t size)
{
	const uint8_t *from = octets;
	size_t all = (size - 1) / 2, shown = n, at = 0;

	assert(size >= 8);
	if (n > all)
		shown = (size - 4) / 2;
	for (size_t i = 0; i < shown; i++)
		at += (size_t)snprintf(buf + at, size - at, "%02x", from[i]);
	snprintf(buf + at, size - at, "%s", shown < n ? "..." : "");
	return buf;
}
