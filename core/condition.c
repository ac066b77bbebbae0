/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * condition - names and weights of conditions, from their table.  Pure.
 */
#include <edge/condition.h>

#include <edge/base.h>

WORDS_DEFINE(severity, SEVERITIES, SEVERITY_WORDS);

struct condition_row {
	const char *word, *text;
	enum severity severity;
};

static const struct condition_row condition_rows[] = {
#define CONDITION(id, bit, word, severity, text)                                         \
	[bit] = {word, text, SEVERITY_##severity},
#include <edge/tbl/conditions.h>
};

_Static_assert(CONDITIONS == countof(condition_rows), "bits are dense");
_Static_assert(CONDITIONS <= 64, "a row has one word of them");

static const struct condition_row *
condition_row(enum condition c)
{
	static const struct condition_row unknown = {"?", "?", SEVERITY_NOTE};

	return (unsigned)c < countof(condition_rows) ? &condition_rows[c] : &unknown;
}

const char *
condition_word(enum condition c)
{
	return condition_row(c)->word;
}

const char *
condition_text(enum condition c)
{
	return condition_row(c)->text;
}

enum severity
condition_severity(enum condition c)
{
	return condition_row(c)->severity;
}

uint64_t
condition_bit(enum condition c)
{
	return (unsigned)c < CONDITIONS ? UINT64_C(1) << c : 0;
}

bool
condition_is_in(uint64_t word, enum condition c)
{
	return (word & condition_bit(c)) != 0;
}
