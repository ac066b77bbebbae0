/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zone_text - a zone's records as the text that name servers include.
 *
 * The trailer exists because a file cut at the end of a line passes every zone checker
 * there is.  No serial and no time are written: the including zone owns the SOA record,
 * and a text that differs only in a clock would make name servers reload for nothing.
 */
#include "zone_text.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

static const char first_words[] = "; edgepool ";
static const char withdrawn_words[] = "; withdrawn: ";
static const char fail_open_words[] = "; fail open: ";

/* CRC-32 as in ISO 3309, Ethernet and zlib. */
static uint32_t
crc32_of(const char *octets, size_t n)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= (uint8_t)octets[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (UINT32_C(0xedb88320) & -(crc & 1));
	}
	return ~crc;
}

static void
write_record(struct sbuf *to, const struct record *r)
{
	char text[ADDR_TEXT_MAX];

	assert(name_is_plain(r->owner));
	sbuf_addf(to, "%s.\t%u\tIN\t%s\t", r->owner, r->ttl, record_type_word(r->type));
	switch (r->type) {
	case RECORD_A:
	case RECORD_AAAA:
		sbuf_addf(to, "%s\n", addr_text(&r->addr, text));
		return;
	case RECORD_SRV:
		assert(name_is_plain(r->target));
		sbuf_addf(
		    to, "%u %u %u %s.\n", r->priority, r->weight, r->port, r->target);
		return;
	case RECORD_TYPES:
		break;
	}
	assert(0 && "a record type");
}

static void
write_state(struct sbuf *to, const struct zone *z)
{
	char text[ADDR_TEXT_MAX];

	if (z->unproven)
		sbuf_addf(to,
		    "; state: unproven, everything not disabled is published until "
		    "health is known\n");
	else if (z->n_fail_open > 0)
		sbuf_addf(to, "; state: FAIL OPEN\n");
	else if (z->n_withdrawn > 0)
		sbuf_addf(to, "; state: reduced\n");
	else
		sbuf_addf(to, "; state: complete\n");
	for (size_t i = 0; i < z->n_sets; i++)
		if (z->sets[i].fail_open)
			sbuf_addf(to,
			    "%s%s. %s: no member can take new sessions, "
			    "published all the same\n",
			    fail_open_words, z->sets[i].owner,
			    record_type_word(z->sets[i].type));
	for (size_t i = 0; i < z->n_withdrawn; i++)
		sbuf_addf(to, "%s%s. %s %s\n", withdrawn_words, z->withdrawn[i].owner,
		    record_type_word(z->withdrawn[i].type),
		    addr_text(&z->withdrawn[i].addr, text));
}

void
zone_text_write(struct sbuf *to, const struct zone *z, const char *instance)
{
	size_t begin = to->length;

	sbuf_addf(to, "%s%s: written by edge-dnslb, changes here are lost\n", first_words,
	    instance);
	sbuf_addf(to, "; view %s, zone %s.\n", z->view, z->name);
	write_state(to, z);
	for (size_t i = 0; i < z->n_records; i++)
		write_record(to, &z->records[i]);
	if (!to->failed)
		sbuf_addf(to, "; end n=%zu crc32=%08x\n", z->n_records,
		    crc32_of(to->text + begin, to->length - begin));
}

bool
zone_text_ours(const char *text, size_t n)
{
	size_t most = sizeof first_words - 1;

	return n >= most && memcmp(text, first_words, most) == 0;
}

/* The last line of a text that ends with a line feed. */
static const char *
last_line(const char *text, size_t n)
{
	const char *feed = n < 2 ? NULL : memrchr(text, '\n', n - 1);

	return feed == NULL ? text : feed + 1;
}

static size_t
count_records(const char *text, const char *end)
{
	size_t n = 0;

	for (const char *p = text; p < end;) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));

		n += *p != ';';
		p = feed == NULL ? end : feed + 1;
	}
	return n;
}

