/* SPDX-License-Identifier: BSD-2-Clause */
#include <edge/sbuf.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
sbuf_init(struct sbuf *b, size_t maximum)
{
	*b = (struct sbuf){.maximum = maximum};
}

void
sbuf_fini(struct sbuf *b)
{
	free(b->text);
	sbuf_init(b, b->maximum);
}

/* Room for @more octets and the NUL. */
static bool
sbuf_room(struct sbuf *b, size_t more)
{
	size_t capacity = b->capacity == 0 ? 256 : b->capacity;
	char *text;

	if (b->failed || more > b->maximum - b->length) {
		b->failed = true;
		return false;
	}
	while (capacity < b->length + more + 1)
		capacity *= 2;
	if (capacity == b->capacity)
		return true;
	text = realloc(b->text, capacity);
	if (text == NULL) {
		b->failed = true;
		return false;
	}
	b->text = text;
	b->capacity = capacity;
	return true;
}

void
sbuf_add(struct sbuf *b, const void *octets, size_t n)
{
	if (!sbuf_room(b, n))
		return;
	if (n > 0)
		memcpy(b->text + b->length, octets, n);
	b->length += n;
	b->text[b->length] = '\0';
}

void
sbuf_addf(struct sbuf *b, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0 || !sbuf_room(b, (size_t)n)) {
		b->failed = true;
		return;
	}
	va_start(ap, format);
	vsnprintf(b->text + b->length, (size_t)n + 1, format, ap);
	va_end(ap);
	b->length += (size_t)n;
}

const char *
sbuf_text(const struct sbuf *b)
{
	return b->text == NULL ? "" : b->text;
}
