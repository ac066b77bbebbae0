/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_told - see probe_told.h.
 */
#include "probe_told.h"

#include <stdarg.h>
#include <stdio.h>

void
told_begin(struct told *t, int64_t at_ns, const char *word, const char *summary, ...)
{
	va_list args;

	t->at_ns = at_ns;
	t->word = word;
	t->octets = NULL;
	t->n_octets = t->n_facts = 0;
	t->cut = false;
	va_start(args, summary);
	vsnprintf(t->summary, sizeof t->summary, summary, args);
	va_end(args);
}

void
told_fact(struct told *t, const char *name, const char *value, ...)
{
	struct told_fact *f = &t->facts[t->n_facts];
	va_list args;

	if (t->n_facts == TOLD_FACTS_MAX) {
		t->cut = true;
		return;
	}
	t->n_facts++;
	snprintf(f->name, sizeof f->name, "%s", name);
	va_start(args, value);
	vsnprintf(f->value, sizeof f->value, value, args);
	va_end(args);
}

bool
told_is_text(const uint8_t *octets, size_t n)
{
	size_t plain = 0;

	for (size_t i = 0; i < n; i++) {
		if (octets[i] == '\0')
			return false;
		if ((octets[i] >= 0x20 && octets[i] < 0x7f) || octets[i] == '\r' ||
		    octets[i] == '\n' || octets[i] == '\t')
			plain++;
	}
	return plain * 10 >= n * 9; /* names may be UTF-8 */
}
