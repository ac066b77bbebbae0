/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_DIAG_H
#define EDGE_DIAG_H

/*
 * diag - what is wrong with a configuration, in the order of its lines.
 *
 *   file:line: error|warning|note [Rn]: what, why, what to write instead
 *
 * The list is bounded: after DIAGS_MAX entries the rest is counted, not kept.  But an
 * error takes the place of a note or a warning: what stops everything is always said.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <edge/base.h>
#include <edge/sbuf.h>

#define DIAGS_MAX     200
#define DIAG_TEXT_MAX 512

enum diag_severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

struct diag {
	enum diag_severity severity;
	int rule;         /* 0, or the n of Rn */
	int line;         /* 1.. ; 0 when it concerns the whole file */
	const char *file; /* owned by the list */
	char text[DIAG_TEXT_MAX];
};

struct diags {
	struct diag *list;
	size_t n;
	size_t counts[DIAG_ERROR + 1]; /* per severity, dropped ones included */
	size_t kept[DIAG_ERROR + 1];   /* per severity, those in the list */
	bool cut;                      /* the search ended when the list was full */
	char **files;                  /* names that entries point to */
	size_t n_files;
};

void diags_init(struct diags *d);
void diags_fini(struct diags *d);
void diags_add(struct diags *d, enum diag_severity severity, int rule, const char *file,
    int line, const char *format, ...) edge_printf(6, 7);
/* True when the list has no place for one more of this severity: it is only counted. */
bool diags_full(const struct diags *d, enum diag_severity severity);
/* Stable sort by file (in order of first appearance) and line. */
void diags_sort(struct diags *d);
void diags_print(const struct diags *d, FILE *to);
/* The same lines as text, without those of less than @least. */
void diags_text(const struct diags *d, enum diag_severity least, struct sbuf *to);
const char *diag_severity_word(enum diag_severity s);

#endif
