/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check bad|good DIR - loads every *.conf of DIR and compares what is reported with the
 * lines the file itself begins with:
 *
 *   # expect: NAME.conf:LINE: error [R1]: ...
 *
 * The comparison is exact: no message may be missing, differ or come too much, nothing
 * may be printed, and no file may take a second.  bad: each file has at least one error
 * or warning.  good: none has.  A file that crashes the loader ends this program, which
 * is the failure of the test.
 */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/conf.h>

#define FILES_LEAST_BAD  80
#define FILES_LEAST_GOOD 20

static int failures;

static void edge_printf(2, 3) fail(const char *name, const char *format, ...)
{
	va_list ap;

	failures++;
	printf("%s: ", name);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
}

/* The expected lines, as one text; the caller frees it. */
static char *
expectation(const char *name)
{
	static const char mark[] = "# expect: ";
	FILE *f = fopen(name, "r");
	char *line = NULL, *text = NULL;
	size_t size = 0, n = 0;
	FILE *to = open_memstream(&text, &n);

	if (f == NULL || to == NULL)
		abort();
	while (getline(&line, &size, f) > 0 && line[0] == '#')
		if (strncmp(line, mark, sizeof mark - 1) == 0)
			fputs(line + sizeof mark - 1, to);
	free(line);
	fclose(f);
	fclose(to);
	return text;
}

/* conf_load() with standard output and error caught; *ret_said is how much came there. */
static bool
load_quietly(const char *name, struct model **m, struct diags *diags, off_t *ret_said)
{
	int caught = memfd_create("said", MFD_CLOEXEC), out, err;
	bool ok;

	fflush(stdout);
	out = dup(STDOUT_FILENO);
	err = dup(STDERR_FILENO);
	if (caught < 0 || out < 0 || err < 0)
		abort();
	dup2(caught, STDOUT_FILENO);
	dup2(caught, STDERR_FILENO);
	ok = conf_load(name, m, diags);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	*ret_said = lseek(caught, 0, SEEK_END);
	close(caught);
	close(out);
	close(err);
	return ok;
}

/* Of the processor, so that a busy machine fails nothing. */
static int64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void
check(const char *name, bool bad)
{
	char *expected = expectation(name), *got = NULL;
	int64_t begin = cpu_ns(), took;
	struct model *m = NULL;
	struct diags diags;
	off_t said;
	size_t n, serious;
	FILE *to;
	bool ok;

	diags_init(&diags);
	ok = load_quietly(name, &m, &diags, &said);
	took = cpu_ns() - begin;
	to = open_memstream(&got, &n);
	if (to == NULL)
		abort();
	diags_print(&diags, to);
	fclose(to);
	serious = diags.counts[DIAG_ERROR] + diags.counts[DIAG_WARNING];
	if (strcmp(got, expected) != 0)
		fail(name, "expected\n%sbut got\n%s", expected, got);
	if (ok != (diags.counts[DIAG_ERROR] == 0) || ok != (m != NULL))
		fail(name, "the result does not fit the messages");
	if (bad != (serious > 0))
		fail(name,
		    bad ? "nothing is wrong with it" : "something is wrong with it");
	if (took > LOAD_SECONDS * NS_PER_S)
		fail(name, "took %lld ms", (long long)(took / NS_PER_MS));
	if (said != 0)
		fail(name, "printed %lld octets", (long long)said);
	free(got);
	free(expected);
	model_free(&m);
	diags_fini(&diags);
}

static int
is_conf(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && strcmp(e->d_name + n - 5, ".conf") == 0;
}

int
main(int argc, char **argv)
{
	bool bad = argc == 3 && strcmp(argv[1], "bad") == 0;
	struct dirent **names;
	int n;

	if (argc != 3 || chdir(argv[2]) != 0 ||
	    (n = scandir(".", &names, is_conf, alphasort)) < 0) {
		fprintf(stderr, "check: bad|good DIR\n");
		return 2;
	}
	for (int i = 0; i < n; i++) {
		check(names[i]->d_name, bad);
		free(names[i]);
	}
	free(names);
	printf("%d files, %d failures\n", n, failures);
	return failures > 0 || n < (bad ? FILES_LEAST_BAD : FILES_LEAST_GOOD);
}
