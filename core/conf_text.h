/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_TEXT_H
#define CORE_CONF_TEXT_H

/*
 * conf_text - a configuration file and what it includes, as one bounded text in memory.
 *
 * We read the files and put the included ones in their places; libconfig gets the
 * finished text and never opens anything itself.  So its @include cannot reach a foreign
 * path, hang on a FIFO, or meet a file that changed after it was checked.
 */
#include <stdbool.h>
#include <stddef.h>

#include <edge/diag.h>

#define CONF_TEXT_MAX      ((size_t)8 << 20) /* octets, included files and all */
#define CONF_INCLUDES_MAX  64
#define CONF_INCLUDE_DEPTH 4

struct conf_span {
	int line;      /* first line of the span in the text, 1.. */
	int file;      /* index into files */
	int file_line; /* the line of that file it begins with */
};

struct conf_text {
	char *octets; /* NUL-terminated; ends with a newline */
	size_t n, capacity;
	char **files; /* names for messages; [0] is the configuration file */
	int n_files;
	struct conf_span *spans;
	size_t n_spans;
};

/* False after one error in @diags; @t needs conf_text_fini() either way. */
bool conf_text_read(struct conf_text *t, const char *path, struct diags *diags);
/* The same from memory, under the name @path, with includes refused: for tests. */
bool conf_text_set(struct conf_text *t, const char *path, const char *octets, size_t n,
    struct diags *diags);
void conf_text_fini(struct conf_text *t);
/* Where line @line of the text was written. */
void conf_text_where(
    const struct conf_text *t, int line, const char **ret_file, int *ret_line);

#endif
