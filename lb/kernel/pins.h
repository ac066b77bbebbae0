/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_PINS_H
#define LB_KERNEL_PINS_H

/*
 * pins - the directory where maps and links outlive us, in a BPF file system.
 *
 *   DIR/          locked (flock) by the one edge-lb, or edgectl detach, that uses it
 *   DIR/maps/     the maps, all of them: pinned in DIR/new and renamed when complete
 *   DIR/new/      what somebody who was killed meanwhile left; nobody's
 *   DIR/links/    a TCX link per interface, named by its number
 *   DIR/qdiscs/   an empty directory per interface whose clsact qdisc we made
 *   DIR/made/     empty: we made DIR, so we take it away
 *
 * A name in a BPF file system has no dot, so interfaces go by number.
 */
#include <stdbool.h>

#include <edge/sbuf.h>

#define PINS_DIR_MAX  512 /* PINS_PATH_MAX without what is below */
#define PINS_PATH_MAX 576

enum pins_part { PINS_MAPS, PINS_NEW, PINS_LINKS, PINS_QDISCS, PINS_MADE };

struct pins {
	int lock; /* descriptor of DIR; -1: closed */
	char dir[PINS_DIR_MAX];
};

void pins_init(struct pins *p);
/* Takes @dir for us alone, and makes it where it is missing.  0; or -errno with a
 * sentence in @why: -EBUSY: another edge-lb has it; -ENOTSUP: no BPF file system. */
int pins_open(struct pins *p, const char *dir, struct sbuf *why);
/* The same without making anything.  -ENOENT: there is none; @why is silent then. */
int pins_open_old(struct pins *p, const char *dir, struct sbuf *why);
/* For a look at what is there, locked by nobody or by somebody.  0, or -ENAMETOOLONG. */
int pins_peek(struct pins *p, const char *dir, struct sbuf *why);
/* Lets go of it; what is pinned stays. */
void pins_close(struct pins *p);

/* The path of a part, or of something in it. */
void pins_path(
    const struct pins *p, enum pins_part part, const char *name, char ret[PINS_PATH_MAX]);
void pins_number_path(
    const struct pins *p, enum pins_part part, unsigned number, char ret[PINS_PATH_MAX]);
bool pins_have(const struct pins *p, enum pins_part part);

/* An empty DIR/new; what was left there goes. */
int pins_begin(const struct pins *p);
/* DIR/new is complete: from now on it is DIR/maps. */
int pins_complete(const struct pins *p);
/* DIR/maps is nobody's any more: all of it, at once. */
int pins_retire(const struct pins *p);
/* Unpins all of a part, and the part.  0, also when there is none. */
int pins_remove(const struct pins *p, enum pins_part part);
/* The directory itself, when all its parts are gone, and if we made it. */
void pins_remove_dir(const struct pins *p);

/* The numbers that DIR/links or DIR/qdiscs hold names for, at most @max. */
size_t pins_numbers(const struct pins *p, enum pins_part part, unsigned *ret, size_t max);

#endif
