/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grid - see grid.h.  Text is kept in an arena until all widths are known.  Characters
 * are counted as octets: everything we print is ASCII (names are checked by the loader).
 */
#include "grid.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <edge/arena.h>

#define GRID_GAP 2
/* A last cell with less room than this, and too long for it, stands below its row. */
#define GRID_ROOM_MIN 20
#define GRID_DEEPER   2 /* what goes on below is indented by so much more */
#define GRID_MEMORY_MAX                                                                  \
	(64u << 20) /* 64 pools of 20 members in full need about 20 MiB                  \
		     */
#define GRID_TEXT_MAX 512

struct grid_cell {
	const char *text;
	unsigned length;
	enum paint paint;
};

struct grid_row {
	struct grid_row *next;
	bool line; /* cells[0] alone, indented by @indent */
	unsigned indent;
	unsigned n;
	struct grid_cell cells[GRID_COLUMNS_MAX];
};

struct grid {
	struct arena *arena;
	const char *aligns;
	unsigned columns, indent, width;
	unsigned widths[GRID_COLUMNS_MAX];
	struct grid_row *first, *last;
	bool failed;
};

static const char *const paints[PAINTS] = {
    [PAINT_NONE] = "",
    [PAINT_GOOD] = "\033[32m",
    [PAINT_WARN] = "\033[33m",
    [PAINT_BAD] = "\033[1;31m",
    [PAINT_DIM] = "\033[2m",
    [PAINT_STRONG] = "\033[1m",
};

struct grid *
grid_new(const char *aligns, unsigned indent, unsigned width)
{
	struct arena *arena = arena_new(GRID_MEMORY_MAX);
	struct grid *g;

	if (arena == NULL)
		return NULL;
	g = arena_alloc(arena, sizeof *g);
	if (g == NULL) {
		arena_free(&arena);
		return NULL;
	}
	assert(strlen(aligns) <= GRID_COLUMNS_MAX);
	g->arena = arena;
	g->aligns = aligns;
	g->columns = (unsigned)strlen(aligns);
	g->indent = indent;
	g->width = width;
	return g;
}

void
grid_free(struct grid **pg)
{
	struct arena *arena;

	if (*pg == NULL)
		return;
	arena = (*pg)->arena; /* the grid itself lives in it */
	*pg = NULL;
	arena_free(&arena);
}

static struct grid_row *
row_add(struct grid *g)
{
	struct grid_row *row = arena_alloc(g->arena, sizeof *row);

	if (row == NULL) {
		g->failed = true;
		return NULL;
	}
	if (g->last != NULL)
		g->last->next = row;
	else
		g->first = row;
	g->last = row;
	return row;
}

static void edge_printf(4, 0) cell_set(struct grid *g, struct grid_cell *cell,
    enum paint paint, const char *format, va_list args)
{
	char text[GRID_TEXT_MAX];

	vsnprintf(text, sizeof text, format, args);
	cell->text = arena_strdup(g->arena, text);
	if (cell->text == NULL)
		g->failed = true;
	else
		cell->length = (unsigned)strlen(text);
	cell->paint = paint;
}

void
grid_row(struct grid *g)
{
	(void)row_add(g);
}

void
grid_cell(struct grid *g, enum paint paint, const char *format, ...)
{
	struct grid_row *row = g->last;
	va_list args;

	if (g->failed)
		return;
	assert(row != NULL && !row->line && row->n < g->columns);
	va_start(args, format);
	cell_set(g, &row->cells[row->n], paint, format, args);
	va_end(args);
	if (row->cells[row->n].length > g->widths[row->n])
		g->widths[row->n] = row->cells[row->n].length;
	row->n++;
}

void
grid_line(struct grid *g, unsigned indent, enum paint paint, const char *format, ...)
{
	struct grid_row *row = row_add(g);
	va_list args;

	if (row == NULL)
		return;
	row->line = true;
	row->indent = indent;
	row->n = 1;
	va_start(args, format);
	cell_set(g, &row->cells[0], paint, format, args);
	va_end(args);
}

/* What one output line has room for, and where the next octet goes. */
struct pen {
	struct sbuf *out;
	unsigned at, width;
	bool colour;
};

static void
pen_newline(struct pen *p)
{
	sbuf_add(p->out, "\n", 1);
	p->at = 0;
}

static void
pen_text(struct pen *p, unsigned column, const struct grid_cell *cell)
{
	unsigned length = cell->length;
	bool colour = p->colour && cell->paint != PAINT_NONE;

	if (length == 0 || column >= p->width)
		return;
	for (; p->at < column; p->at++)
		sbuf_add(p->out, " ", 1);
	if (colour)
		sbuf_addf(p->out, "%s", paints[cell->paint]);
	if (column + length > p->width) {
		length = p->width - column;
		sbuf_add(p->out, cell->text, length - 1);
		sbuf_add(p->out, "~", 1);
	} else {
		sbuf_add(p->out, cell->text, length);
	}
	p->at += length;
	if (colour)
		sbuf_addf(p->out, "\033[0m");
}

/* How many octets of @text go on a line with @room: all, or up to a blank, rather one
 * behind a comma.  0: no blank is there. */
static unsigned
fitting(const char *text, unsigned length, unsigned room)
{
	unsigned blank = 0;

	if (length <= room)
		return length;
	for (unsigned i = room; i > 0; i--) {
		if (text[i] != ' ')
			continue;
		if (strchr(",;:", text[i - 1]) != NULL && i > room / 3)
			return i;
		if (blank == 0)
			blank = i;
	}
	return blank;
}

/* The last on its line: what is too long goes on in the next, at @below. */
static void
pen_wrapped(struct pen *p, unsigned column, unsigned below, const struct grid_cell *cell)
{
	struct grid_cell rest = *cell;

	while (rest.length > 0) {
		unsigned room = p->width > column ? p->width - column : 0;
		unsigned n = fitting(rest.text, rest.length, room);
		struct grid_cell part = rest;

		if (n == 0)
			n = rest.length; /* one word: it is cut */
		part.length = n;
		pen_text(p, column, &part);
		while (n < rest.length && rest.text[n] == ' ')
			n++;
		rest.text += n;
		rest.length -= n;
		column = below;
		if (rest.length > 0)
			pen_newline(p);
	}
}

static void
print_row(const struct grid *g, const struct grid_row *row, struct pen *pen)
{
	unsigned column = g->indent;

	for (unsigned i = 0; i < row->n; i++) {
		const struct grid_cell *cell = &row->cells[i];
		unsigned pad = g->aligns[i] == 'r' ? g->widths[i] - cell->length : 0;

		if (i + 1 < row->n) {
			pen_text(pen, column + pad, cell);
		} else if (column + pad + cell->length > g->width &&
			   column + GRID_ROOM_MIN > g->width) {
			pen_newline(pen);
			column = g->indent + GRID_DEEPER;
			pen_wrapped(pen, column, column, cell);
		} else {
			pen_wrapped(pen, column + pad, column + pad, cell);
		}
		column += g->widths[i] + (g->widths[i] > 0 ? GRID_GAP : 0);
	}
}

void
grid_print(const struct grid *g, bool colour, struct sbuf *out)
{
	for (const struct grid_row *row = g->first; row != NULL && !g->failed;
	     row = row->next) {
		struct pen pen = {.out = out, .width = g->width, .colour = colour};

		if (row->line)
			pen_wrapped(
			    &pen, row->indent, row->indent + GRID_DEEPER, &row->cells[0]);
		else
			print_row(g, row, &pen);
		pen_newline(&pen);
	}
	if (g->failed)
		out->failed = true;
}
