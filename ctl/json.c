/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json - see json.h.  Hand-written because a writer is a hundred lines and a library
 * would be the tool's only dependency beyond core.
 */
#include "json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include <edge/clock.h>

void
json_init(struct json *j, struct sbuf *out)
{
	memset(j, 0, sizeof *j);
	j->out = out;
}

static void
indent(struct json *j)
{
	sbuf_add(j->out, "\n", 1);
	for (unsigned i = 0; i < j->depth; i++)
		sbuf_add(j->out, "  ", 2);
}

/* Length of the UTF-8 sequence at @s (NUL-terminated), 0 when it is none: overlong
 * forms, surrogates and code points beyond U+10FFFF are refused (RFC 3629). */
static size_t
utf8_length(const unsigned char *s)
{
	size_t n = s[0] < 0x80   ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
				 : 4;

	if (n == 0 || s[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static void
quoted(struct json *j, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	sbuf_add(j->out, "\"", 1);
	while (*s != '\0') {
		size_t n = utf8_length(s);

		if (n == 0)
			sbuf_addf(j->out, "\\ufffd");
		else if (*s == '"' || *s == '\\')
			sbuf_addf(j->out, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			sbuf_addf(j->out, "\\u%04x", *s);
		else
			sbuf_add(j->out, s, n);
		s += n == 0 ? 1 : n;
	}
	sbuf_add(j->out, "\"", 1);
}

/* What stands before any value: comma, line, key. */
static void
begin(struct json *j, const char *key)
{
	assert(j->depth > 0 ? (key != NULL) == (j->closers[j->depth - 1] == '}')
			    : key == NULL && !j->filled[0]);
	if (j->filled[j->depth])
		sbuf_add(j->out, ",", 1);
	j->filled[j->depth] = true;
	if (j->depth > 0)
		indent(j);
	if (key != NULL) {
		quoted(j, key);
		sbuf_add(j->out, ": ", 2);
	}
}

static void
nest(struct json *j, const char *key, const char *opener, char closer)
{
	begin(j, key);
	assert(j->depth < JSON_DEPTH_MAX);
	sbuf_add(j->out, opener, 1);
	j->closers[j->depth++] = closer;
	j->filled[j->depth] = false;
}

void
json_object(struct json *j, const char *key)
{
	nest(j, key, "{", '}');
}

void
json_array(struct json *j, const char *key)
{
	nest(j, key, "[", ']');
}

void
json_end(struct json *j)
{
	bool filled = j->filled[j->depth];

	assert(j->depth > 0);
	j->depth--;
	if (filled)
		indent(j);
	sbuf_add(j->out, &j->closers[j->depth], 1);
	if (j->depth == 0)
		sbuf_add(j->out, "\n", 1);
}

void
json_string(struct json *j, const char *key, const char *text)
{
	if (text == NULL) {
		json_null(j, key);
		return;
	}
	begin(j, key);
	quoted(j, text);
}

void
json_uint(struct json *j, const char *key, uint64_t value)
{
	begin(j, key);
	sbuf_addf(j->out, "%" PRIu64, value);
}

void
json_int(struct json *j, const char *key, int64_t value)
{
	begin(j, key);
	sbuf_addf(j->out, "%" PRId64, value);
}

void
json_bool(struct json *j, const char *key, bool value)
{
	begin(j, key);
	sbuf_addf(j->out, "%s", value ? "true" : "false");
}

void
json_null(struct json *j, const char *key)
{
	begin(j, key);
	sbuf_add(j->out, "null", 4);
}

void
json_id(struct json *j, const char *key, uint64_t id)
{
	begin(j, key);
	sbuf_addf(j->out, "\"%016" PRIx64 "\"", id);
}

void
json_seconds(struct json *j, const char *key, int64_t ns)
{
	if (ns < 0)
		ns = 0;
	begin(j, key);
	sbuf_addf(
	    j->out, "%" PRId64 ".%03" PRId64, ns / NS_PER_S, ns % NS_PER_S / NS_PER_MS);
}
