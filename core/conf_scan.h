/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_SCAN_H
#define CORE_CONF_SCAN_H

/*
 * conf_scan - just enough of libconfig's lexical rules to find @include where it would.
 */
#include <stddef.h>

enum conf_scan {
	CONF_SCAN_PLAIN,
	CONF_SCAN_STRING,
	CONF_SCAN_LINE_COMMENT,
	CONF_SCAN_BLOCK_COMMENT,
};

/* The state after the octet at @at, and how many octets it took. */
enum conf_scan
conf_scan_step(enum conf_scan state, const char *at, size_t n, size_t *ret_taken);

/* At the start of a line outside strings and comments: the length of an @include
 * directive with its quotes, 0 if it is none; the name in between is returned. */
size_t conf_scan_include(const char *at, size_t n, const char **ret_name, size_t *ret_n);

#endif
