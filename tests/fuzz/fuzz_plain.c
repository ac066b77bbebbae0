/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may come back to an echo request, and to whatever an administrator wrote: the
 * first line of the input is a pattern, the rest is held against it, and read as ICMP.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <edge/pattern.h>

#include "icmp_codec.h"

#include "fuzz.h"

static void
match(const char *text, const uint8_t *octets, size_t n)
{
	struct pattern p;
	const char *why = NULL;

	if (pattern_parse(text, true, &p, &why) != 0) {
		assert(why != NULL);
		return;
	}
	assert(p.n > 0 && p.n <= PATTERN_MAX);
	if (pattern_matches(&p, octets, n))
		assert(n >= p.n);
	assert(pattern_matches(&p, p.octets, p.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const uint8_t token[ICMP_TOKEN];
	const uint8_t *feed = n > 0 ? memchr(octets, '\n', n) : NULL;
	size_t line = feed != NULL ? (size_t)(feed - octets) : 0;
	char text[PATTERN_TEXT_MAX + 1];

	for (int raw = 0; raw < 2; raw++) {
		icmp_reply_check(octets, n, AF_INET, raw != 0, token);
		icmp_reply_check(octets, n, AF_INET6, raw != 0, token);
	}
	if (feed == NULL || line > PATTERN_TEXT_MAX)
		return 0;
	memcpy(text, octets, line);
	text[line] = '\0';
	match(text, feed + 1, n - line - 1);
	return 0;
}
