/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_scan - octet by octet: in a string, in a comment, or where @include may stand.
 */
#include "conf_scan.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

size_t
conf_scan_include(const char *at, size_t n, const char **ret_name, size_t *ret_n)
{
	static const char word[] = "@include";
	size_t i = 0, begin;

	while (i < n && (at[i] == ' ' || at[i] == '\t'))
		i++;
	if (n - i < sizeof word || memcmp(at + i, word, sizeof word - 1) != 0)
		return 0;
	begin = i += sizeof word - 1;
	while (i < n && (at[i] == ' ' || at[i] == '\t'))
		i++;
	if (i == begin || i == n || at[i] != '"')
		return 0;
	begin = ++i;
	while (i < n && at[i] != '"' && at[i] != '\n')
		i++;
	if (i == n || at[i] != '"')
		return 0;
	*ret_name = at + begin;
	*ret_n = i - begin;
	return i + 1;
}

enum conf_scan
conf_scan_step(enum conf_scan state, const char *at, size_t n, size_t *ret_taken)
{
	char next = n > 1 ? at[1] : '\0';

	*ret_taken = 1;
	switch (state) {
	case CONF_SCAN_PLAIN:
		if (*at == '"')
			return CONF_SCAN_STRING;
		if (*at == '#')
			return CONF_SCAN_LINE_COMMENT;
		if (*at != '/' || (next != '/' && next != '*'))
			return CONF_SCAN_PLAIN;
		*ret_taken = 2;
		return next == '/' ? CONF_SCAN_LINE_COMMENT : CONF_SCAN_BLOCK_COMMENT;
	case CONF_SCAN_STRING:
		if (*at == '\\' && (next == '\\' || next == '"'))
			*ret_taken = 2;
		return *at == '"' ? CONF_SCAN_PLAIN : CONF_SCAN_STRING;
	case CONF_SCAN_LINE_COMMENT:
		return *at == '\n' ? CONF_SCAN_PLAIN : CONF_SCAN_LINE_COMMENT;
	case CONF_SCAN_BLOCK_COMMENT:
		if (*at != '*' || next != '/')
			return CONF_SCAN_BLOCK_COMMENT;
		*ret_taken = 2;
		return CONF_SCAN_PLAIN;
	}
	assert(false);
	return CONF_SCAN_PLAIN;
}
