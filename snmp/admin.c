/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * admin - the client's side of edge-health's verbs.
 */
#include "admin.h"

#include <stdio.h>

#include <edge/ctl.h>
#include <edge/sbuf.h>

#define WAIT_MS    300
#define ANSWER_MAX 4096

static const char *
admin_verb(enum admin admin)
{
	switch (admin) {
	case ADMIN_ENABLED:
		return "enable";
	case ADMIN_DRAINING:
		return "drain";
	case ADMIN_DISABLED:
		return "disable";
	case ADMINS:
		break;
	}
	return "help"; /* harmless */
}

bool
admin_request(char *ret, size_t size, const struct member *m, enum admin admin)
{
	int n = snprintf(ret, size, "%s %s", admin_verb(admin), m->full_name);

	return n > 0 && (size_t)n < size;
}

bool
admin_is_ready(const char *run_dir)
{
	struct sbuf answer;
	int err;

	sbuf_init(&answer, ANSWER_MAX);
	err = ctl_call(run_dir, "health", "help", WAIT_MS, &answer);
	sbuf_fini(&answer);
	return err == 0;
}

int
admin_apply(const char *run_dir, const struct member *m, enum admin admin, char *answer,
    size_t size)
{
	char request[1024]; /* what a control socket takes */
	struct sbuf text;
	int err;

	if (!admin_request(request, sizeof request, m, admin))
		return -1;
	sbuf_init(&text, ANSWER_MAX);
	err = ctl_call(run_dir, "health", request, WAIT_MS, &text);
	snprintf(answer, size, "%s", sbuf_text(&text));
	sbuf_fini(&text);
	return err;
}
