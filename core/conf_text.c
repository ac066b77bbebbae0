/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_text - reads a configuration file and its includes into one text.
 *
 * The scan knows just enough of libconfig's lexical rules (strings, comments) to find
 * @include where libconfig would.  It also keeps the limits that are about octets: size,
 * NUL, encoding.  Everything about tokens is conf_guard's.
 */
#include "conf_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_scan.h"

/* What one file being read needs; a stack of these is as deep as the includes. */
struct reading {
	struct conf_text *text;
	struct diags *diags;
	int directory; /* descriptor of the configuration file's directory, -1: no
			  includes */
	int line;      /* of the text, where the next octet goes */
	int depth;
	int file;
};

static const char *
file_name(const struct conf_text *t, int file)
{
	return t->files[file];
}

static int
add_file(struct conf_text *t, const char *name)
{
	char **files = realloc(t->files, (size_t)(t->n_files + 1) * sizeof *files);

	if (files == NULL)
		return -ENOMEM;
	t->files = files;
	files[t->n_files] = strdup(name);
	if (files[t->n_files] == NULL)
		return -ENOMEM;
	return t->n_files++;
}

static bool
add_span(struct conf_text *t, int line, int file, int file_line)
{
	struct conf_span *spans = realloc(t->spans, (t->n_spans + 1) * sizeof *spans);

	if (spans == NULL)
		return false;
	t->spans = spans;
	spans[t->n_spans++] = (struct conf_span){line, file, file_line};
	return true;
}

static bool
out_of_memory(const struct reading *r)
{
	diags_add(
	    r->diags, DIAG_ERROR, 0, file_name(r->text, 0), 0, "no memory to read it");
	return false;
}

static bool
too_big(const struct reading *r, int line)
{
	diags_add(r->diags, DIAG_ERROR, 0, file_name(r->text, r->file), line,
	    "more than %zu MiB with everything included, which no configuration needs; "
	    "is it "
	    "the right file?",
	    CONF_TEXT_MAX >> 20);
	return false;
}

static bool
append(struct reading *r, const char *octets, size_t n)
{
	struct conf_text *t = r->text;

	if (t->n + n > CONF_TEXT_MAX)
		return too_big(r, 0);
	if (t->n + n >= t->capacity) {
		size_t capacity = 2 * (t->n + n) + 64;
		char *more = realloc(t->octets, capacity);

		if (more == NULL)
			return out_of_memory(r);
		t->octets = more;
		t->capacity = capacity;
	}
	memcpy(t->octets + t->n, octets, n);
	t->n += n;
	t->octets[t->n] = '\0';
	return true;
}

/* Reads a whole regular file, at most @maximum octets.  0, or -errno; -EFBIG. */
static int
slurp(int fd, size_t maximum, char **ret, size_t *ret_n)
{
	size_t capacity = 65536, n = 0;
	char *buf = malloc(capacity);

	while (buf != NULL) {
		ssize_t got = read(fd, buf + n, capacity - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int err = -errno;

			free(buf);
			return err;
		}
		n += (size_t)got;
		if (n > maximum) {
			free(buf);
			return -EFBIG;
		}
		if (got == 0) {
			*ret = buf;
			*ret_n = n;
			return 0;
		}
		if (n == capacity) {
			char *more = realloc(buf, capacity * 2);

			if (more == NULL) {
				free(buf);
				return -ENOMEM;
			}
			buf = more;
			capacity *= 2;
		}
	}
	return -ENOMEM;
}

/* O_NONBLOCK: opening a FIFO must not wait for its writer.  Only regular files. */
static int
open_regular(int directory, const char *name, int flags)
{
	int fd =
	    openat(directory, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | flags);
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0)
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		err = -ENODEV;
	if (err == 0)
		return fd;
	close(fd);
	return err;
}

static const char *
open_failure(int err)
{
	if (err == -EISDIR)
		return "it is a directory";
	if (err == -ENODEV)
		return "it is not a regular file";
	if (err == -ELOOP)
		return "it is a symbolic link";
	return strerror(-err);
}

static bool scan(struct reading *r, const char *octets, size_t n);

/* One @include: @name is the text between the quotes, @line the line of its file. */
static bool
include(struct reading *r, const char *name, size_t n, int line)
{
	const char *file = file_name(r->text, r->file);
	struct reading inner = *r;
	char path[256], *octets;
	size_t size;
	int fd, err;
	bool ok;

	if (n == 0 || n >= sizeof path || memchr(name, '/', n) != NULL ||
	    name[0] == '.' || memchr(name, '\\', n) != NULL ||
	    memchr(name, '\0', n) != NULL || r->directory < 0) {
		diags_add(r->diags, DIAG_ERROR, 0, file, line,
		    "@include of \"%.*s\": only a file beside this one can be included; "
		    "write its name without a directory",
		    (int)(n < 200 ? n : 200), name);
		return false;
	}
	memcpy(path, name, n);
	path[n] = '\0';
	if (r->depth == CONF_INCLUDE_DEPTH || r->text->n_files > CONF_INCLUDES_MAX) {
		diags_add(r->diags, DIAG_ERROR, 0, file, line,
		    "@include of \"%s\": more than %d levels or %d files of includes; "
		    "does "
		    "it include itself?",
		    path, CONF_INCLUDE_DEPTH, CONF_INCLUDES_MAX);
		return false;
	}
	fd = open_regular(r->directory, path, O_NOFOLLOW);
	err = fd < 0 ? fd : slurp(fd, CONF_TEXT_MAX, &octets, &size);
	if (fd >= 0)
		close(fd);
	if (err < 0) {
		if (err == -EFBIG)
			return too_big(r, line);
		diags_add(r->diags, DIAG_ERROR, 0, file, line, "@include of \"%s\": %s",
		    path, open_failure(err));
		return false;
	}
	inner.depth++;
	inner.file = add_file(r->text, path);
	ok = inner.file >= 0 ? scan(&inner, octets, size) : out_of_memory(r);
	r->line = inner.line;
	free(octets);
	return ok;
}

