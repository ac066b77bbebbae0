/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The limits libconfig does not keep: each file is made here, is refused with its line,
 * in bounded time.  Files that are no files must not make the loader wait.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/conf.h>

#include "conf_guard.h"

static char dir[64];

/* Of the processor, so that a busy machine fails nothing. */
static int64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static const char *
place(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void
put(const char *name, const char *octets, size_t n)
{
	FILE *f = fopen(place(name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(octets, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* Loads a file of the directory, which must give exactly one message, at this line. */
static void
assert_refused(const char *name, int line, const char *text)
{
	int64_t begin = cpu_ns();
	struct model *m = NULL;
	struct diags diags;

	diags_init(&diags);
	assert_false(conf_load(place(name), &m, &diags));
	assert_true(cpu_ns() - begin < LOAD_SECONDS * NS_PER_S);
	assert_null(m);
	assert_int_equal(diags.n, 1);
	assert_int_equal(diags.list[0].severity, DIAG_ERROR);
	assert_string_equal(diags.list[0].text, text);
	assert_int_equal(diags.list[0].line, line);
	diags_fini(&diags);
}

/* @n times @piece, after @before and before @after. */
static void
put_many(
    const char *name, const char *before, const char *piece, size_t n, const char *after)
{
	FILE *f = fopen(place(name), "wb");

	assert_non_null(f);
	fputs(before, f);
	for (size_t i = 0; i < n; i++)
		fputs(piece, f);
	fputs(after, f);
	assert_int_equal(fclose(f), 0);
}

static void
nine_megabytes_of_garbage(void **state)
{
	size_t n = (size_t)9 << 20;
	char *octets = malloc(n);
	uint32_t x = 1;

	(void)state;
	assert_non_null(octets);
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		octets[i] = (char)(x >> 24);
	}
	put("garbage", octets, n);
	assert_refused("garbage", 0,
	    "more than 8 MiB with everything included, which no "
	    "configuration needs; is it the right file?");
	/* What is just small enough is garbage all the same. */
	for (size_t i = 0; i < n; i++)
		if (octets[i] == '\0' || octets[i] == '"' || octets[i] == '/')
			octets[i] = '$';
	octets[0] = '$';
	put("garbage", octets, CONF_TEXT_MAX - 1);
	assert_refused("garbage", 1,
	    "'$' where a name is expected; a setting is written name = value;");
	free(octets);
}

static void
nul_octets(void **state)
{
	static const char nul[] = "instance = \"lb1\";\n\nlab = \0 true;\n";
	static const char utf16[] = "\xff\xfei\0n\0s\0";

	(void)state;
	put("nul", nul, sizeof nul - 1);
	assert_refused("nul", 3,
	    "a NUL octet, where the file would end unnoticed; remove it, or "
	    "restore the file if it is damaged");
	put("utf16", utf16, sizeof utf16 - 1);
	assert_refused("utf16", 1,
	    "the file is UTF-16, with a NUL in every other octet; save it "
	    "as UTF-8");
}

static void
sixty_thousand_keys(void **state)
{
	FILE *f = fopen(place("keys"), "wb");

	(void)state;
	assert_non_null(f);
	for (int i = 0; i < 60000; i++)
		fprintf(f, "key%d = %d;\n", i, i);
	assert_int_equal(fclose(f), 0);
	assert_refused("keys", CONF_NAMES_MAX + 1,
	    "more than 256 names in one group; no group of this configuration has so "
	    "many keys");
}

static void
more_than_any_configuration(void **state)
{
	(void)state;
	put_many("elements", "pools = (\n", "{ },\n", 5000, "{ } );\n");
	assert_refused(
	    "elements", 2 + CONF_ELEMENTS_MAX, "more than 1024 elements in one list");
	put_many("values", "pools = (\n",
	    "( "
	    "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
	    "1,1,1,"
	    "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
	    "1,1,1,1,1,"
	    "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
	    "1,1,1,1 ),\n",
	    1000, "1 );\n");
	assert_refused("values", 789,
	    "more than 100000 values in all, which no configuration needs");
	put_many("strings", "site =\n", "\"0123456789\"\n", 100000, ";\n");
	assert_refused(
	    "strings", 411, "a string of more than 4096 characters; is a quote missing?");
	put_many("empty", "site =\n", "\"\"\n", 200000, ";\n");
	assert_refused("empty", 100002, "more than 100000 strings");
	put_many("deep", "pools =\n", "(\n", 100000, "");
	assert_refused("deep", 18,
	    "more than 16 levels of brackets inside each other; no part of "
	    "this configuration is so deep");
	put_many("long", "", "a", 5000000, " = 1;");
	assert_refused("long", 1,
	    "the name \"aaaaaaaaaaaaaaaaaaaaaaaa...\" has 5000000 "
	    "characters; none has more than 64");
	put_many("comment", "", "/* * / /", 500000, "");
	assert_refused(
	    "comment", 1, "the comment that begins here is never closed with */");
	put_many("lines", "", "\n", CONF_TEXT_MAX - 10, "$\n");
	assert_refused("lines", (int)CONF_TEXT_MAX - 9,
	    "'$' where a name is expected; a setting is written name = value;");
}

/* However many things are wrong, the first 200 are told within a second. */
static void
assert_told_in_time(const char *name)
{
	int64_t begin = cpu_ns();
	struct model *m = NULL;
	struct diags diags;

	diags_init(&diags);
	assert_false(conf_load(place(name), &m, &diags));
	assert_true(cpu_ns() - begin < LOAD_SECONDS * NS_PER_S);
	assert_int_equal(diags.n, DIAGS_MAX);
	diags_fini(&diags);
	unlink(place(name));
}

static void
thousands_of_mistakes(void **state)
{
	FILE *f = fopen(place("mistakes"), "wb");

	(void)state;
	assert_non_null(f);
	fputs("pools = (", f);
	for (int p = 0; p < 64; p++) {
		fprintf(f, "%s { members = (", p > 0 ? "," : "");
		for (int i = 0; i < 750; i++)
			fprintf(f, "%s{ fqdn = \"a%d.b\"; }", i > 0 ? "," : "", i);
		fputs("); }", f);
	}
	fputs(");\n", f);
	assert_int_equal(fclose(f), 0);
	assert_told_in_time("mistakes");
	f = fopen(place("mistakes"), "wb");
	assert_non_null(f);
	fputs("pools = (", f);
	for (int p = 0; p < 380; p++) {
		fputs(p > 0 ? ", {" : "{", f);
		for (int i = 0; i < 256; i++)
			fprintf(f, "k%d=1;", i);
		fputs("}", f);
	}
	fputs(");\n", f);
	assert_int_equal(fclose(f), 0);
	assert_told_in_time("mistakes");
}

static void
what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(mkdir(place("directory"), 0700), 0);
	assert_refused("directory", 0, "cannot read it: it is a directory");
	assert_int_equal(mkfifo(place("fifo"), 0600), 0);
	assert_refused("fifo", 0, "cannot read it: it is not a regular file");
	assert_int_equal(symlink("fifo", place("link-to-fifo")), 0);
	assert_refused("link-to-fifo", 0, "cannot read it: it is not a regular file");
	assert_int_equal(symlink("loop", place("loop")), 0);
	assert_refused("loop", 0, "cannot read it: it is a symbolic link");
	assert_refused("absent", 0, "cannot read it: No such file or directory");
	assert_int_equal(symlink("/dev/zero", place("zero")), 0);
	assert_refused("zero", 0, "cannot read it: it is not a regular file");
}

static void
includes_stay_beside_the_file(void **state)
{
	static const char fifo[] = "\n@include \"fifo2\"\n",
			  link[] = "@include \"passwd\"\n";
	static const char quoted[] =
	    "/* \n@include \"x\"\n*/ site = \"\n@include \\\"x\\\"\n\"; $\n";
	static const char nul[] = "@include \"include-not\0.conf\"\n";
	static const char bomb[] = "@include \"a\"\n@include \"a\"\n@include \"a\"\n";

	(void)state;
	assert_int_equal(mkfifo(place("fifo2"), 0600), 0);
	put("include-fifo", fifo, sizeof fifo - 1);
	assert_refused(
	    "include-fifo", 2, "@include of \"fifo2\": it is not a regular file");
	assert_int_equal(symlink("/etc/passwd", place("passwd")), 0);
	put("include-link", link, sizeof link - 1);
	assert_refused(
	    "include-link", 1, "@include of \"passwd\": it is a symbolic link");
	/* In comments and strings it is none. */
	put("include-not", quoted, sizeof quoted - 1);
	assert_refused("include-not", 5,
	    "'$' where a name is expected; a setting is written name = value;");
	/* A NUL does not cut the name short. */
	put("include-nul", nul, sizeof nul - 1);
	assert_refused("include-nul", 1,
	    "@include of \"include-not\": only a file beside this one can be "
	    "included; write its name without a directory");
	put("a", bomb, sizeof bomb - 1);
	assert_refused("a", 1,
	    "@include of \"a\": more than 4 levels or 64 files of includes; "
	    "does it include itself?");
}

static void
too_much_by_includes(void **state)
{
	(void)state;
	put_many(
	    "half", "", "# 0123456789 0123456789 0123456789 0123456789\n", 100000, "");
	put_many("sum", "", "@include \"half\"\n", 3, "");
	assert_refused("sum", 0,
	    "more than 8 MiB with everything included, which no configuration "
	    "needs; is it the right file?");
}

/* @pools pools of @members members.  Different throughout, or @same: every name, domain
 * and address is everybody's, which is the most there can be to compare. */
static void
put_large(const char *name, int pools, int members, bool same)
{
	FILE *f = fopen(place(name), "wb");

	assert_non_null(f);
	fputs("pools = (\n", f);
	for (int p = 0; p < pools; p++) {
		int n = same ? 0 : p;

		fprintf(f,
		    "%s{ fqdn = \"p%d.contoso.net\"; product = \"sfb-se\"; sip_domains = "
		    "[ "
		    "\"d%d.com\"",
		    p > 0 ? "," : "", n, n);
		for (int d = 1; d < 64; d++)
			fprintf(f, ", \"s%d.d%d.com\"", d, n);
		fprintf(f,
		    " ];\nexternal = { balancing = \"dns\"; access = { fqdn = "
		    "\"sip.d%d.com\"; };"
		    " webconf = { fqdn = \"web.d%d.com\"; }; av = { fqdn = "
		    "\"av.d%d.com\"; }; };\n"
		    "internal = { balancing = \"dns\"; }; members = (\n",
		    n, n, n);
		for (int m = 0; m < members; m++) {
			int k = same ? 0 : m;

			fprintf(f,
			    "%s{ name = \"e%d\"; fqdn = \"e%d.p%d.contoso.net\"; "
			    "internal = [ "
			    "\"10.%d.%d.1\", \"fd00::%x:%x\" ]; access = [ "
			    "\"20.%d.%d.1\", "
			    "\"2a01::%x:%x\" ]; webconf = [ \"20.%d.%d.2\", "
			    "\"2a02::%x:%x\" ]; av = "
			    "[ \"20.%d.%d.3\", \"2a03::%x:%x\" ]; }\n",
			    m > 0 ? "," : "", k, k, n, n, k, n + 1, k + 1, n, k, n + 1,
			    k + 1, n, k, n + 1, k + 1, n, k, n + 1, k + 1);
		}
		fputs(" ); }\n", f);
	}
	fputs(");\n", f);
	assert_int_equal(fclose(f), 0);
}

/* Loads a file; true when there was no error.  It must not take a second. */
static bool
load_in_time(const char *name, size_t *ret_pools)
{
	int64_t begin = cpu_ns();
	struct model *m = NULL;
	struct diags diags;
	bool ok;

	diags_init(&diags);
	ok = conf_load(place(name), &m, &diags);
	assert_true(cpu_ns() - begin < LOAD_SECONDS * NS_PER_S);
	assert_int_equal(ok, diags.counts[DIAG_ERROR] == 0);
	if (ok)
		*ret_pools = m->n_pools;
	model_free(&m);
	diags_fini(&diags);
	return ok;
}

static void
the_largest_configuration(void **state)
{
	size_t pools = 0;

	(void)state;
	put_large("largest", MODEL_POOLS_MAX / 2, MODEL_MEMBERS_MAX, false);
	assert_true(load_in_time("largest", &pools));
	assert_int_equal(pools, MODEL_POOLS_MAX / 2);
	put_large("largest", MODEL_POOLS_MAX, MODEL_MEMBERS_MAX, true);
	assert_false(load_in_time("largest", &pools));
	put_large("largest", 4, 1000, true);
	assert_false(load_in_time("largest", &pools));
	put_large("largest", 500, 1, true);
	assert_false(load_in_time("largest", &pools));
}

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/edge-conf.XXXXXX");
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	static const char *const names[] = {"garbage", "nul", "utf16", "keys", "elements",
	    "values", "strings", "empty", "deep", "long", "comment", "lines", "fifo",
	    "link-to-fifo", "loop", "zero", "fifo2", "include-fifo", "passwd",
	    "include-link", "include-not", "include-nul", "a", "half", "sum", "largest"};

	(void)state;
	for (size_t i = 0; i < countof(names); i++)
		unlink(place(names[i]));
	rmdir(place("directory"));
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nine_megabytes_of_garbage),
	    cmocka_unit_test(nul_octets),
	    cmocka_unit_test(sixty_thousand_keys),
	    cmocka_unit_test(more_than_any_configuration),
	    cmocka_unit_test(thousands_of_mistakes),
	    cmocka_unit_test(what_is_no_file),
	    cmocka_unit_test(includes_stay_beside_the_file),
	    cmocka_unit_test(too_much_by_includes),
	    cmocka_unit_test(the_largest_configuration),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
