/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check - the verbs about a configuration file alone: check and keys.  No daemon, board
 * or socket is touched, so that a file can be checked on any machine.
 */
#include <stdio.h>
#include <string.h>

#include <edge/conf.h>

#include "edgectl.h"

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void
summary_print(const char *path, const struct model *m, const struct diags *d)
{
	size_t members = 0, warnings = d->counts[DIAG_WARNING],
	       notes = d->counts[DIAG_NOTE];

	for (size_t i = 0; i < m->n_pools; i++)
		members += m->pools[i].n_members;
	printf("%s: ok, %zu pool%s, %zu member%s, %zu listener%s, %zu endpoint%s", path,
	    m->n_pools, plural(m->n_pools), members, plural(members),
	    model_count_listeners(m), plural(model_count_listeners(m)),
	    model_count_endpoints(m), plural(model_count_endpoints(m)));
	if (warnings + notes > 0)
		printf("; %zu warning%s, %zu note%s", warnings, plural(warnings), notes,
		    plural(notes));
	printf("\n");
}

static enum exit_code
check_file(const char *path, bool strict)
{
	enum exit_code code = EXIT_DONE;
	struct model *m = NULL;
	struct diags diags;

	diags_init(&diags);
	if (!conf_load(path, &m, &diags)) {
		diags_print(&diags, stdout);
		code = EXIT_WRONG;
	} else {
		diags_print(&diags, stdout);
		summary_print(path, m, &diags);
		if (strict && diags.counts[DIAG_WARNING] > 0)
			code = EXIT_WARNED;
	}
	model_free(&m);
	diags_fini(&diags);
	return code;
}

enum exit_code
check_run(const struct edgectl *e, int argc, char **argv)
{
	const char *path = e->conf_file;
	bool strict = false, named = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--strict") == 0) {
			strict = true;
		} else if (argv[i][0] == '-' || named) {
			return misused(argv[0], "[--strict] [FILE]");
		} else {
			path = argv[i];
			named = true;
		}
	}
	return check_file(path, strict);
}

enum exit_code
keys_run(const struct edgectl *e, int argc, char **argv)
{
	(void)e;
	if (argc > 1)
		return misused(argv[0], "");
	conf_manual(stdout);
	return EXIT_DONE;
}
