/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nearest - see nearest.h.
 */
#include <edge/nearest.h>

#include <ctype.h>
#include <string.h>

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static int
lower(char c)
{
	return tolower((unsigned char)c);
}

/* Three rows of the usual matrix are enough: this one, the last, and for swapped
 * neighbours the one before. */
static unsigned
distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	unsigned rows[3][NEAREST_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= n_b; j++)
		last[j] = before[j] = (unsigned)j;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned *spare = before;

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= n_b; j++) {
			unsigned change = lower(a[i - 1]) != lower(b[j - 1]);

			now[j] =
			    least(last[j - 1] + change, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[n_b];
}

const char *
nearest(const char *word, const char *const *words, size_t n)
{
	size_t length = strlen(word);
	unsigned best = (unsigned)(length < 3 ? 1 : (length + 2) / 3) + 1;
	const char *found = NULL;

	if (length == 0 || length > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t other = words[i] != NULL ? strlen(words[i]) : 0;
		unsigned d;

		if (other == 0 || other > NEAREST_MAX)
			continue;
		d = distance(word, length, words[i], other);
		if (d < best) {
			best = d;
			found = words[i];
		}
	}
	return found;
}
