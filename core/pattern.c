/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern - from text to octets, and whether an answer has them.
 *
 * No regular expressions: what a probe must tell apart is "the service" from "not the
 * service", and a matcher that cannot take long needs no limit on its time.
 */
#include <edge/pattern.h>

#include <errno.h>
#include <string.h>

#define HEX "hex:"

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
add(struct pattern *p, int octet, bool any, const char **why)
{
	if (p->n == PATTERN_MAX) {
		*why = "is longer than 256 octets";
		return false;
	}
	p->octets[p->n] = (uint8_t)octet;
	p->any[p->n++] = any;
	return true;
}

static bool
parse_hex(const char *text, bool wild, struct pattern *p, const char **why)
{
	for (; *text != '\0'; text += 2) {
		while (*text == ' ')
			text++;
		if (*text == '\0')
			break;
		if (wild && text[0] == '?' && text[1] == '?') {
			if (!add(p, 0, true, why))
				return false;
			continue;
		}
		if (digit(text[0]) < 0 || digit(text[1]) < 0) {
			*why = wild ? "is not made of pairs of hexadecimal digits and ??"
				    : "is not made of pairs of hexadecimal digits";
			return false;
		}
		if (!add(p, digit(text[0]) << 4 | digit(text[1]), false, why))
			return false;
	}
	return true;
}

int
pattern_parse(const char *text, bool wild, struct pattern *ret, const char **why)
{
	struct pattern p = {0};

	if (wild && text[0] == '*') {
		p.anywhere = true;
		text++;
	}
	if (strncmp(text, HEX, strlen(HEX)) == 0) {
		if (!parse_hex(text + strlen(HEX), wild, &p, why))
			return -EINVAL;
	} else {
		for (; *text != '\0'; text++)
			if (!add(&p, (unsigned char)*text, wild && *text == '?', why))
				return -EINVAL;
	}
	if (p.n == 0) {
		*why = "has no octet";
		return -EINVAL;
	}
	*ret = p;
	return 0;
}

static bool
matches_at(const struct pattern *p, const uint8_t *octets)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->any[i] && p->octets[i] != octets[i])
			return false;
	return true;
}

bool
pattern_matches(const struct pattern *p, const uint8_t *octets, size_t n)
{
	if (n < p->n)
		return false;
	for (size_t i = 0; i <= (p->anywhere ? n - p->n : 0); i++)
		if (matches_at(p, octets + i))
			return true;
	return false;
}
