/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unhook - see unhook.h.
 */
#include "unhook.h"

#include <errno.h>
#include <unistd.h>

#include "filters.h"

int
unhook_tcx(const struct pins *pins, unsigned ifindex)
{
	char path[PINS_PATH_MAX];

	pins_number_path(pins, PINS_LINKS, ifindex, path);
	return unlink(path) == 0 || errno == ENOENT ? 0 : -errno;
}

int
unhook_clsact(const struct pins *pins, unsigned ifindex)
{
	char note[PINS_PATH_MAX];
	struct filters f;
	int err = filters_look(pins, ifindex, &f);

	pins_number_path(pins, PINS_QDISCS, ifindex, note);
	if (err == 0 && f.ours)
		err = filters_remove(ifindex);
	if (err != 0 || access(note, F_OK) != 0)
		return err;
	if (!f.others)
		err = filters_remove_qdisc(ifindex);
	if (err == 0 && rmdir(note) != 0 && errno != ENOENT)
		err = -errno;
	return err;
}

int
unhook(const struct pins *pins, unsigned ifindex)
{
	int err = unhook_tcx(pins, ifindex);
	int more = unhook_clsact(pins, ifindex);

	return err != 0 ? err : more;
}

bool
unhook_needed(const struct pins *pins, unsigned ifindex)
{
	char path[PINS_PATH_MAX];
	struct filters f;

	for (int part = PINS_LINKS; part <= PINS_QDISCS; part++) {
		pins_number_path(pins, (enum pins_part)part, ifindex, path);
		if (access(path, F_OK) == 0)
			return true;
	}
	return filters_look(pins, ifindex, &f) == 0 && f.ours;
}
