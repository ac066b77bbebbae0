/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_text - see probe_text.h.
 */
#include "probe_text.h"

#include <stdio.h>
#include <string.h>

#include <edge/clock.h>

#include "shown.h"

#define MARGIN     "              "
#define HEX_COLUMN 16

void
probe_text_head(const struct probe_aim *aim, struct sbuf *out)
{
	const struct probe_question *q = &aim->question;
	char at[ADDR_PORT_TEXT_MAX], from[ADDR_TEXT_MAX];

	sbuf_addf(out, "%s%s", aim->title, aim->title[0] != '\0' ? ", " : "");
	if (q->kind == PROBE_ICMP)
		sbuf_addf(out, "%s", addr_text(&q->addr, at));
	else
		sbuf_addf(out, "%s/%s", addr_port_text(&q->addr, q->port, at),
		    proto_word(probe_aim_proto(aim)));
	sbuf_addf(out, ", probe %s", probe_word(q->kind));
	if (addr_present(&q->source))
		sbuf_addf(out, ", from %s", addr_text(&q->source, from));
	sbuf_addf(out, "\n");
}

/* @text behind @name, broken at spaces so that it fits a terminal; what has none is left
 * whole, to be copied. */
static void
add_wrapped(struct sbuf *out, const char *name, int name_width, const char *text)
{
	int width = 80 - (int)strlen(MARGIN) - (name_width > 0 ? name_width + 2 : 0);

	do {
		int n = (int)strlen(text);

		if (n > width) {
			for (n = width; n > 0 && text[n] != ' ';)
				n--;
			if (n == 0)
				n = (int)strcspn(text, " ");
		}
		sbuf_addf(out, MARGIN "%-*s%s%.*s\n", name_width, name,
		    name_width > 0 ? "  " : "", n, text);
		name = "";
		text += n;
		while (*text == ' ')
			text++;
	} while (*text != '\0');
}

/* One line of theirs on as many of ours as it needs, @left at most; how many. */
static int
add_line(struct sbuf *out, const uint8_t *octets, size_t n, int left)
{
	char text[4 * PROBE_TEXT_PIECE + 8];
	int lines = 0;

	do {
		size_t piece = n < PROBE_TEXT_PIECE ? n : PROBE_TEXT_PIECE;

		sbuf_addf(out, MARGIN "%s %s\n", lines == 0 ? "|" : " ",
		    shown_text(octets, piece, text, sizeof text));
		octets += piece;
		n -= piece;
		lines++;
	} while (n > 0 && lines < left);
	return lines;
}

static void
add_lines(struct sbuf *out, const uint8_t *octets, size_t n)
{
	int lines = 0;

	while (n > 0 && lines < PROBE_TEXT_LINES) {
		const uint8_t *feed = memchr(octets, '\n', n);
		size_t whole = feed == NULL ? n : (size_t)(feed - octets) + 1,
		       length = whole;

		while (length > 0 &&
		       (octets[length - 1] == '\n' || octets[length - 1] == '\r'))
			length--;
		lines += add_line(out, octets, length, PROBE_TEXT_LINES - lines);
		octets += whole;
		n -= whole;
	}
	if (n > 0)
		sbuf_addf(out, MARGIN "| ... %zu octets more\n", n);
}

static void
add_hex(struct sbuf *out, const uint8_t *octets, size_t n)
{
	int lines = 0;

	while (n > 0 && lines < PROBE_TEXT_LINES / 2) {
		size_t length = n < HEX_COLUMN ? n : HEX_COLUMN;

		sbuf_addf(out, MARGIN "|");
		for (size_t i = 0; i < HEX_COLUMN; i++)
			if (i < length)
				sbuf_addf(
				    out, "%s%02x", i % 4 == 0 ? " " : "", octets[i]);
			else
				sbuf_addf(out, "%s  ", i % 4 == 0 ? " " : "");
		sbuf_addf(out, "  ");
		for (size_t i = 0; i < length; i++)
			sbuf_addf(out, "%c",
			    octets[i] >= 0x20 && octets[i] < 0x7f ? octets[i] : '.');
		sbuf_addf(out, "\n");
		octets += length;
		n -= length;
		lines++;
	}
	if (n > 0)
		sbuf_addf(out, MARGIN "| ... %zu octets more\n", n);
}

static void
add_step(struct sbuf *out, int64_t at_ns, const char *word, const char *text)
{
	sbuf_addf(
	    out, "%8.1f ms   %-11s  %s\n", (double)at_ns / (double)NS_PER_MS, word, text);
}

static void
add_facts(struct sbuf *out, const struct told *t)
{
	int width = 0;

	for (size_t i = 0; i < t->n_facts; i++)
		if ((int)strlen(t->facts[i].name) > width)
			width = (int)strlen(t->facts[i].name);
	for (size_t i = 0; i < t->n_facts; i++)
		add_wrapped(out, t->facts[i].name, width, t->facts[i].value);
	if (t->cut)
		sbuf_addf(out, MARGIN "...\n");
}

void
probe_text_step(const struct told *t, struct sbuf *out)
{
	add_step(out, t->at_ns, t->word, t->summary);
	if (t->octets != NULL && told_is_text(t->octets, t->n_octets))
		add_lines(out, t->octets, t->n_octets);
	else if (t->octets != NULL)
		add_hex(out, t->octets, t->n_octets);
	add_facts(out, t);
}

void
probe_text_end(const struct outcome *o, const struct advice *a, struct sbuf *out)
{
	char verdict[ADVICE_TEXT_MAX + 32];

	snprintf(verdict, sizeof verdict, "%s: %s", advice_grade_word(a->grade), a->why);
	add_step(out, o->latency_ns, "verdict", verdict);
	for (size_t i = 0; i < a->n_hints; i++)
		add_wrapped(out, "", 0, a->hints[i]);
	add_wrapped(out, "", 0, a->state);
}
