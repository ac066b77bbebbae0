/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edgectl - what several verbs do: complaining, and reading the configuration.
 */
#include "edgectl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <edge/conf.h>

void
complain(const char *format, ...)
{
	va_list args;

	fflush(stdout); /* what was said before stands before */
	fprintf(stderr, "edgectl: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
}

enum exit_code
misused(const char *verb, const char *args)
{
	complain("usage: edgectl %s %s", verb, args);
	return EXIT_WRONG;
}

struct model *
model_read(const struct edgectl *e, bool warn)
{
	struct model *m = NULL;
	struct diags diags;

	diags_init(&diags);
	if (!conf_load(e->conf_file, &m, &diags)) {
		diags_print(&diags, stderr);
		m = NULL;
	} else if (warn) {
		diags_print(&diags, stderr);
	}
	diags_fini(&diags);
	return m;
}

const char *
call_failure_text(int err)
{
	switch (-err) {
	case ENOENT:
	case ECONNREFUSED:
		return "is not running";
	case EACCES:
	case EPERM:
		return "may not be asked by you: be root or in group edgepool";
	case ETIMEDOUT:
		return "does not answer in time";
	case EPROTO:
	case EMSGSIZE:
	case ECONNRESET:
	case EPIPE:
		return "gave no proper answer";
	default:
		return strerror(-err);
	}
}
