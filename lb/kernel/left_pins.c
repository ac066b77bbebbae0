/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * left_pins - where the engine of this edge-lb was pinned, over changes of
 * lb.kernel.pins.
 *
 * What is pinned elsewhere goes on with its program, which packets meet first, and nobody
 * follows states there: links do not say whose they are, so the places are remembered.
 */
#include "left.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <edge/program.h>

#include "pins.h"

/* An engine that no edge-lb has. */
static bool
is_left(const char *dir)
{
	struct sbuf ignored;
	struct pins p;
	bool is;

	sbuf_init(&ignored, 512);
	pins_init(&p);
	is = pins_open_old(&p, dir, &ignored) == 0 && pins_have(&p, PINS_MAPS);
	pins_close(&p);
	sbuf_fini(&ignored);
	return is;
}

static void
read_others(const char *path, const char *pins, struct sbuf *ret)
{
	char line[PINS_DIR_MAX];
	FILE *f = fopen(path, "r");

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, pins) != 0 && is_left(line))
			sbuf_addf(ret, "%s\n", line);
	}
	if (f != NULL)
		fclose(f);
}

int
left_pins(const char *run_dir, const char *pins, bool used, struct sbuf *ret)
{
	char path[PROGRAM_PATH_MAX];
	FILE *f;

	if (!program_path(path, run_dir, "lb", ".pins"))
		return -ENAMETOOLONG;
	read_others(path, pins, ret);
	if (!used)
		return 0;
	f = fopen(path, "w");
	if (f == NULL)
		return -errno;
	fprintf(f, "%s%s\n", sbuf_text(ret), pins);
	return fclose(f) == 0 ? 0 : -errno;
}
