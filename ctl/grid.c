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

/* What one output line has room for, and spaces that wait for a cell behind them. */
struct pen {
	struct sbuf *out;
	unsigned at, width;
	bool colour;
};

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

void
grid_print(const struct grid *g, bool colour, struct sbuf *out)
{
	for (const struct grid_row *row = g->first; row != NULL && !g->failed;
	     row = row->next) {
		struct pen pen = {.out = out, .width = g->width, .colour = colour};
		unsigned column = g->indent;

		if (row->line)
			pen_text(&pen, row->indent, &row->cells[0]);
		for (unsigned i = 0; !row->line && i < row->n; i++) {
			const struct grid_cell *cell = &row->cells[i];
			unsigned pad =
			    g->aligns[i] == 'r' ? g->widths[i] - cell->length : 0;

			pen_text(&pen, column + pad, cell);
			column += g->widths[i] + (g->widths[i] > 0 ? GRID_GAP : 0);
		}
		sbuf_add(out, "\n", 1);
	}
	if (g->failed)
		out->failed = true;
}
