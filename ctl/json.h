/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_JSON_H
#define CTL_JSON_H

/*
 * json - a writer of JSON text (RFC 8259) into a bounded buffer.
 *
 * Commas, quotes, escapes and indentation are its business; the caller says what is
 * inside what.  A value inside an object has a key, inside an array or at the top NULL.
 * Nesting that does not fit is a programmer's error; lack of room sets out->failed.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/sbuf.h>

#define JSON_DEPTH_MAX 12

struct json {
	struct sbuf *out;
	unsigned depth;
	char closers[JSON_DEPTH_MAX];
	bool filled[JSON_DEPTH_MAX + 1]; /* something stands before: a comma is due */
};

void json_init(struct json *j, struct sbuf *out);
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end(struct json *j); /* of the innermost object or array */
/* Octets that are not UTF-8 become U+FFFD; NULL becomes null. */
void json_string(struct json *j, const char *key, const char *text);
void json_uint(struct json *j, const char *key, uint64_t value);
void json_int(struct json *j, const char *key, int64_t value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);
/* 16 hexadecimal digits in quotes: JSON numbers are doubles to most readers. */
void json_id(struct json *j, const char *key, uint64_t id);
/* Seconds with three decimals. */
void json_seconds(struct json *j, const char *key, int64_t ns);

#endif
