/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PATTERN_H
#define EDGE_PATTERN_H

/*
 * pattern - octets as an administrator writes them in the configuration: what a UDP probe
 * sends, and what must come back.
 *
 *   "text"              the text's own octets
 *   "hex:01 00 2112a442"  pairs of hexadecimal digits; blanks may stand between pairs
 *
 * What is expected may have wildcards, and is looked for at the beginning of an answer:
 *
 *   "?" in a text, "??" in hex   any one octet
 *   "*" before all else          anywhere in the answer
 *
 * Both the configuration's checker and the prober read them, so they live in core.  Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_MAX      256 /* octets */
#define PATTERN_TEXT_MAX 1000

struct pattern {
	uint8_t octets[PATTERN_MAX];
	bool any[PATTERN_MAX]; /* this octet is a wildcard */
	size_t n;
	bool anywhere;
};

/* 0, or -EINVAL with why, a sentence's end: "has 3 hexadecimal digits, ...".  @wild:
 * wildcards mean something; without it every character of a text is itself. */
int pattern_parse(const char *text, bool wild, struct pattern *ret, const char **why);
bool pattern_matches(const struct pattern *p, const uint8_t *octets, size_t n);

#endif
