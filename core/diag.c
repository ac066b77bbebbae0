/* SPDX-License-Identifier: BSD-2-Clause */
#include <edge/diag.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void
diags_init(struct diags *d)
{
	*d = (struct diags){0};
}

void
diags_fini(struct diags *d)
{
	for (size_t i = 0; i < d->n_files; i++)
		free(d->files[i]);
	free(d->files);
	free(d->list);
	diags_init(d);
}

/* The list's own copy of a file's name; "?" without memory. */
static const char *
diags_file(struct diags *d, const char *file)
{
	char **files;
	char *copy;

	for (size_t i = 0; i < d->n_files; i++)
		if (strcmp(d->files[i], file) == 0)
			return d->files[i];
	files = realloc(d->files, (d->n_files + 1) * sizeof *files);
	if (files == NULL)
		return "?";
	d->files = files;
	copy = strdup(file);
	if (copy == NULL)
		return "?";
	d->files[d->n_files++] = copy;
	return copy;
}

bool
diags_full(const struct diags *d, enum diag_severity severity)
{
	size_t lesser = 0;

	for (int s = DIAG_NOTE; s < (int)severity; s++)
		lesser += d->kept[s];
	return d->n == DIAGS_MAX && lesser == 0;
}

/* Gives up the last entry of the least severity, which diags_full() says is there. */
static void
diags_drop(struct diags *d)
{
	enum diag_severity least = d->kept[DIAG_NOTE] > 0 ? DIAG_NOTE : DIAG_WARNING;
	size_t at = d->n - 1;

	while (d->list[at].severity != least)
		at--;
	memmove(&d->list[at], &d->list[at + 1], (d->n - at - 1) * sizeof *d->list);
	d->n--;
	d->kept[least]--;
}

void
diags_add(struct diags *d, enum diag_severity severity, int rule, const char *file,
    int line, const char *format, ...)
{
	struct diag *entry;
	va_list ap;

	d->counts[severity]++;
	if (diags_full(d, severity))
		return;
	if (d->n == DIAGS_MAX)
		diags_drop(d);
	if (d->list == NULL)
		d->list = calloc(DIAGS_MAX, sizeof *d->list);
	if (d->list == NULL)
		return; /* the counts still say that something is wrong */
	entry = &d->list[d->n++];
	d->kept[severity]++;
	entry->severity = severity;
	entry->rule = rule;
	entry->line = line;
	entry->file = diags_file(d, file);
	va_start(ap, format);
	vsnprintf(entry->text, sizeof entry->text, format, ap);
	va_end(ap);
	for (char *p = entry->text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?'; /* quoted input must not forge lines */
}

static size_t
file_order(const struct diags *d, const char *file)
{
	size_t i;

	for (i = 0; i < d->n_files && d->files[i] != file; i++)
		;
	return i;
}

static bool
diag_after(const struct diags *d, const struct diag *a, const struct diag *b)
{
	size_t fa = file_order(d, a->file), fb = file_order(d, b->file);

	return fa != fb ? fa > fb : a->line > b->line;
}

void
diags_sort(struct diags *d)
{
	/* Insertion sort: stable, and the list is short and nearly sorted. */
	for (size_t i = 1; i < d->n; i++) {
		struct diag entry = d->list[i];
		size_t at = i;

		for (; at > 0 && diag_after(d, &d->list[at - 1], &entry); at--)
			d->list[at] = d->list[at - 1];
		d->list[at] = entry;
	}
}

const char *
diag_severity_word(enum diag_severity s)
{
	switch (s) {
	case DIAG_NOTE:
		return "note";
	case DIAG_WARNING:
		return "warning";
	case DIAG_ERROR:
		return "error";
	}
	return "?";
}

static void
diag_text(const struct diag *e, struct sbuf *to)
{
	sbuf_addf(to, "%s", e->file);
	if (e->line > 0)
		sbuf_addf(to, ":%d", e->line);
	sbuf_addf(to, ": %s", diag_severity_word(e->severity));
	if (e->rule > 0)
		sbuf_addf(to, " [R%d]", e->rule);
	sbuf_addf(to, ": %s\n", e->text);
}

void
diags_text(const struct diags *d, enum diag_severity least, struct sbuf *to)
{
	size_t all = 0, kept = 0;

	for (size_t i = 0; i < d->n; i++)
		if (d->list[i].severity >= least)
			diag_text(&d->list[i], to);
	for (int s = (int)least; s <= DIAG_ERROR; s++) {
		all += d->counts[s];
		kept += d->kept[s];
	}
	if (all > kept && !d->cut)
		sbuf_addf(to, "and %zu more\n", all - kept);
	if (d->cut)
		sbuf_addf(to, "there may be more: correct these first\n");
}

void
diags_print(const struct diags *d, FILE *to)
{
	struct sbuf text;

	sbuf_init(&text, (size_t)1 << 20); /* 200 lines with names of any length */
	diags_text(d, DIAG_NOTE, &text);
	fputs(sbuf_text(&text), to);
	sbuf_fini(&text);
}
