/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status - the verb: opens boards, takes the picture, draws it.  No daemon is asked
 * anything, so status works best when they do not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/nearest.h>

#include "daemons.h"
#include "edgectl.h"
#include "status_json.h"
#include "status_text.h"

#define STATUS_TEXT_MAX (64u << 20) /* 64 pools of 20 members in JSON: about 40 MiB */
#define STATUS_USAGE    "[POOL] [-v] [--json]"

static void
boards_close(struct picture_boards *b)
{
	board_reader_free(&b->health);
	board_reader_free(&b->lb);
	board_reader_free(&b->dns);
}

static bool
boards_open(struct picture_boards *b, const char *run_dir)
{
	if (board_reader_new(run_dir, &health_board_spec, &b->health) != 0 ||
	    board_reader_new(run_dir, &lb_board_spec, &b->lb) != 0 ||
	    board_reader_new(run_dir, &dns_board_spec, &b->dns) != 0)
		return false;
	board_reader_refresh(b->health);
	board_reader_refresh(b->lb);
	board_reader_refresh(b->dns);
	return true;
}

static struct picture *
picture_take(const struct edgectl *e, const struct model *m)
{
	struct daemon_look looks[DAEMONS] = {0};
	struct picture_boards boards = {0};
	struct picture *p = NULL;

	daemons_look(e->run_dir, looks);
	if (boards_open(&boards, e->run_dir))
		p = picture_new(m, &boards, looks, clock_boot_ns(), clock_wall_s());
	boards_close(&boards);
	return p;
}

static bool
wants_colour(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

static enum exit_code
pool_unknown(const struct model *m, const char *fqdn)
{
	const char *names[MODEL_POOLS_MAX], *near;

	for (size_t i = 0; i < m->n_pools; i++)
		names[i] = m->pools[i].fqdn;
	near = nearest(fqdn, names, m->n_pools);
	complain("there is no pool '%s'%s%s", fqdn, near != NULL ? "; did you mean " : "",
	    near != NULL ? near : "");
	return EXIT_WRONG;
}

static enum exit_code
status_show(const struct edgectl *e, const struct model *m,
    const struct status_options *o, bool json)
{
	enum exit_code code = EXIT_NOT_DONE;
	struct picture *p = picture_take(e, m);
	struct sbuf out;

	sbuf_init(&out, STATUS_TEXT_MAX);
	if (p != NULL && json)
		status_json(p, o->pool, &out);
	else if (p != NULL)
		status_text(p, o, &out);
	if (p == NULL || out.failed) {
		complain("out of memory");
	} else {
		fputs(sbuf_text(&out), stdout); /* main() sees whether it arrived */
		if (picture_is_current(p))
			code = EXIT_DONE;
	}
	sbuf_fini(&out);
	picture_free(&p);
	return code;
}

enum exit_code
status_run(const struct edgectl *e, int argc, char **argv)
{
	struct status_options o = {.colour = wants_colour()};
	enum exit_code code;
	struct model *m;
	bool json = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			json = true;
		else if (strcmp(argv[i], "-v") == 0)
			o.verbose = true;
		else if (argv[i][0] == '-' || o.pool != NULL)
			return misused(argv[0], STATUS_USAGE);
		else
			o.pool = argv[i];
	}
	m = model_read(e, false);
	if (m == NULL) {
		complain("%s has errors, so there are no names to show; daemons that run "
			 "keep what they have",
		    e->conf_file);
		return EXIT_WRONG;
	}
	if (o.pool != NULL && model_pool(m, o.pool) == NULL)
		code = pool_unknown(m, o.pool);
	else
		code = status_show(e, m, &o, json);
	model_free(&m);
	return code;
}
