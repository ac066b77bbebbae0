/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_GRID_H
#define CTL_GRID_H

/*
 * grid - aligned columns of text, as wide as what they hold.
 *
 * Rows of cells share column widths; free lines stand between them and share none.
 * Colours are added after widths are known, so that they never shift a column.  What is
 * too long for the grid's width at the end of a line goes on below; a word without a
 * blank, and whatever stands before the last column, is cut.
 */
#include <stdbool.h>
#include <stddef.h>

#include <edge/base.h>
#include <edge/sbuf.h>

enum paint {
	PAINT_NONE,
	PAINT_GOOD,
	PAINT_WARN,
	PAINT_BAD,
	PAINT_DIM,
	PAINT_STRONG,
	PAINTS
};

#define GRID_COLUMNS_MAX 10

struct grid;

/* @aligns: one letter per column, 'l' or 'r'.  NULL without memory. */
struct grid *grid_new(const char *aligns, unsigned indent, unsigned width);
void grid_free(struct grid **pg);
/* Starts a row; cells follow with grid_cell(), fewer than the columns are fine. */
void grid_row(struct grid *g);
void
grid_cell(struct grid *g, enum paint paint, const char *format, ...) edge_printf(3, 4);
/* A line of its own, indented by @indent. */
void grid_line(struct grid *g, unsigned indent, enum paint paint, const char *format, ...)
    edge_printf(4, 5);
/* Appends all lines to @out; sets out->failed if the grid ran out of memory. */
void grid_print(const struct grid *g, bool colour, struct sbuf *out);

#endif