static bool
refuse_nul(const struct reading *r, const char *octets, size_t n, int line)
{
	bool utf16 = n >= 2 && (memcmp(octets, "\xff\xfe", 2) == 0 ||
				   memcmp(octets, "\xfe\xff", 2) == 0);

	diags_add(r->diags, DIAG_ERROR, 0, file_name(r->text, r->file), line,
	    utf16
		? "the file is UTF-16, with a NUL in every other octet; save it as UTF-8"
		: "a NUL octet, where the file would end unnoticed; remove it, or "
		  "restore "
		  "the file if it is damaged");
	return false;
}

/* Copies a file's octets into the text, includes in their places. */
static bool
scan(struct reading *r, const char *octets, size_t n)
{
	enum conf_scan state = CONF_SCAN_PLAIN;
	bool line_start = true;
	size_t i = 0, begin, taken;
	int line = 1;

	if (n >= 3 && memcmp(octets, "\xef\xbb\xbf", 3) == 0)
		i = 3; /* a byte order mark, as Windows editors write */
	begin = i;
	if (!add_span(r->text, r->line, r->file, line))
		return out_of_memory(r);
	for (; i < n; i += taken) {
		const char *name;
		size_t name_n;

		if (octets[i] == '\0')
			return refuse_nul(r, octets, n, line);
		taken = line_start && state == CONF_SCAN_PLAIN
			    ? conf_scan_include(octets + i, n - i, &name, &name_n)
			    : 0;
		line_start = false;
		if (taken > 0) {
			if (!append(r, octets + begin, i - begin))
				return false;
			begin = i + taken;
			if (!include(r, name, name_n, line) ||
			    !add_span(r->text, r->line, r->file, line))
				return false;
			continue;
		}
		state = conf_scan_step(state, octets + i, n - i, &taken);
		if (octets[i] == '\n') {
			line++;
			r->line++;
			line_start = true;
		}
	}
	/* libconfig takes a comment for garbage when no newline ends it. */
	r->line++;
	return append(r, octets + begin, n - begin) && append(r, "\n", 1);
}

static bool
start(struct conf_text *t, struct reading *r, const char *path, struct diags *diags)
{
	*t = (struct conf_text){0};
	*r = (struct reading){.text = t, .diags = diags, .directory = -1, .line = 1};
	if (add_file(t, path) >= 0)
		return true;
	diags_add(diags, DIAG_ERROR, 0, path, 0, "no memory to read it");
	return false;
}

/* The directory of @path, for includes; -1 if it cannot be opened. */
static int
open_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory =
	    slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	int fd =
	    directory != NULL ? open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	free(directory);
	return fd;
}

bool
conf_text_read(struct conf_text *t, const char *path, struct diags *diags)
{
	struct reading r;
	char *octets;
	size_t n;
	int fd, err;
	bool ok;

	if (!start(t, &r, path, diags))
		return false;
	fd = open_regular(AT_FDCWD, path, 0);
	err = fd < 0 ? fd : slurp(fd, CONF_TEXT_MAX, &octets, &n);
	if (fd >= 0)
		close(fd);
	if (err == -EFBIG)
		return too_big(&r, 0);
	if (err < 0) {
		diags_add(diags, DIAG_ERROR, 0, path, 0, "cannot read it: %s",
		    open_failure(err));
		return false;
	}
	r.directory = open_directory(path);
	ok = scan(&r, octets, n);
	if (r.directory >= 0)
		close(r.directory);
	free(octets);
	return ok;
}

bool
conf_text_set(struct conf_text *t, const char *path, const char *octets, size_t n,
    struct diags *diags)
{
	struct reading r;

	return start(t, &r, path, diags) && scan(&r, octets, n);
}

void
conf_text_fini(struct conf_text *t)
{
	for (int i = 0; i < t->n_files; i++)
		free(t->files[i]);
	free(t->files);
	free(t->spans);
	free(t->octets);
	*t = (struct conf_text){0};
}

void
conf_text_where(const struct conf_text *t, int line, const char **ret_file, int *ret_line)
{
	size_t i = t->n_spans;

	while (i > 0 && t->spans[i - 1].line > line)
		i--;
	*ret_file = t->files[i > 0 ? t->spans[i - 1].file : 0];
	*ret_line =
	    i > 0 ? t->spans[i - 1].file_line + line - t->spans[i - 1].line : line;
}
