/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-bpf-rows [GROUP...]: runs the rows of these groups, or all.  0: they hold; 1: some
 * do not; 77: this host does not let us.
 */
#include <edge/base.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "row.h"

#define GROUP(name, about) extern const struct rows rows_##name;
#include "tbl/groups.h"

static const struct rows *const groups[] = {
#define GROUP(name, about) &rows_##name,
#include "tbl/groups.h"
};

static bool
wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], name) == 0)
			return true;
	}
	return argc == 1;
}

/* Answers of ours are cut, and have no sum beside them any more. */
static bool
complete_wanted(const struct world *w, const struct rows *g)
{
	return w->can_complete && strcmp(g->name, "size") != 0 &&
	       strcmp(g->name, "answer") != 0;
}

static void
run_group(struct world *w, const struct rows *g, unsigned *held, unsigned *broken)
{
	for (unsigned i = 0; i < 4 * g->n; i++) {
		const struct row *row = &g->row[i / 4];
		bool v6 = i % 2 != 0;

		w->complete = i % 4 >= 2;
		if (row->families == (v6 ? ONLY_V4 : ONLY_V6) ||
		    (w->complete && !complete_wanted(w, g)))
			continue;
		if (row_run(w, row, v6))
			++*held;
		else
			++*broken;
	}
}

/* Each CPU remembers ways for itself: on another one a row would find nothing known, and
 * hold whatever is wrong with what is. */
static bool
stay(void)
{
	int cpu = sched_getcpu();
	cpu_set_t one;

	if (cpu < 0)
		return false;
	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	return sched_setaffinity(0, sizeof one, &one) == 0;
}

int
main(int argc, char **argv)
{
	static struct world w;
	unsigned held = 0, broken = 0;
	struct sbuf why;
	int err;

	sbuf_init(&why, 4096);
	err = world_open(&w, &why);
	if (err != 0) {
		printf("SKIPPED %s\n", sbuf_text(&why));
		return err == -EPERM || err == -ENOSYS || err == -EACCES ? 77 : 1;
	}
	if (!stay()) {
		printf("cannot stay on one CPU: %s\n", strerror(errno));
		return 1;
	}
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		if (wanted(groups[i]->name, argc, argv))
			run_group(&w, groups[i], &held, &broken);
	}
	world_close(&w);
	sbuf_fini(&why);
	printf("%u rows hold, %u do not\n", held, broken);
	return broken > 0 || held == 0;
}
