/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_ZONE_TEXT_H
#define DNSLB_ZONE_TEXT_H

/*
 * zone_text - a zone's records as the text that name servers include, and back far
 * enough to know our own text again.
 *
 *   ; edgepool lb1: ...           who wrote it, view, zone, state: nothing volatile
 *   NAME. TTL IN TYPE ...         absolute names, TTL and class on every line, sorted
 *   ; end n=12 crc32=89abcdef     so that a text cut at a line's end is recognised
 *
 * Pure: equal records, equal octets.
 */
#include <stdbool.h>
#include <stddef.h>

#include <edge/sbuf.h>

#include "answer.h"

/* 20 members, 64 SIP domains, two families and three services stay far below. */
#define ZONE_TEXT_MAX ((size_t)16 << 20)

/* Appends the text of @z.  Names must be plain (names.h): asserted. */
void zone_text_write(struct sbuf *to, const struct zone *z, const char *instance);

/* True for a text of ours that is whole. */
bool zone_text_intact(const char *text, size_t n);
/* True for a text that begins as ours do, damaged or not. */
bool zone_text_ours(const char *text, size_t n);
/* What a text of ours says about itself. */
struct zone_counts {
	size_t records, withdrawn, fail_open;
};
struct zone_counts zone_text_counts(const char *text);
/* The second guard before a text replaces another: whole, at least one record, and at
 * least one line for every set of @z.  Looks at the octets only. */
bool zone_text_serves(const char *text, size_t n, const struct zone *z);

/* Appends "-line" and "+line" for what @new changes; nothing when equal. */
void zone_text_diff(struct sbuf *to, const char *old, const char *new);

#endif
