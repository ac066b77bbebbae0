/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing run of octets.  Limits are the callers' business: they know the speech.
 */
#include "octets.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
octets_reserve(struct octets *o, size_t more)
{
	size_t room = o->room == 0 ? 512 : o->room;

	while (room - o->len < more)
		room *= 2;
	if (room == o->room)
		return;
	o->bytes = realloc(o->bytes, room);
	if (o->bytes == NULL)
		abort();
	o->room = room;
}

void
octets_append(struct octets *o, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	octets_reserve(o, n);
	memcpy(o->bytes + o->len, bytes, n);
	o->len += n;
}

void
octets_printf(struct octets *o, const char *format, ...)
{
	va_list measure, print;

	va_start(print, format);
	va_copy(measure, print);
	int n = vsnprintf(NULL, 0, format, measure);
	va_end(measure);
	assert(n >= 0);
	octets_reserve(o, (size_t)n + 1);
	vsnprintf((char *)o->bytes + o->len, (size_t)n + 1, format, print);
	va_end(print);
	o->len += (size_t)n;
}

void
octets_consume(struct octets *o, size_t n)
{
	assert(n <= o->len);
	if (n == o->len) {
		octets_fini(o);
		return;
	}
	memmove(o->bytes, o->bytes + n, o->len - n);
	o->len -= n;
}

void
octets_fini(struct octets *o)
{
	free(o->bytes);
	*o = (struct octets){0};
}
