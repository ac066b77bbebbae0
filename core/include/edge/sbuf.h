/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SBUF_H
#define EDGE_SBUF_H

/*
 * sbuf - a string builder born with its maximum.
 *
 * Appending beyond the maximum, or without memory, sets @failed and changes nothing
 * more; the caller looks once, at the end.  The text is always NUL-terminated.
 */
#include <stdbool.h>
#include <stddef.h>

#include <edge/base.h>

struct sbuf {
	char *text; /* NULL until the first append */
	size_t length;
	size_t capacity;
	size_t maximum; /* octets, without the NUL */
	bool failed;
};

void sbuf_init(struct sbuf *b, size_t maximum);
void sbuf_fini(struct sbuf *b);
void sbuf_add(struct sbuf *b, const void *octets, size_t n);
void sbuf_addf(struct sbuf *b, const char *format, ...) edge_printf(2, 3);
/* The text so far, "" when empty.  Valid until the next append. */
const char *sbuf_text(const struct sbuf *b);

#endif
