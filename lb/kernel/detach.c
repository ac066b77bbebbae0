/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * detach - see detach.h.
 *
 * First no packet meets the program any more, then the maps go: in the other order
 * sessions would be picked anew for a moment.  Killed in between, it goes on when it is
 * called again.
 */
#include "detach.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <edge/base.h>

#include "pins.h"
#include "unhook.h"

#define NUMBERS_MAX 4096

static int
open_pins(struct pins *p, const char *dir, struct sbuf *why)
{
	struct sbuf said;
	int err;

	sbuf_init(&said, 1024);
	err = pins_open_old(p, dir, &said);
	if (err == -EBUSY)
		sbuf_addf(why,
		    "an edge-lb that is running uses %s: stop it first, which ends no "
		    "session of the kernel engine",
		    dir);
	else if (err == -EACCES || err == -EPERM)
		sbuf_addf(why, "%s: %s; be root", dir, strerror(-err));
	else if (err != 0 && err != -ENOENT)
		sbuf_addf(why, "%s", sbuf_text(&said));
	sbuf_fini(&said);
	return err;
}

static int
off(const struct pins *p, unsigned ifindex, struct detached *ret, struct sbuf *why)
{
	char name[IF_NAMESIZE] = "a former one";
	int err;

	if (!unhook_needed(p, ifindex))
		return 0;
	err = unhook(p, ifindex);
	if_indextoname(ifindex, name);
	if (err == 0)
		ret->interfaces++;
	else
		sbuf_addf(why, "cannot detach the program from %s: %s%s", name,
		    strerror(-err), err == -EPERM ? "; be root" : "");
	return err;
}

/* Interfaces that are there, and those of which only a pin is left. */
static int
all_off(const struct pins *p, struct detached *ret, struct sbuf *why)
{
	struct if_nameindex *all = if_nameindex();
	static const enum pins_part parts[] = {PINS_LINKS, PINS_QDISCS};
	unsigned numbers[NUMBERS_MAX];
	int err = 0;

	for (struct if_nameindex *i = all; err == 0 && i != NULL && i->if_index != 0; i++)
		err = off(p, i->if_index, ret, why);
	if (all != NULL)
		if_freenameindex(all);
	for (size_t i = 0; err == 0 && p->lock >= 0 && i < countof(parts); i++) {
		size_t n = pins_numbers(p, parts[i], numbers, NUMBERS_MAX);

		for (size_t k = 0; err == 0 && k < n; k++)
			err = off(p, numbers[k], ret, why);
	}
	return err;
}

static int
remove_all(struct pins *p, struct detached *ret, struct sbuf *why)
{
	static const enum pins_part parts[] = {PINS_NEW, PINS_LINKS, PINS_QDISCS};
	int err = 0;

	ret->maps = pins_have(p, PINS_MAPS);
	if (ret->maps) {
		err = pins_remove(p, PINS_NEW);
		if (err == 0)
			err = pins_retire(p);
	}
	for (size_t i = 0; err == 0 && i < countof(parts); i++)
		err = pins_remove(p, parts[i]);
	if (err == 0)
		pins_remove_dir(p);
	else
		sbuf_addf(why, "cannot remove what is pinned in %s: %s%s", p->dir,
		    strerror(-err), err == -EACCES || err == -EPERM ? "; be root" : "");
	return err;
}

int
kernel_detach(const char *pins, bool runs, struct detached *ret, struct sbuf *why)
{
	struct pins p;
	int err;

	*ret = (struct detached){0};
	pins_init(&p);
	err = open_pins(&p, pins, why);
	if (err != 0 && err != -ENOENT)
		return err;
	/* Without pins nothing says whose the filters are. */
	if (err == 0 || !runs)
		err = all_off(&p, ret, why);
	else
		err = 0;
	if (err == 0 && p.lock >= 0)
		err = remove_all(&p, ret, why);
	pins_close(&p);
	return err;
}