bool
zone_text_intact(const char *text, size_t n)
{
	char expected[64];
	const char *last;
	size_t length;

	if (!zone_text_ours(text, n) || text[n - 1] != '\n')
		return false;
	last = last_line(text, n);
	length = (size_t)snprintf(expected, sizeof expected, "; end n=%zu crc32=%08x\n",
	    count_records(text, last), crc32_of(text, (size_t)(last - text)));
	return (size_t)(text + n - last) == length && memcmp(last, expected, length) == 0;
}

static bool
begins_with(const char *text, const char *words)
{
	return strncmp(text, words, strlen(words)) == 0;
}

struct zone_counts
zone_text_counts(const char *text)
{
	struct zone_counts c = {0};

	for (const char *p = text; p != NULL && *p != '\0';) {
		c.records += *p != ';';
		c.withdrawn += begins_with(p, withdrawn_words);
		c.fail_open += begins_with(p, fail_open_words);
		p = strchr(p, '\n');
		p = p == NULL ? NULL : p + 1;
	}
	return c;
}

/* One line "OWNER.\tTTL\tIN\tTYPE\t...". */
static bool
line_is_of(const char *line, size_t n, const struct rrset *set)
{
	const char *type = record_type_word(set->type);
	size_t owner = strlen(set->owner);
	const char *at = line;

	if (n < owner + 2 || memcmp(line, set->owner, owner) != 0 || line[owner] != '.' ||
	    line[owner + 1] != '\t')
		return false;
	for (int field = 0; field < 3; field++) {
		at = memchr(at, '\t', (size_t)(line + n - at));
		if (at == NULL)
			return false;
		at++;
	}
	return (size_t)(line + n - at) > strlen(type) &&
	       memcmp(at, type, strlen(type)) == 0 && at[strlen(type)] == '\t';
}

/* Sets and lines have the same order, so one pass finds all. */
bool
zone_text_serves(const char *text, size_t n, const struct zone *z)
{
	size_t found = 0;
	const char *end = text + n;

	if (z->n_sets == 0 || !zone_text_intact(text, n))
		return false;
	for (const char *p = text; p < end && found < z->n_sets;) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));

		found += line_is_of(p, (size_t)(feed - p), &z->sets[found]);
		p = feed + 1;
	}
	return found == z->n_sets;
}

struct line {
	const char *text;
	size_t n;
};

static int
compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->n < y->n ? x->n : y->n);

	return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

/* The lines of @text in sorted order, malloc'ed; NULL without memory. */
static struct line *
sorted_lines(const char *text, size_t *ret_n)
{
	size_t n = 0, most = 1;
	struct line *lines;

	for (const char *p = text; *p != '\0'; p++)
		most += *p == '\n';
	lines = calloc(most, sizeof *lines);
	if (lines == NULL)
		return NULL;
	while (*text != '\0') {
		lines[n++] = (struct line){text, strcspn(text, "\n")};
		text += lines[n - 1].n;
		text += *text == '\n';
	}
	qsort(lines, n, sizeof *lines, compare_lines);
	*ret_n = n;
	return lines;
}

/* Appends the lines of @from that are not in @in. */
static void
lines_missing(struct sbuf *to, char sign, const char *from, const char *in)
{
	size_t n;
	struct line *lines = sorted_lines(in, &n);

	if (lines == NULL) {
		to->failed = true;
		return;
	}
	while (*from != '\0') {
		struct line line = {from, strcspn(from, "\n")};

		if (bsearch(&line, lines, n, sizeof *lines, compare_lines) == NULL)
			sbuf_addf(to, "%c%.*s\n", sign, (int)line.n, line.text);
		from += line.n;
		from += *from == '\n';
	}
	free(lines);
}

/* No line occurs twice in a text of ours, so two sets of lines say it all. */
void
zone_text_diff(struct sbuf *to, const char *old, const char *new)
{
	lines_missing(to, '-', old, new);
	lines_missing(to, '+', new, old);
}
